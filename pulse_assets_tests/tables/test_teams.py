from pathlib import Path

import pytest

from pulse_assets.errors import ConfigurationError
from pulse_assets.settings import Settings
from pulse_assets.tables.teams import Teams

TEAMS = """
[teams.web]
repositories = ["acme/web", "Acme/API"]

[teams.payments]
repositories = ["acme/api"]
members = ["ada", "ben"]
"""


def load(settings: Settings, text: str) -> Teams:
    file = settings.home / "teams.toml"
    file.write_text(text, encoding="utf-8")
    return Teams.load(settings.model_copy(update={"teams_file": file}))


def members(teams: Teams, *repositories: str) -> list[tuple[str, str, str]]:
    rows = teams.scope_members(repositories).to_pylist()
    return [(row["scope_kind"], row["scope"], row["repository"]) for row in rows]


def test_teams_have_repositories_and_members(settings: Settings) -> None:
    teams = load(settings, TEAMS)
    assert dict(teams.repositories) == {"payments": ("acme/api",), "web": ("acme/web", "Acme/API")}
    assert dict(teams.members) == {"payments": ("ada", "ben"), "web": ()}


def test_without_a_file_there_are_no_teams(settings: Settings) -> None:
    assert Teams.load(settings) == Teams()
    assert members(Teams(), "acme/api") == [("repository", "acme/api", "acme/api"), ("all", "all", "acme/api")]


def test_repository_is_its_own_scope_and_belongs_to_its_teams_and_to_all(settings: Settings) -> None:
    assert members(load(settings, TEAMS), "acme/web", "acme/docs", "acme/api", "acme/api") == [
        ("repository", "acme/api", "acme/api"),
        ("repository", "acme/docs", "acme/docs"),
        ("repository", "acme/web", "acme/web"),
        ("team", "payments", "acme/api"),
        ("team", "web", "acme/api"),
        ("team", "web", "acme/web"),
        ("all", "all", "acme/api"),
        ("all", "all", "acme/docs"),
        ("all", "all", "acme/web"),
    ]


def test_team_may_have_projects_beside_repositories_or_alone(settings: Settings) -> None:
    text = TEAMS + 'projects = ["PAY", "WEB_2", "PAY"]\n[teams.ops]\nprojects = ["OPS", "PAY"]'
    teams = load(settings, text)
    assert dict(teams.projects) == {"ops": ("OPS", "PAY"), "payments": ("PAY", "WEB_2"), "web": ()}
    assert teams.repositories["ops"] == ()
    rows = [tuple(row.values()) for row in teams.project_members(["PAY", "OPS", "DOC", "PAY", "pay"]).to_pylist()]
    assert rows == [
        ("project", "DOC", "DOC"),
        ("project", "OPS", "OPS"),
        ("project", "PAY", "PAY"),
        ("project", "pay", "pay"),
        ("team", "ops", "OPS"),
        ("team", "ops", "PAY"),
        ("team", "payments", "PAY"),
        ("all", "all", "DOC"),
        ("all", "all", "OPS"),
        ("all", "all", "PAY"),
        ("all", "all", "pay"),
    ]
    assert teams.project_members([]).column_names == ["scope_kind", "scope", "project"]


def test_without_repositories_there_is_no_scope(settings: Settings) -> None:
    table = load(settings, TEAMS).scope_members([])
    assert (table.num_rows, table.column_names) == (0, ["scope_kind", "scope", "repository"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "teams is missing"),
        ("[teams]", "teams is empty"),
        ('[team.web]\nrepositories = ["a/b"]', "teams is missing"),
        ('[teams.web]\nrepositories = ["a/b"]\n[team.api]', "team is not known"),
        ("[teams.web]", "teams.web has neither repositories nor projects"),
        ('[teams.web]\nmembers = ["ada"]', "teams.web has neither repositories nor projects"),
        ("[teams.web]\nprojects = []", "teams.web.projects is empty"),
        (
            '[teams.web]\nprojects = ["pay"]',
            "teams.web.projects.0 is no key of a project: capital letters, digits and _",
        ),
        ('[teams.projects]\nprojects = ["PAY", "P"]', "teams.projects.projects.1 is no key of a project"),
        ('[teams.projects]\nrepositories = ["web"]', "teams.projects.repositories.0 is not of the form owner/name"),
        ('[teams.web]\nprojects = "PAY"', "teams.web.projects should be a list of projects, such as"),
        ("[teams.web]\nrepositories = []", "teams.web.repositories is empty"),
        ('[teams.web]\nrepositories = ["web"]', "teams.web.repositories.0 is not of the form owner/name"),
        ('[teams.web]\nrepositories = ["a/b", "a/b/c"]', "teams.web.repositories.1 is not of the form owner/name"),
        ('[teams.web]\nrepositories = ["a/b\\n"]\nmembers = [" "]', "teams.web.members.0 is empty"),
        ('[teams.web]\nrepositories = "a/b"', "teams.web.repositories should be a list of repositories"),
        (
            '[teams.web]\nrepositories = ["a/b"]\nmembers = "ada"',
            "teams.web.members should be a list of members, such as",
        ),
        ("teams = []", "teams should be a table of teams"),
        ('[teams]\nweb = "a/b"', "teams.web should be a table with repositories"),
        ('[teams.Web]\nrepositories = ["a/b"]\n[teams.web]\nrepositories = ["a/c"]', "teams.web differs from team Web"),
        (r'[teams."\u001bx"]', r"teams.'\x1bx' is no name"),
        (
            TEAMS + '[teams.api]\nrepositories = ["a/c"]\nmembers = ["e\\u001b"]\n'
            '[teams.ops]\nrepositories = ["a/c"]\nmembers = ["e\\u001b"]',
            r"teams.ops.members names 'e\x1b', who is in team api",
        ),
        ("[teams.web]\nrepositories = [1]", "teams.web.repositories.0 does not fit: "),
        ('[teams.web]\nrepositories = ["a/b"]\nmember = ["ada"]', "teams.web.member is not known"),
        ('[teams.All]\nrepositories = ["a/b"]', "teams.All cannot be the name of a team"),
        ('[teams.bots]\nrepositories = ["a/b"]', "teams.bots cannot be the name of a team"),
        ('[teams."a/b"]\nrepositories = ["a/b"]', "teams.a/b cannot be the name of a team"),
        ('[teams.""]\nrepositories = ["a/b"]', "teams. is no name"),
        ('[teams." web"]\nrepositories = ["a/b"]', "teams. web is no name"),
        ('[teams."\\u001b[31m"]\nrepositories = ["a/b"]', r"teams.'\x1b[31m' is no name"),
        (
            TEAMS + '[teams.api]\nrepositories = ["a/c"]\nmembers = ["Ada"]',
            "teams.api.members names Ada, who is in team payments",
        ),
    ],
)
def test_file_that_does_not_fit_is_told_with_field_and_remedy(settings: Settings, text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(settings, text)
    assert raised.value.message.startswith(f"The teams file {settings.home / 'teams.toml'} does not fit: {problem}")
    assert "[teams.payments]" in (raised.value.hint or "")


def test_what_is_written_twice_in_a_team_belongs_to_it_once(settings: Settings) -> None:
    teams = load(settings, '[teams.web]\nrepositories = ["a/b", "A/b"]\nmembers = ["ada", "Ada", "ben"]')
    assert (teams.repositories["web"], teams.members["web"]) == (("a/b",), ("ada", "ben"))


def test_file_that_is_no_toml_is_told_with_the_place(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"teams\.toml is not TOML: .*line 1"):
        load(settings, "teams: web")


def test_byte_order_mark_is_no_part_of_the_file(settings: Settings) -> None:
    assert dict(load(settings, "\ufeff" + TEAMS).members) == {"payments": ("ada", "ben"), "web": ()}


def test_file_that_is_nested_too_deeply_is_told(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"teams\.toml cannot be read: it is nested too deeply"):
        load(settings, f"teams = {'[' * 9_999}{']' * 9_999}")


def test_file_of_another_encoding_is_refused(settings: Settings) -> None:
    file = settings.home / "teams.toml"
    file.write_bytes(b'[teams.web]\nrepositories = ["a/b"] # \xff')
    with pytest.raises(ConfigurationError, match=r"is not TOML: .*utf-8"):
        Teams.load(settings.model_copy(update={"teams_file": file}))


@pytest.mark.parametrize(("name", "problem"), [("none.toml", "No such file"), (".", "Is a directory")])
def test_file_that_cannot_be_read_is_told(settings: Settings, name: str, problem: str) -> None:
    chosen = settings.model_copy(update={"teams_file": Path(settings.home / name)})
    with pytest.raises(ConfigurationError, match=f"cannot be read: {problem}") as raised:
        Teams.load(chosen)
    assert "PULSE_TEAMS_FILE" in (raised.value.hint or "")
