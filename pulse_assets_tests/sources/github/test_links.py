"""What bodies say about other pull requests and issues."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.sources.github import links

ADDRESS = "https://github.com/acme/api/pull/7"
#: A reading of 1 MB takes well below a second; one that is quadratic takes hours.
SECONDS = 10


def closes(body: str | None, address: str = ADDRESS) -> list[int]:
    return links.closed_issues(body, address=address)


def reverts(body: str | None, branch: str = "topic") -> int | None:
    return links.reverted_number(body, branch, address=ADDRESS)


KEYWORDS = [
    "close",
    "closes",
    "closed",
    "fix",
    "fixes",
    "fixed",
    "resolve",
    "resolves",
    "resolved",
    "CLOSES",
    "rEsOlVeD",
]


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("form", ["{} #12", "{}: #12", "{}:#12", "Text, ({} #12).", "a\r\n- {}\t#12\r\nb", "{} : #12"])
def test_every_keyword_closes_with_or_without_a_colon(keyword: str, form: str) -> None:
    assert closes(form.format(keyword)) == [12]


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "#12",
        "closing #12",
        "prefix #12",
        "préfix #12",
        "close\u017f #12",
        "fixes#12",
        "fixes 12",
        "fixes\n#12",
        "fixes #12th",
        "fixes #0",
        "fixes #١٢",
        "fixes #1234567890",
        "fixes other/api#12",
        "fixes acme/api-2#12",
        "fixes https://github.com/other/api/issues/12",
        "fixes https://elsewhere.test/acme/api/issues/12",
        "fixes https://github.com/acme/api/discussions/12",
    ],
)
def test_what_is_no_closing_reference_closes_nothing(body: str | None) -> None:
    assert closes(body) == []


@pytest.mark.parametrize(
    "reference",
    ["acme/api#12", "Acme/API#12", "https://github.com/acme/api/issues/12", "https://GitHub.com/ACME/api/issues/12#c"],
)
def test_the_own_repository_may_be_named(reference: str) -> None:
    assert closes(f"Closes {reference}") == [12]


def test_an_enterprise_server_has_its_own_addresses() -> None:
    address = "https://git.acme.test/acme/api/pull/7"
    assert closes("fix https://git.acme.test/acme/api/issues/3, fix https://github.com/acme/api/issues/4", address) == [
        3
    ]


def test_issues_are_listed_once_and_ascending() -> None:
    assert closes("Fixes #9, fixes #10 and closes #9; resolves #2, #3") == [2, 9, 10]


@pytest.mark.parametrize(
    "body",
    [
        "`fixes #1`",
        "``fixes ` #1``",
        "`a\nfixes #1`",
        "fixes `#1`",
        "```\nfixes #1\n```",
        "````sh\n```\nfixes #1\n````",
        "~~~\nfixes #1",
        "> ```\n> fixes #1\n> ```",
        "    fixes #1",
        "Text:\n\n\tfixes #1\n\n    fixes #1",
        "<!-- fixes #1 -->",
        "a <!-- fixes #1\nb --> c",
        "<!--\n\n```\nfixes #1\n-->",
        "<!-- fixes #1",
    ],
)
def test_code_and_comments_close_nothing(body: str) -> None:
    assert closes(body) == []
    assert reverts(body.replace("fixes", "Reverts")) is None


@pytest.mark.parametrize(
    "body",
    [
        "a `b` fixes #1 `c`",
        "one ` backtick, fixes #1",
        "a `b\n\nfixes #1 `c",
        "```\ncode\n```\nfixes #1",
        "``` not a fence ``` fixes #1",
        "- item\n\n    fixes #1",
        "text\n    fixes #1",
        "<!-- template --> fixes #1",
        "<!--\ntemplate\n-->\nfixes #1",
        "a <!-- b fixes #1",
        "~~~\n```\n~~~\nfixes #1",
    ],
)
def test_prose_beside_code_and_comments_counts(body: str) -> None:
    assert closes(body) == [1]


@pytest.mark.parametrize(
    ("body", "branch", "number"),
    [
        ("Reverts acme/api#12", "topic", 12),
        ("reverts: #12\n\nReverts #13", "revert-14-topic", 12),
        ("Reverts other/api#12", "topic", None),
        ("Reverts other/api#12", "revert-14-topic", 14),
        (None, "revert-14-topic", 14),
        ("Revert #12", "topic", None),
        (None, "revert-14", None),
        (None, "revert-0-x", None),
        (None, "my-revert-14-x", None),
    ],
)
def test_a_revert_is_told_by_its_body_else_by_its_branch(body: str | None, branch: str, number: int | None) -> None:
    assert reverts(body, branch) == number


@pytest.mark.parametrize(
    ("body", "sha", "number"),
    [
        ("root cause: 0a1b2c3", "0a1b2c3", None),
        ("Root Cause: `0A1B2C3D`", "0a1b2c3d", None),
        (f"x\nROOT CAUSE:{'a' * 40}.", "a" * 40, None),
        ("root cause: #12", None, 12),
        ("root cause: #12\nroot cause: abcdef0\nroot cause: #13\nroot cause: abcdef1", "abcdef0", 12),
        ("root cause: abcdef", None, None),
        (f"root cause: {'a' * 41}", None, None),
        ("root cause: abcdefgh", None, None),
        ("root cause unknown: abcdef0", None, None),
        ("root cause: #0", None, None),
        (None, None, None),
    ],
)
def test_a_root_cause_is_a_commit_or_a_pull_request(body: str | None, sha: str | None, number: int | None) -> None:
    assert (links.root_cause_sha(body), links.root_cause_number(body)) == (sha, number)


PIECES = [
    "fixes",
    "closes",
    "reverts",
    "root cause:",
    " ",
    "\n",
    "\n\n",
    "\t",
    ":",
    "#",
    "12",
    "acme/api",
    "/",
    "`",
    "```",
]
PIECES += [
    "~~~",
    "<!--",
    "-->",
    "    ",
    "- ",
    "> ",
    "https://github.com/acme/api/issues/",
    "abcdef0",
    "0",
    "é",
    "\r",
    "\x00",
]
texts = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


@given(texts, texts)
def test_any_text_gives_numbers_above_zero_or_none(body: str, branch: str) -> None:
    numbers = closes(body)
    assert numbers == sorted(set(numbers))
    for number in (*numbers, reverts(body, branch), links.root_cause_number(body)):
        assert number is None or 0 < number < 10**9
    sha = links.root_cause_sha(body)
    assert sha is None or (7 <= len(sha) <= 40 and set(sha) <= set("0123456789abcdef"))


@given(texts)
def test_a_closing_paragraph_of_its_own_is_found_behind_any_text_that_leaves_no_block_open(text: str) -> None:
    harmless = text.replace("`", "").replace("~", "").replace("<", "")
    assert 4711 in closes(f"{harmless}\n\nCloses #4711")


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "fixes ",
            "fixes" + " " * 40,
            "fixes:",
            "fixes a/",
            "fixes " + "a" * 99 + "/" + "b" * 99 + " ",
            "fixes https://",
        ),
        *(
            "`",
            "` `` ",
            "```\n",
            "~~~a\n",
            "<!--",
            "-->",
            "<!---->",
            "<!-- ",
            " ",
            "\n",
            "- ",
            ">",
            "\t",
            "1",
            "a",
            "a/",
            "#",
        ),
        *("root cause:", "root" + " " * 9, "reverts #", "    a\n\n"),
    ],
)
def test_a_megabyte_of_any_kind_is_read_in_bounded_time(piece: str) -> None:
    body = piece * (2**20 // len(piece))
    began = time.process_time()
    closes(body)
    reverts(body)
    links.root_cause_sha(body)
    links.root_cause_number(body)
    assert time.process_time() - began < SECONDS


def test_many_runs_of_backticks_of_different_lengths_are_read_in_bounded_time() -> None:
    body = " ".join("`" * length for length in range(1, 1400))
    began = time.process_time()
    closes(body + " fixes #1")
    assert time.process_time() - began < SECONDS
