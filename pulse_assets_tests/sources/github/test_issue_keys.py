"""Which keys of issues a pull request names, and where."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.sources.github.issue_keys import MOST_KEYS, PLACES, issue_keys

#: A reading of 1 MB takes well below a second; one that is quadratic takes hours.
SECONDS = 10


def found(
    title: str = "", branch: str | None = None, body: str | None = None, headlines: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    return {each["key"]: each["found_in"] for each in issue_keys(title, branch, body, headlines)}


@pytest.mark.parametrize(
    "title",
    [
        "PAY-12",
        "PAY-12: refunds",
        "[PAY-12] refunds",
        "(PAY-12) refunds",
        "Refunds, PAY-12.",
        "feat(PAY-12)!: refunds",
        "https://example.invalid/browse/PAY-12",
        "修复PAY-12问题",
    ],
)
def test_a_title_names_a_key(title: str) -> None:
    assert found(title) == {"PAY-12": ["title"]}


@pytest.mark.parametrize(
    "title",
    [
        "pay-12",
        "Pay-12",
        "P-12",
        "PAY-0",
        "PAY-012",
        "PAY-1234567890",
        "PAY-12a",
        "PAY-12-3",
        "CVE-2024-1234",
        "X-PAY-12",
        "2PAY-12",
        "PAY -12",
        "PAY_12",
        "ABCDEFGHIJKLMNOPQRSTU-1",
        "PAY-12_3",
    ],
)
def test_what_is_no_key_is_not_named(title: str) -> None:
    assert found(title) == {}


def test_keys_of_projects_may_hold_digits_and_underscores() -> None:
    assert list(found("WEB_2-14 and A1-7")) == ["A1-7", "WEB_2-14"]


def test_what_only_looks_like_a_key_is_named_too_as_projects_are_not_known_here() -> None:
    assert list(found("UTF-8, SHA-256 and ISO-8601")) == ["ISO-8601", "SHA-256", "UTF-8"]


@pytest.mark.parametrize(
    "branch",
    ["PAY-12", "pay-12", "feature/PAY-12-refunds", "ada/pay-12_refunds", "fix-pay-12", "Pay-12-2", "refunds.pay-12.x"],
)
def test_a_branch_names_a_key_in_either_case(branch: str) -> None:
    assert found(branch=branch) == {"PAY-12": ["branch"]}


def test_an_underscore_in_a_branch_may_be_part_of_the_key() -> None:
    assert list(found(branch="ada_web_2-14")) == ["ADA_WEB_2-14", "WEB_2-14"]


@pytest.mark.parametrize("branch", ["main", "release/1.2-3", "pay-12a", "pay12", "pay-0", "p-1", None])
def test_a_branch_without_a_key_names_none(branch: str | None) -> None:
    assert found(branch=branch) == {}


@pytest.mark.parametrize(
    "body", ["`PAY-12`", "```\nPAY-12\n```", "    PAY-12", "<!-- Issue: PAY-12 -->", "<!--\nPAY-12\n-->"]
)
def test_code_and_comments_of_a_body_name_nothing(body: str) -> None:
    assert found(body=body) == {}


def test_every_place_of_a_key_is_told_in_one_order() -> None:
    named = found("PAY-2: more", "pay-1-refunds", "See PAY-1.\r\nAnd PAY-3, PAY-1", ("PAY-3", "PAY-1 refunds", "PAY-1"))
    assert named == {"PAY-1": ["branch", "body", "commit"], "PAY-2": ["title"], "PAY-3": ["body", "commit"]}


def test_of_very_many_keys_the_first_are_named() -> None:
    body = " ".join(f"PAY-{number}" for number in range(1000, 1100))
    keys = list(found("PAY-9999", None, body, ("PAY-1", "PAY-9999")))
    assert keys == [*(f"PAY-{number}" for number in range(1000, 1000 + MOST_KEYS - 1)), "PAY-9999"]


@given(st.lists(st.sampled_from(["PAY-1", "PAY-2 x", "WEB-1", "y", "UTF-8 PAY-1"]), max_size=8))
def test_the_order_of_the_commits_changes_nothing(headlines: list[str]) -> None:
    assert found("", None, None, tuple(headlines)) == found("", None, None, tuple(reversed(headlines)))


@given(st.text(alphabet="Aa1-_PY/ `<!->", max_size=60), st.text(alphabet="Aa1-_/P", max_size=60))
def test_keys_are_well_formed_whatever_is_written(text: str, branch: str) -> None:
    named = issue_keys(text, branch, text, [text])
    assert [each["key"] for each in named] == sorted({each["key"] for each in named})
    for each in named:
        project, _, number = each["key"].rpartition("-")
        assert project[0].isupper()
        assert project.replace("_", "").isalnum()
        assert int(number) > 0
        assert each["found_in"] == [place for place in PLACES if place in each["found_in"]] != []


@pytest.mark.parametrize("piece", ["A", "A-", "AB-1", "AB_", "A1-1-", "AB-1234567890", "a_", "-", "`", "<!--", "\n"])
def test_no_text_takes_long(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begin = time.monotonic()
    issue_keys(text, text, text, [text])
    assert time.monotonic() - begin < SECONDS
