"""The period in a few sentences: what moved, and what happened."""

from collections.abc import Sequence

from pulse_assets.reports import wording
from pulse_assets.reports.data_state import Environment
from pulse_assets.reports.drilldown import NOT_GIVEN_AGAIN
from pulse_assets.reports.findings import overview
from pulse_assets.reports.model import Figure, Finding, Scope
from pulse_assets.reports.notices import is_production_missed
from pulse_assets.reports.periods import Period
from pulse_assets.reports.shown import DORA, HEADLINES


def summary(period: Period, whole: Scope, findings: Sequence[Finding], environments: Sequence[Environment]) -> str:
    """What the five metrics say together; `whole` is all repositories together."""
    headlines = [whole.figures[HEADLINES[metric].name] for metric in DORA]
    if all(figure.status == "unknown" for figure in headlines):
        return f"Nothing is known about {period.title}."
    if is_production_missed(environments):
        return f"No deployment matches PULSE_PRODUCTION_PATTERN, so nothing is known of production in {period.title}."
    sentences = [
        overview(period, headlines, findings),
        *_lead_time(whole),
        *_deployments(whole),
        *_failures(whole),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _lead_time(whole: Scope) -> list[str]:
    median = whole.figures["dora_lead_time.lead_time_median_hours"]
    p90 = whole.figures["dora_lead_time.lead_time_p90_hours"]
    if median.status == "withheld" or _is_doubted(median):
        return []
    if median.value is None:
        return ["No change reached production."] if median.row_count == 0 else []
    if median.row_count == 1:
        return [f"One change reached production, {median.shown} after its first commit."]
    count = wording.number(median.row_count)
    text = f"Half of the {count} changes that reached production did so within {median.shown} of their first commit"
    sentences = [f"{text}, nine in ten within {p90.shown}." if p90.value is not None else f"{text}."]
    longest = max(whole.stages, key=lambda stage: stage.ratio, default=None)
    if longest and longest.name != "unsplit":
        sentences.append(f"The largest part of their time, {wording.share(longest.ratio)}, went into {longest.name}.")
    return sentences


def _deployments(whole: Scope) -> list[str]:
    deployments = whole.figures["dora_deployment_frequency.deployment_count"]
    days = whole.figures["dora_deployment_frequency.deployment_days_count"]
    if _is_doubted(deployments):
        return []
    if deployments.value == 0:
        return ["There was no production deployment."]
    if deployments.value is None or days.value is None:
        return []
    verb = "was" if deployments.value == 1 else "were"
    return [f"There {verb} {_count(deployments, 'deployment')} to production, on {_count(days, 'day')}."]


def _failures(whole: Scope) -> list[str]:
    failed = whole.figures["dora_change_failure_rate.failed_deployment_count"]
    still_open = whole.figures["dora_recovery_time.open_count"]
    deployments = whole.figures["dora_deployment_frequency.deployment_count"]
    if failed.value is None or not deployments.value or _is_doubted(failed) or _is_doubted(deployments):
        return []
    is_told = still_open.value and not _is_doubted(still_open)
    verb = "needs" if still_open.value == 1 else "need"
    rest = f"; {_count(still_open, 'failed deployment')} still {verb} recovery" if is_told else ""
    if failed.value == 0:
        return [f"None of them is known to have failed{rest}."]
    return [f"{wording.number(failed.value)} of them failed{rest}."]


def _is_doubted(figure: Figure) -> bool:
    """Its rows do not give it again, so nothing is told of it."""
    return NOT_GIVEN_AGAIN in (figure.status_reason or "")


def _count(figure: Figure, noun: str) -> str:
    return wording.plural(int(figure.value or 0), noun)
