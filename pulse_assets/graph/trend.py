"""A small drawing of a metric's last months, for the metadata of its materializations."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

_WIDTH, _HEIGHT, _BASE, _STEP = 560, 160, 130, 42


def trend_svg(title: str, unit: str, points: Sequence[tuple[str, float | None]]) -> str:
    """Bars by period with their values; a period without a value has no bar.

    Args:
        title: What the values are.
        unit: Unit of the values.
        points: Label and value of each period, oldest first; at most 13 are drawn.
    """
    shown = points[-13:]
    highest = max((value for _, value in shown if value is not None), default=0) or 1
    bars = []
    for index, (label, value) in enumerate(shown):
        left = 6 + index * _STEP
        bars.append(_text(left + 16, _BASE + 16, label))
        if value is None:
            continue
        height = round(100 * value / highest, 1)
        bars.append(f'<rect x="{left}" y="{_BASE - height}" width="32" height="{height}" fill="#3b6fd4"/>')
        bars.append(_text(left + 16, _BASE - height - 4, f"{value:.0f}"))
    heading = f"{title}, {unit}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label={quoteattr(heading)}>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
        f'<text x="6" y="14" font-family="sans-serif" font-size="12" fill="#333333">{escape(heading)}</text>'
        f"{''.join(bars)}</svg>"
    )


def _text(x: float, y: float, text: str) -> str:
    return (
        f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="10" text-anchor="middle" fill="#555555">'
        f"{escape(text)}</text>"
    )
