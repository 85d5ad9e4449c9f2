"""Foreign text (titles, names, branches) made inert for each format: it is shown, never run and never obeyed."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_ISOLATE = "\u2069"
_ISOLATES = "\u2066\u2067\u2068"
_BIDI_CONTROL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Control characters and line ends: none of them belongs into a title, and a line end would close an isolate.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Foreign text never begins a line of ours, so the signs of lists and headings need no escape.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
#: Spreadsheets also take the full-width forms for the begin of a formula.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
_URL_SAFE = "/:?&=%#+,;~@!$'*"


def plain(text: str) -> str:
    """One line without control characters; lone surrogates become U+FFFD."""
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text)).strip()


def isolated(text: str) -> str:
    """`plain` text that cannot turn the direction of what stands around it.

    Text with right-to-left letters or bidirectional controls is wrapped into U+2068 … U+2069, and what it opens or
    closes itself is balanced, so that it cannot close the wrapping.
    """
    text = plain(text)
    if not (_BIDI_CONTROL.search(text) or any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text)):
        return text
    balanced, depth = [], 0
    for sign in text:
        if sign == _POP_ISOLATE and depth == 0:
            continue
        depth += (sign in _ISOLATES) - (sign == _POP_ISOLATE)
        balanced.append(sign)
    return f"{_FIRST_STRONG_ISOLATE}{''.join(balanced)}{_POP_ISOLATE * depth}{_POP_ISOLATE}"


def markdown_text(text: str) -> str:
    """Text for CommonMark and GitHub's Markdown: no markup, no HTML, no link, no mention."""
    escaped = _MARKDOWN.sub(r"\\\1", isolated(text))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A word joiner after @ keeps GitHub from notifying the person; an escape alone does not.
    return escaped.replace("@", "@\u2060")


def csv_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading apostrophe marks it as text."""
    shown = isolated(text)
    begin = text.lstrip(" \ufeff" + _FIRST_STRONG_ISOLATE)
    is_formula = begin.startswith(_FORMULA_START) or shown.lstrip(_FIRST_STRONG_ISOLATE).startswith(_FORMULA_START)
    return f"'{shown}" if is_formula else shown


def web_address(text: str | None) -> str | None:
    """The address when it is an absolute http(s) one without credentials; else None."""
    if not text or _CONTROL.search(text) or any(sign.isspace() for sign in text):
        return None
    try:
        parts = urlsplit(text)
        hostname = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not hostname or parts.username or parts.password:
        return None
    return quote(_SURROGATE.sub("\ufffd", text), safe=_URL_SAFE)
