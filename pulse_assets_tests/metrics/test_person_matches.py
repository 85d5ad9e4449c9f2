"""Which accounts are one person, and why the others are not; against plain loops, whatever the evidence."""

from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pulse_assets.errors import ConfigurationError
from pulse_assets.metrics.families import WHOLE
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.metrics.across import built, filled, write_facts, write_whole
from pulse_assets_tests.text_tables import completed, records

ACCOUNTS = """
    account_id  name          is_bot
    u-ada       Ada Lovelace  no
    u-bob       Bob           no
    u-app       Robot         yes
"""
ISSUES = """
    key    assignee
    PAY-1  u-ada
    PAY-2  u-ada
    PAY-3  u-ada
    PAY-4  u-bob
    PAY-5  -
"""
Names = dict[tuple[str, str], tuple[Any, ...]]


def pulls(*authors: str) -> str:
    """Pull request 1 of the first author, 2 of the second, …"""
    lines = [f"{number}  {author}" for number, author in enumerate(authors, 1)]
    return "\n".join(["number  author", *lines])


def keys(*named: str) -> str:
    """Pull request 1 names the first key, 2 the second, …"""
    lines = [f"{number}  {key}  title" for number, key in enumerate(named, 1)]
    return "\n".join(["number  key  found_in", *lines])


@pytest.fixture
def matches(tmp_path: Path, settings: Settings) -> Any:
    """Builds the fact and gives what is accepted, and why not, by account and login."""

    def build(*, accounts: str = ACCOUNTS, declared: str = "", **texts: str) -> Names:
        lake = Lake(tmp_path / "lake")
        (tmp_path / "people.toml").write_text(declared, encoding="utf-8")
        filled(lake, {"acme/api": texts}, {"PAY": {"issues": ISSUES}})
        write_whole(lake, "jira_accounts", accounts)
        rows = built("person_matches", lake, settings)
        write_facts(lake, ["people"], settings)
        return {(row["account_id"], row["login"]): (row["is_accepted"], row["reason"]) for row in rows}

    return build


@pytest.fixture
def people(tmp_path: Path) -> Any:
    """Gives login and evidence by account, as `people` was built last."""

    def read() -> dict[str, tuple[Any, Any]]:
        rows = records(Lake(tmp_path / "lake").read(TABLES["people"], WHOLE))
        return {row["account_id"]: (row["login"], row["matched_by"]) for row in rows}

    return read


ACCEPTED = (True, None)
TOO_LITTLE = (False, "too_little_evidence")


def test_a_name_that_nobody_else_shows_is_evidence(matches: Any, people: Any) -> None:
    commits = "sha  author  author_name\na1  ada  ADA lovelace\nb1  ben  Ben"
    assert matches(commits=commits) == {("u-ada", "ada"): ACCEPTED}
    assert people() == {"u-ada": ("ada", "name"), "u-app": (None, None), "u-bob": (None, None)}


@pytest.mark.parametrize("login", ["robot[bot]", "builder"])
def test_bots_and_apps_are_nobody(matches: Any, login: str) -> None:
    commits = f"sha  author  author_name\na1  {login}  Bob\nb1  ada  Robot"
    text = "number  author  is_bot\n1  builder  yes"
    assert matches(commits=commits, pull_requests=text) == {}


def test_a_name_that_two_show_is_no_evidence(matches: Any) -> None:
    commits = "sha  author  author_name\na1  ada  Bob\nb1  ben  bob"
    assert matches(commits=commits) == {}
    two = ACCOUNTS + "    u-new       BOB           no\n"
    assert matches(accounts=two, commits="sha  author  author_name\na1  ada  Bob") == {}


def test_a_login_that_shows_the_names_of_two_is_neither(matches: Any) -> None:
    own = "number  sha  author  author_name\n1  a1  ada  Ada Lovelace"
    commits = "sha  author  author_name\nb1  ada  Bob"
    pull_requests = "number  author\n1  -"
    found = matches(commits=commits, pull_request_commits=own, pull_requests=pull_requests)
    assert found == {("u-ada", "ada"): TOO_LITTLE, ("u-bob", "ada"): TOO_LITTLE}
    not_bob = '[[not_same]]\naccount_id = "u-bob"\nlogin = "ada"'
    found = matches(commits=commits, pull_request_commits=own, pull_requests=pull_requests, declared=not_bob)
    assert found == {("u-ada", "ada"): ACCEPTED, ("u-bob", "ada"): (False, "rejected")}


def test_three_pull_requests_on_issues_of_one_are_evidence(matches: Any, people: Any) -> None:
    texts = {"pull_requests": pulls("ada", "ada", "ada"), "pull_request_issue_keys": keys("PAY-1", "PAY-1", "PAY-2")}
    assert matches(**texts) == {("u-ada", "ada"): ACCEPTED}
    assert people()["u-ada"] == ("ada", "work")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (["PAY-1", "PAY-2"], TOO_LITTLE),
        (["PAY-1", "PAY-2", "PAY-9"], TOO_LITTLE),
        (["PAY-1", "PAY-2", "PAY-5"], TOO_LITTLE),
        (["PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-4"], ACCEPTED),
        (["PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-4", "PAY-4"], TOO_LITTLE),
        (["PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-4", "PAY-5"], ACCEPTED),
    ],
)
def test_work_takes_three_pull_requests_and_three_fifths(matches: Any, named: list[str], expected: Any) -> None:
    texts = {"pull_requests": pulls(*["ada"] * len(named)), "pull_request_issue_keys": keys(*named)}
    assert matches(**texts)["u-ada", "ada"] == expected


def test_a_tie_between_two_logins_decides_nothing(matches: Any) -> None:
    texts = {
        "pull_requests": pulls("ada", "ada", "ada", "ben", "ben", "ben"),
        "pull_request_issue_keys": keys(*["PAY-1"] * 6),
    }
    assert matches(**texts) == {("u-ada", "ada"): TOO_LITTLE, ("u-ada", "ben"): TOO_LITTLE}


def test_name_goes_before_work_and_the_file_before_both(matches: Any, people: Any) -> None:
    texts = {
        "pull_requests": pulls("ben", "ben", "ben"),
        "pull_request_issue_keys": keys(*["PAY-1"] * 3),
        "commits": "sha  author  author_name\na1  ada  Ada Lovelace",
    }
    assert matches(**texts) == {("u-ada", "ada"): ACCEPTED, ("u-ada", "ben"): (False, "better_match")}
    found = matches(**texts, declared='[[person]]\naccount_id = "u-ada"\nlogin = "CARL"')
    assert found == {
        ("u-ada", "CARL"): ACCEPTED,
        ("u-ada", "ada"): (False, "declared_otherwise"),
        ("u-ada", "ben"): (False, "declared_otherwise"),
    }
    assert people()["u-ada"] == ("CARL", "declared")


def test_without_the_evidence_the_match_is_gone(matches: Any, people: Any) -> None:
    commits = "sha  author  author_name\na1  ada  Ada Lovelace"
    not_same = '[[not_same]]\naccount_id = "u-ada"\nlogin = "Ada"'
    assert matches(commits=commits) == {("u-ada", "ada"): ACCEPTED}
    assert matches(commits=commits, declared=not_same) == {("u-ada", "ada"): (False, "rejected")}
    assert people()["u-ada"] == (None, None)
    assert matches(commits=commits) == {("u-ada", "ada"): ACCEPTED}
    assert matches() == {}
    assert people()["u-ada"] == (None, None)


def test_a_declared_login_is_spelled_as_it_was_seen(matches: Any) -> None:
    found = matches(pull_requests=pulls("Ada"), declared='[[person]]\naccount_id = "u-bob"\nlogin = "ADA"')
    assert found == {("u-bob", "Ada"): ACCEPTED}


def test_a_wrong_file_is_an_error(matches: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"people\.toml does not fit"):
        matches(declared='[[person]]\nlogin = "ada"')


LOGINS = ("ada", "ben", "cy")
IDS = ("u1", "u2", "u3")
NAMES = ("Ada", "Ben", "Cy", "Dan")


@st.composite
def evidence(draw: st.DrawFn) -> dict[str, Any]:
    shown = draw(st.sets(st.tuples(st.sampled_from(LOGINS), st.sampled_from(NAMES)), max_size=5))
    pairs = st.tuples(st.sampled_from(IDS), st.sampled_from(LOGINS))
    same = dict(draw(st.sets(pairs, max_size=1)))
    return {
        "accounts": {account: draw(st.sampled_from(NAMES)) for account in IDS},
        "shown": sorted(shown),
        "works": draw(
            st.lists(st.tuples(st.sampled_from(LOGINS), st.sets(st.sampled_from(IDS), max_size=2)), max_size=14)
        ),
        "same": same,
        "different": sorted(pair for pair in draw(st.sets(pairs, max_size=2)) if same.get(pair[0]) != pair[1]),
    }


def by_loops(world: dict[str, Any]) -> Names:
    """Accepted and reason by pair, written from the definition."""
    accounts, shown = world["accounts"], world["shown"]
    names = Counter(accounts.values())
    wearers = defaultdict(set)
    for login, name in shown:
        wearers[name].add(login)
    same_name = {
        (account, *wearers[name]) for account, name in accounts.items() if names[name] == 1 and len(wearers[name]) == 1
    }
    shared = Counter((account, login) for login, assigned in world["works"] for account in assigned)
    totals = Counter(login for login, assigned in world["works"] if assigned)
    declared, rejected = set(world["same"].items()), set(world["different"])
    pairs = {*same_name, *shared, *declared, *rejected}

    def is_settled(pair: tuple[str, str]) -> bool:
        return any(pair[0] == account or pair[1] == login for account, login in declared)

    free = {pair for pair in pairs if pair not in rejected and not is_settled(pair)}
    by_name = {p for p in free & same_name if sum(o[1] == p[1] for o in free & same_name) == 1}
    accepted = declared | by_name
    for pair in free:
        rivals = [o for o in pairs - rejected - {pair} if o[0] == pair[0] or o[1] == pair[1]]
        is_named = any(o[0] == pair[0] or o[1] == pair[1] for o in by_name)
        is_best = all(shared[o] < shared[pair] for o in rivals)
        if not is_named and shared[pair] >= 3 and shared[pair] / totals[pair[1]] >= 0.6 and is_best:
            accepted = accepted | {pair}

    def reason(pair: tuple[str, str]) -> str | None:
        if pair in accepted:
            return None
        if pair in rejected:
            return "rejected"
        if is_settled(pair):
            return "declared_otherwise"
        is_beaten = any(o[0] == pair[0] or o[1] == pair[1] for o in accepted)
        return "better_match" if is_beaten else "too_little_evidence"

    return {pair: (pair in accepted, reason(pair)) for pair in pairs}


def write(lake: Lake, folder: Path, world: dict[str, Any]) -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "commits": [
            {"sha": str(place), "author": login, "author_name": name}
            for place, (login, name) in enumerate(world["shown"])
        ],
        "pull_requests": [{"number": n, "author": login} for n, (login, _) in enumerate(world["works"], 1)],
        "pull_request_issue_keys": [
            {"number": n, "key": f"PAY-{IDS.index(account) + 1}", "found_in": "title"}
            for n, (_, assigned) in enumerate(world["works"], 1)
            for account in assigned
        ],
        "issues": [{"key": f"PAY-{place}", "assignee": account} for place, account in enumerate(IDS, 1)],
    }
    filled(lake, {"acme/api": {}}, {"PAY": {}})
    for name, rows in tables.items():
        partition = "PAY" if name == "issues" else "acme/api"
        lake.write(TABLES[name], partition, [completed(name, rows, partition)])
    accounts = [{"account_id": account, "name": name} for account, name in world["accounts"].items()]
    lake.write(TABLES["jira_accounts"], WHOLE, [completed("jira_accounts", accounts)])
    lines = [f'[[person]]\naccount_id = "{account}"\nlogin = "{login}"' for account, login in world["same"].items()]
    lines += [f'[[not_same]]\naccount_id = "{account}"\nlogin = "{login}"' for account, login in world["different"]]
    (folder / "people.toml").write_text("\n".join(lines), encoding="utf-8")


@given(evidence())
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_matches_equal_those_of_plain_loops(world: dict[str, Any]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        lake, settings = Lake(folder / "lake"), Settings.load(home=folder)
        write(lake, folder, world)
        rows = built("person_matches", lake, settings)
        found = {(row["account_id"], row["login"]): (row["is_accepted"], row["reason"]) for row in rows}
        assert found == by_loops(world)
        write_facts(lake, ["people"], settings)
        taken = [row["login"] for row in records(lake.read(TABLES["people"], WHOLE)) if row["login"]]
        assert len(taken) == len(set(taken))
