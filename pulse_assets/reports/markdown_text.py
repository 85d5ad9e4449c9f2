"""Tables and cells of Markdown, in which foreign text stays text."""

from collections.abc import Iterable, Sequence

from pulse_assets.reports import wording
from pulse_assets.reports.inert import markdown_text, web_address
from pulse_assets.reports.model import Figure

NOTHING = "Nothing."


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are Markdown already; without rows a word."""
    listed = list(rows)
    if not listed:
        return NOTHING
    rule = ["---"] * len(titles)
    return "\n".join(f"| {' | '.join(row)} |" for row in (titles, rule, *listed))


def escaped(rows: Iterable[Sequence[str]]) -> Iterable[list[str]]:
    """Rows of plain text as cells."""
    return ([markdown_text(cell) for cell in row] for row in rows)


def linked(text: str, address: str | None) -> str:
    """Foreign text as a link where its address is one of the web."""
    safe = web_address(address)
    return f"[{markdown_text(text)}](<{safe}>)" if safe else markdown_text(text)


def cut(count: int, limit: int) -> list[str]:
    """What is said under a list that was cut."""
    return [f"The first {limit:,} of {count:,}; CSV and JSON hold all."] if count > limit else []


def with_interval(figure: Figure) -> str:
    """`18.7 h (12.0 to 25.1 h), few`; a withheld or provisional one says so."""
    parts = [figure.shown if figure.interval is None else f"{figure.shown} ({figure.interval})"]
    if figure.is_low_count and figure.row_count:
        parts.append("few")
    if figure.status == "degraded" and figure.value is not None:
        parts.append("provisional")
    return ", ".join(parts)


def status(figure: Figure) -> str:
    """`withheld: why`."""
    return figure.status if not figure.status_reason else f"{figure.status}: {figure.status_reason}"


def rests_on(figure: Figure) -> str:
    """`12 changes (few)`."""
    if figure.basis is None:
        return (
            wording.WITHHELD if figure.status == "withheld" else wording.UNKNOWN if figure.status == "unknown" else ""
        )
    return f"{figure.basis} (few)" if figure.is_low_count and figure.row_count else figure.basis
