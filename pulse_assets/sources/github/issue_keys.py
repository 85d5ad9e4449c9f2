"""Which keys of issues (`PAY-12`) a pull request names; whether there are such issues is not known here.

Every pattern repeats nothing without a bound, so that no text takes more than a few passes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypedDict

from pulse_assets.sources.github.links import prose

#: Where a key is named, in this order.
PLACES = ("title", "branch", "body", "commit")
#: A text with more is a list of versions or a paste, and says nothing of this change.
MOST_KEYS = 50
_PROJECT = "[A-Z][A-Z0-9_]{1,19}"
_NUMBER = "[1-9][0-9]{0,8}"
#: Not `CVE-2024-1234`, nor a part of a longer word; by ASCII, as words of Chinese or Japanese stand close to it.
_IN_TEXT = re.compile(rf"(?<![\w-])({_PROJECT}-{_NUMBER})(?![\w-])", re.ASCII)
#: `ada/pay-12-refunds`, `fix_PAY-12_again`: what stands before the number, and the number. A branch is one word.
_IN_BRANCH = re.compile(rf"(?<![A-Za-z0-9_])([A-Za-z][A-Za-z0-9_]{{1,60}})-({_NUMBER})(?![A-Za-z0-9])", re.ASCII)
_WHOLE_PROJECT = re.compile(_PROJECT)


class IssueKey(TypedDict):
    """A key in capital letters; `found_in` are some of `PLACES`, in their order."""

    key: str
    found_in: list[str]


def issue_keys(title: str, head_branch: str | None, body: str | None, headlines: Iterable[str]) -> list[IssueKey]:
    """The first `MOST_KEYS` keys that are named, in alphabetic order.

    Args:
        title: In capital letters, as in body and headlines.
        head_branch: In letters of either case.
        body: In Markdown; what stands in code or in comments (as templates have them) names nothing.
        headlines: First lines of the messages of the commits, in any order.
    """
    named: dict[str, list[str]] = {}
    for place, keys in zip(
        PLACES,
        (
            _in_text(title),
            _in_branch(head_branch or ""),
            _in_text(prose(body or "")),
            sorted({key for headline in headlines for key in _in_text(headline)}),
        ),
        strict=True,
    ):
        for key in dict.fromkeys(keys):
            named.setdefault(key, []).append(place)
    return [IssueKey(key=key, found_in=named[key]) for key in sorted(list(named)[:MOST_KEYS])]


def _in_text(text: str) -> Iterator[str]:
    return (found[1] for found in _IN_TEXT.finditer(text))


def _in_branch(branch: str) -> Iterator[str]:
    """A project's key may hold a `_` or stand behind one (`ada_web_2-14`): all that it may be are given."""
    for found in _IN_BRANCH.finditer(branch):
        parts = found[1].upper().split("_")
        for begin in range(len(parts)):
            project = "_".join(parts[begin:])
            if _WHOLE_PROJECT.fullmatch(project):
                yield f"{project}-{found[2]}"
