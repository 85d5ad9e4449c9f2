"""How a definition other than `pulse` differs from it in a period: in a sentence, and row by row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pulse_assets.metrics.explanation.model import Difference, DifferentRow, Value
from pulse_assets.metrics.explanation.reading import Reader, Subject
from pulse_assets.metrics.explanation.recipe import Raw
from pulse_assets.metrics.explanation.span import Span
from pulse_assets.metrics.explanation.words import reason_in_words

TOOLS = {"devlake": "DevLake", "fourkeys": "Four Keys"}
_KINDS = {
    "only_pulse": "counted by Pulse only",
    "only_devlake": "counted by DevLake only",
    "other_deployment": "with another deployment",
    "other_stages": "with other stages",
}
_A_MINUTE = 1 / 60
_ALIKE = "{tool} counts deployments as Pulse does."
_KNOWS = {
    "devlake": "DevLake holds the latest deployment of the whole scope before an incident report to have caused it, "
    "and knows of no reverts, hotfixes and rollbacks.",
    "fourkeys": "Four Keys holds the deployments with the commit that a report names as root cause to have caused it, "
    "and knows of no reverts, hotfixes and rollbacks.",
}


def difference_of(
    reader: Reader, subject: Subject, span: Span, metric_rows: Mapping[Subject, Sequence[Raw]]
) -> Difference:
    """The difference of a definition to `pulse`, in one scope and period."""
    definition, scope_kind, scope = subject
    tool = TOOLS[definition]
    variables = {"scope_kind": scope_kind, "scope": scope}
    match reader.metric, definition:
        case "dora_deployment_frequency", _:
            return Difference(_ALIKE.format(tool=tool), ())
        case "dora_lead_time", "devlake":
            return _changes(reader.answer("lead_time_differences", **variables), span)
        case "dora_lead_time", _:
            return _commits(reader.answer("commit_differences", **variables), span)
        case "dora_recovery_time", "fourkeys":
            own = metric_rows.get(("pulse", scope_kind, scope), ())
            return _restores(own, metric_rows.get(subject, ()), span)
        case metric, _:
            rows = _incidents(reader.answer("incident_differences", definition=definition, **variables), span, tool)
            return Difference(_incident_sentence(metric, definition, rows), rows)


def _changes(found: Iterable[Raw], span: Span) -> Difference:
    rows = [row for row in found if span.holds(row["deployed_at"]) or span.holds(row["other_deployed_at"])]
    kinds = Counter(row["difference"] for row in rows)
    parts = [f"{kinds[kind]:,} {words}" for kind, words in _KINDS.items() if kinds[kind]]
    sentence = (
        "DevLake adds up whole minutes, rounded up, and takes the lower median; of a repository's first deployment it "
        f"counts nothing. {_plural(len(rows), 'change')} of the period differ{'s' if len(rows) == 1 else ''}"
        f"{': ' + ', '.join(parts) if parts else ''}."
    )
    return Difference(
        sentence,
        tuple(
            DifferentRow(row["repository"], row["item"], _why_changed(row), row["hours"], row["other_hours"])
            for row in rows
        ),
    )


def _why_changed(row: Raw) -> str:
    match row["difference"]:
        case "only_pulse":
            return f"counted by Pulse only; DevLake: {reason_in_words(row['other_reason'])}"
        case "only_devlake":
            return f"counted by DevLake only; Pulse: {reason_in_words(row['reason'])}"
        case "other_deployment":
            return f"deployment {row['deployment_id']} by Pulse, {row['other_deployment_id']} by DevLake"
        case _:
            return "the same deployment; a stage is below zero or unknown, and DevLake leaves it out of the sum"


def _commits(found: Iterable[Raw], span: Span) -> Difference:
    rows = [row for row in found if span.holds(row["deployed_at"])]
    commits, changes = (sum(row[name] for row in rows) for name in ("commit_count", "change_count"))
    amounts = f"{_plural(commits, 'commit')} and {_plural(changes, 'change')} in {_plural(len(rows), 'deployment')}"
    sentence = (
        f"Four Keys counts commits, Pulse pull requests: {amounts} of the period. Its clock starts when a commit was "
        "committed, which a rebase moves, not when the first of the pull request was written."
    )
    return Difference(
        sentence,
        tuple(
            DifferentRow(
                repository=row["repository"],
                item=row["item"],
                why=f"{_plural(row['commit_count'], 'commit')} by Four Keys, {_plural(row['change_count'], 'change')}",
                pulse=row["hours"],
                other=row["other_hours"],
            )
            for row in rows
        ),
    )


def _incidents(found: Iterable[Raw], span: Span, tool: str) -> tuple[DifferentRow, ...]:
    rows = (row for row in found if span.holds(row["finished_at"]) or span.holds(row["other_finished_at"]))
    return tuple(
        DifferentRow(
            row["repository"], row["item"], _why_elsewhere(row, tool), row["deployment_id"], row["other_deployment_id"]
        )
        for row in rows
    )


def _why_elsewhere(row: Raw, tool: str) -> str:
    own, other = row["deployment_id"], row["other_deployment_id"]
    by_pulse = "no deployment by Pulse" if own is None else f"deployment {own} by Pulse (by {row['attributed_by']})"
    if row["kind"] != "issue":
        return f"{by_pulse}; a {row['kind']} is no incident to {tool}"
    if other is None:
        return f"{by_pulse}, none by {tool}"
    place = "" if row["other_repository"] == row["repository"] else f" of {row['other_repository']}"
    return f"{by_pulse}, deployment {other}{place} by {tool}"


def _incident_sentence(metric: str, definition: str, rows: Sequence[DifferentRow]) -> str:
    sentence = _KNOWS[definition]
    if metric == "dora_recovery_time":
        sentence += (
            " It measures each report, in whole minutes that are cut off, in the period in which the deployment "
            "finished; Pulse measures each failed deployment, in the period in which it recovered."
        )
    is_one = len(rows) == 1
    return (
        f"{sentence} {_plural(len(rows), 'incident')} of the period {'is' if is_one else 'are'} attributed elsewhere."
    )


def _restores(own: Iterable[Raw], others: Iterable[Raw], span: Span) -> Difference:
    """By pull request of kind `restore`, where both measure another span or put it into another period."""
    sides: list[dict[tuple[str, str], Value]] = [
        {
            (row["repository"], row["item"]): row["hours"]
            for row in side
            if row["kind"] == "restore" and row["is_counted"] and span.holds(row["at"])
        }
        for side in (own, others)
    ]
    rows = []
    for key in sorted(sides[0].keys() | sides[1].keys()):
        pulse, other = (side.get(key) for side in sides)
        if pulse is not None and other is not None and abs(pulse - other) < _A_MINUTE:
            continue
        if pulse is None or other is None:
            why = f"in another period by {'Pulse' if pulse is None else 'Four Keys'}"
        else:
            why = "Four Keys starts at the deployment of the root cause"
        rows.append(DifferentRow(*key, why, pulse, other))
    sentence = (
        "Four Keys measures only incident reports, from the deployment of the root cause or the opening, whichever "
        "was first, in the period of that begin; Pulse from the opening, in the period of the resolution. "
        f"{_plural(len(rows), 'incident')} of the period differ{'s' if len(rows) == 1 else ''}."
    )
    return Difference(sentence, tuple(rows))


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else noun + 's'}"
