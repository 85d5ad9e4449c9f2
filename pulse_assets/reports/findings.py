"""What changed, who is affected, and whether that is good: sentences computed from the figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pulse_assets.reports import wording
from pulse_assets.reports.inert import isolated
from pulse_assets.reports.judgement import movement
from pulse_assets.reports.model import Figure, Finding, MetricRow
from pulse_assets.reports.periods import Period
from pulse_assets.reports.scopes import Key
from pulse_assets.reports.shown import DORA, HEADLINES, TEAM, ShownFigure

_PARTS_NAMED = 2
_TEAMS_NAMED = 1
#: Figures told above the fold, in the order of their ties.
_TOLD = tuple(HEADLINES[metric] for metric in (*DORA, *TEAM[:1]))


class FiguresOfScope(Protocol):
    """A scope of repositories or of projects."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def figures(self) -> Mapping[str, Figure]: ...


def find_changes(
    period: Period,
    rows: Mapping[Key, MetricRow],
    scopes: Sequence[FiguresOfScope],
    told: Sequence[ShownFigure] = _TOLD,
) -> tuple[Finding, ...]:
    """What moved against the period before, the clearest first; what moved within chance comes last and says so.

    Args:
        period: The period.
        rows: Those of the figures' definition.
        scopes: All together first.
        told: The figures to tell of.
    """
    whole = scopes[0]
    findings = []
    for shown in told:
        metric = shown.metric
        figure = whole.figures[shown.name]
        current, previous = (rows.get((metric, "all", "all", each.start)) for each in (period, period.previous))
        moved = movement(shown, current, previous)
        if figure.verdict is None or moved is None or moved.weight is None:
            continue
        findings.append(
            Finding(
                metric=metric,
                verdict=figure.verdict,
                text=_sentence(figure, period, is_clear=figure.verdict != "unclear"),
                brief=_brief(figure),
                affected=_affected(figure, scopes[1:]) if figure.verdict != "unclear" else None,
                weight=moved.weight,
            )
        )
    return in_order(findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The clearest first, what chance may explain last."""
    return tuple(sorted(findings, key=lambda each: (each.verdict == "unclear", -each.weight)))


def overview(period: Period, figures: Sequence[Figure], findings: Sequence[Finding]) -> str:
    """How many of the DORA metrics got better or worse, in a sentence."""
    told = [finding for finding in findings if finding.metric in DORA]
    parts = []
    for verdict, words in (("worse", "worse"), ("better", "better")):
        names = [_name(HEADLINES[finding.metric]) for finding in told if finding.verdict == verdict]
        if names:
            verb = "is" if len(names) == 1 else "are"
            parts.append(f"{wording.enumeration(names)} {verb} clearly {words} than the {period.grain} before")
    compared = [figure for figure in figures if figure.status == "ok" and figure.value is not None]
    if parts:
        text = wording.enumeration(parts)
        return f"{text[0].upper()}{text[1:]}."
    if not any(figure.previous_value is not None for figure in compared):
        return ""
    return f"No DORA metric moved against the {period.grain} before by more than chance explains."


def _name(shown: ShownFigure) -> str:
    title = shown.title.removesuffix(", median").lower()
    return "deployment frequency" if shown.metric == "dora_deployment_frequency" else title


def _sentence(figure: Figure, period: Period, *, is_clear: bool) -> str:
    """`Lead time, median: 30.2 h, 10.2 h longer than the week before (+51 %)`, and what else it is set against."""
    parts = [f"{figure.title}: {figure.shown}", figure.change]
    if not is_clear:
        interval = f" (95 %: {figure.interval})" if figure.interval else ""
        return f"{', '.join(parts)}, which chance may explain{interval}."
    if figure.usual_value is not None and figure.value is not None:
        parts.append(against_usual(figure, period))
    return f"{', '.join(parts)}."


def _brief(figure: Figure) -> str:
    before = wording.figure(figure.previous_value, figure.unit)
    return f"{_name(figure.shown_as)} {before} \N{RIGHTWARDS ARROW} {figure.shown}"


def against_usual(figure: Figure, period: Period) -> str:
    """`above the median of 13 weeks (18.7 h)`, of those of the trend that are known and final."""
    if figure.value is None or figure.usual_value is None:
        return ""
    usual = wording.figure(figure.usual_value, figure.unit)
    of = f"the median of {figure.usual_count} {period.grain}s"
    if usual == figure.shown:
        return f"at {of}"
    return f"{'above' if figure.value > figure.usual_value else 'below'} {of} ({usual})"


@dataclass(frozen=True, slots=True)
class _Part:
    """One repository, project or team that moved the same way as the whole, and how much of the movement it may be."""

    name: str
    words: str
    size: float


def _affected(whole: Figure, scopes: Sequence[FiguresOfScope]) -> str | None:
    """`most of it in acme/api (20.0 h → 30.2 h) and acme/web (…), of the teams in payments (…)`."""
    parts = _parts(whole, [scope for scope in scopes if scope.kind in {"repository", "project"}])[:_PARTS_NAMED]
    teams = _parts(whole, [scope for scope in scopes if scope.kind == "team"])[:_TEAMS_NAMED]
    texts = []
    if parts:
        texts.append(f"Most in {wording.enumeration([part.words for part in parts])}")
    if teams:
        texts.append(f"{'of the teams' if texts else 'Most in team'} {wording.enumeration([p.words for p in teams])}")
    return f"{'; '.join(texts)}." if texts else None


def _parts(whole: Figure, scopes: Sequence[FiguresOfScope]) -> list[_Part]:
    if whole.value is None or whole.previous_value is None:
        return []
    direction = 1 if whole.value > whole.previous_value else -1
    parts = []
    for scope in scopes:
        figure = scope.figures[whole.name]
        is_count = figure.unit == "count"
        # A repository without a row before is set against the whole of then: that is what it was mixed into.
        before = (
            figure.previous_value if figure.previous_value is not None else None if is_count else whole.previous_value
        )
        if figure.value is None or before is None or figure.status != "ok":
            continue
        size = (figure.value - before) * direction * (1 if is_count else figure.row_count or 0)
        if size > 0:
            begin = (
                wording.NONE if figure.previous_value is None else wording.figure(figure.previous_value, figure.unit)
            )
            name = isolated(scope.name)
            parts.append(_Part(scope.name, f"{name} ({begin} \N{RIGHTWARDS ARROW} {figure.shown})", size))
    return sorted(parts, key=lambda part: (-part.size, part.name))
