"""What the body of a pull request or an issue says about others of its repository; the body itself is not kept.

Every pattern begins at a word and repeats nothing without a bound, so that no text takes more than a few passes.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

# https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_CLOSING = r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)"
#: On the same line, after a colon or a blank.
_GAP = r"(?:[ \t]{0,9}:[ \t]{0,9}|[ \t]{1,9})"
_NUMBER = r"[0-9]{1,9}(?!\w)"
_REFERENCE = (
    rf"(?:(?P<name>[\w.-]{{1,100}}/[\w.-]{{1,100}})?\#(?P<number>{_NUMBER})"
    rf"|(?P<home>https?://[\w.:-]{{1,255}}/[\w.-]{{1,100}}/[\w.-]{{1,100}})/(?:issues|pull)/(?P<place>{_NUMBER}))"
)
_CLOSES = re.compile(rf"(?<!\w)(?ai:{_CLOSING}{_GAP}{_REFERENCE})")
_REVERTS = re.compile(rf"(?<!\w)(?ai:reverts{_GAP}{_REFERENCE})")
_REVERT_BRANCH = re.compile(r"revert-([0-9]{1,9})-")
_CAUSE = r"(?<!\w)(?ai:root[ \t]{1,9}cause[ \t]{0,9}:[ \t]{0,9}`?"
_CAUSE_SHA = re.compile(_CAUSE + r"([0-9a-f]{7,40})(?!\w))")
_CAUSE_NUMBER = re.compile(_CAUSE + rf"\#({_NUMBER}))")

_FENCE = re.compile(r"[ \t>]{0,40}(?P<fence>`{3,}|~{3,})(?P<rest>.*)")
_LIST_ITEM = re.compile(r"[ \t]{0,40}(?:[-*+]|[0-9]{1,9}[.)])[ \t]")
_INDENTED = re.compile(r" {4}|\t")
_BACKTICKS = re.compile(r"`+")
_COMMENT, _COMMENT_END = "<!--", "-->"
_COMMENT_MARKS = re.compile(f"{_COMMENT}|{_COMMENT_END}")


def closed_issues(body: str | None, *, address: str) -> list[int]:
    """Numbers of the issues that a pull request closes when it is merged, ascending.

    Args:
        body: As written, in Markdown; what stands in code or in comments says nothing.
        address: Page of the pull request, from which the repository's own address and name are taken.
    """
    return sorted(set(_referred(_CLOSES, prose(body or ""), _home(address))))


def reverted_number(body: str | None, head_branch: str, *, address: str) -> int | None:
    """The pull request that is reverted: from `Reverts #12`, else from the branch that GitHub's button makes."""
    said = next(_referred(_REVERTS, prose(body or ""), _home(address)), None)
    if said is not None:
        return said
    branch = _REVERT_BRANCH.match(head_branch)
    return int(branch[1]) or None if branch else None


def root_cause_sha(body: str | None) -> str | None:
    """The commit of the first `root cause: <sha>`, of 7 to 40 hexadecimal digits in lower case."""
    found = _CAUSE_SHA.search(body or "")
    return found[1].lower() if found else None


def root_cause_number(body: str | None) -> int | None:
    """The pull request of the first `root cause: #12`."""
    found = _CAUSE_NUMBER.search(body or "")
    return int(found[1]) or None if found else None


def _home(address: str) -> str:
    return address.rpartition("/pull/")[0].casefold()


def _referred(pattern: re.Pattern[str], text: str, home: str) -> Iterator[int]:
    """Numbers above zero that the text gives of the repository at `home`."""
    for found in pattern.finditer(text):
        name, other = found["name"], found["home"]
        is_own = home.endswith(f"/{name.casefold()}") if name else other is None or other.casefold() == home
        number = int(found["number"] or found["place"])
        if is_own and number:
            yield number


def prose(body: str) -> str:
    """The text without code and comments; a code span leaves a mark that no reference goes across."""
    paragraphs = [
        "\n".join(lines)
        for has_text, lines in groupby(
            _outside_of_indents(_outside_of_fences(body)), key=lambda line: bool(line.strip())
        )
        if has_text
    ]
    return "\n\n".join(_without_comments(_without_spans(paragraph)) for paragraph in paragraphs)


def _outside_of_fences(body: str) -> Iterator[str]:
    """The lines outside of fenced blocks, and of comments that begin a line; a blank one in place of each fence."""
    fence = ""
    is_comment = False
    for line in body.splitlines():
        text = line
        if fence:
            mark = text.strip(" \t>")
            fence = "" if len(mark) >= len(fence) and set(mark) == set(fence) else fence
            continue
        if not is_comment and (found := _FENCE.match(text)) and not ("`" in found["fence"] and "`" in found["rest"]):
            fence = found["fence"]
            yield ""
            continue
        if is_comment or text.lstrip().startswith(_COMMENT):
            text = text if is_comment else text.partition(_COMMENT)[2]
            _, end, text = text.partition(_COMMENT_END)
            is_comment = not end
        if not is_comment:
            yield text


def _outside_of_indents(lines: Iterable[str]) -> Iterator[str]:
    """The lines that are no indented code; what is indented in a list belongs to its item."""
    is_code = is_list = False
    was_blank = True
    for line in lines:
        is_blank = not line.strip()
        if not is_blank:
            is_code = bool(_INDENTED.match(line)) and not is_list and (was_blank or is_code)
            is_list = bool(_LIST_ITEM.match(line)) or (is_list and (not was_blank or line[0] in " \t"))
        was_blank = is_blank
        if not is_code:
            yield line


def _without_spans(paragraph: str) -> str:
    """The paragraph without code spans: a run of backticks is closed by the next run of its length."""
    runs = [found.span() for found in _BACKTICKS.finditer(paragraph)]
    by_length: dict[int, list[int]] = defaultdict(list)
    for begin, end in runs:
        by_length[end - begin].append(begin)
    kept: list[str] = []
    done = 0
    for begin, end in runs:
        alike = by_length[end - begin]
        following = bisect_right(alike, begin)
        if begin >= done and following < len(alike):
            kept.append(paragraph[done:begin])
            done = alike[following] + end - begin
    return "`".join([*kept, paragraph[done:]])


def _without_comments(paragraph: str) -> str:
    """The paragraph without comments; one that is not closed is text."""
    kept: list[str] = []
    done, begin = 0, None
    for found in _COMMENT_MARKS.finditer(paragraph):
        if begin is None and found[0] == _COMMENT:
            begin = found.start()
        elif begin is not None and found[0] == _COMMENT_END:
            kept.append(paragraph[done:begin])
            done, begin = found.end(), None
    return "".join([*kept, paragraph[done:]])
