"""One pass through the graph in this process: what is due is run stage by stage, and what became of it is kept."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from pulse_assets.errors import PulseError, QualityGateFailed, RecordsQuarantined, UsageError
from pulse_assets.graph import jobs
from pulse_assets.graph.discovery import discover
from pulse_assets.graph.due import (
    months_due,
    organization_due,
    partitions_due,
    publication_due,
    quality_report_due,
    reports_due,
    sprint_reports_due,
)
from pulse_assets.graph.execution import execute_once, execute_ranges
from pulse_assets.graph.metrics import forget_months
from pulse_assets.graph.outcome import GraphOutcome, PartitionResult, PartitionStatus, Stage
from pulse_assets.graph.partitions import SPRINTS, months, weeks
from pulse_assets.graph.publish import PUBLISHED_TABLES
from pulse_assets.graph.quality import QUALITY_REPORT
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.wings import GITHUB, JIRA, WINGS, Wing
from pulse_assets.metrics.families import WHOLE
from pulse_assets.reports import Period, ReportKind, latest_period
from pulse_assets.store.landing import UpsertCount
from pulse_assets.tables.contracts import TABLES


class Pass:
    """Stages in the order in which they have to be called.

    Args:
        definitions: Built around `pulse`, whose journal the steps write to.
        on_phase: Told what begins, in one line.
    """

    def __init__(
        self,
        definitions: dg.Definitions,
        instance: dg.DagsterInstance,
        pulse: Pulse,
        on_phase: Callable[[str], None],
    ) -> None:
        self._definitions, self._instance, self._pulse, self._on_phase = definitions, instance, pulse, on_phase
        self._runs: list[tuple[Stage, str]] = []
        self._seconds: dict[Stage, float] = {}
        self._messages: list[str] = []
        self._errors: dict[str, PulseError] = {}
        self._months: list[str] = []
        self._missing: set[str] = set()

    def discover(self, wing: Wing, names: Sequence[str] | None = None) -> Sequence[str]:
        """Brings Dagster's partitions up to date; gives those to collect.

        Args:
            wing: Of which source.
            names: Only these, instead of what the settings select.
        """
        with self._stage("discovery", f"Looking for {wing.plural}"):
            found = discover(self._pulse, wing, wing.known(self._instance), names=names)
            if found.added:
                self._instance.add_dynamic_partitions(wing.partitions_name, list(found.added))
            for name in found.removed:
                self._instance.delete_dynamic_partition(wing.partitions_name, name)
        self._messages += found.messages
        self._missing |= found.missing.keys()
        self._errors |= found.missing
        return found.names

    def collect(self, wing: Wing, keys: Collection[str], *, full: bool) -> None:
        """Syncs the partitions; those that fail leave the others recorded."""
        with self._stage("collection", f"Collecting {_count(len(keys), wing.noun)}"):
            config = {"ops": {f"{wing.source}_ingest": {"config": {"full": full}}}}
            self._run("collection", wing.sync_job, keys, wing.known(self._instance), config=config)
        journal = self._pulse.journal
        for key in keys:
            if key not in journal.collected:
                self._errors[key] = _unexpected(key, wing.sync_job)

    def note_failure(self, wing: Wing, error: PulseError) -> None:
        """Keeps why a whole source could not be collected; the others go on."""
        self._errors[wing.source] = error
        self._missing.add(wing.source)

    def build_tables(self, *, full: bool = False) -> None:
        """Builds clean tables and facts of what is done and has news; projects first, whose incidents others read."""
        for wing in (JIRA, GITHUB):
            self._build_tables(wing, full=full)
        self._bring_together()

    def _build_tables(self, wing: Wing, *, full: bool) -> None:
        known = wing.known(self._instance)
        with self._pulse.store() as store:
            due = partitions_due(self._pulse, store, self._instance, wing, known)
        if full:
            collected = self._pulse.journal.collected
            due |= {key: "" for key in known if key in collected and collected[key].is_complete}
        if not due:
            return
        with self._stage("tables", f"Building the tables of {_count(len(due), wing.noun)}"):
            self._run("tables", wing.tables_job, due, known)
            # A defect in one partition ends the run for all of them: those that were not reached get their own.
            left = [key for key in due if not self._is_built(wing, key)]
            for key in left if len(due) > 1 else []:
                self._run("tables", wing.tables_job, [key], known)
            self._errors |= {key: _unexpected(key, wing.tables_job) for key in left if not self._is_built(wing, key)}

    def _bring_together(self) -> None:
        """Builds the tables that bring GitHub and Jira together, where either has news."""
        if organization_due(self._pulse, self._instance) is None:
            return
        with self._stage("tables", "Bringing GitHub and Jira together"):
            result = execute_once(self._definitions, self._instance, jobs.ORGANIZATION_TABLES)
            self._runs.append(("tables", result.run_id))
        if not result.success and WHOLE not in self._pulse.journal.failures:
            self._errors[WHOLE] = _unexpected("the tables of both sources", jobs.ORGANIZATION_TABLES)

    def build_metrics(self) -> None:
        """Computes the months whose facts have changed."""
        for wing in WINGS.values():
            self._build_metrics(wing)

    def _build_metrics(self, wing: Wing) -> None:
        settings = self._pulse.settings
        found = months_due(self._pulse, self._instance, wing)
        if count := found.left_out_count:
            left_out = f"{_count(count, 'month')} before PULSE_HISTORY_START ({settings.history_start})"
            self._messages.append(f"{left_out} {'is' if count == 1 else 'are'} not computed.")
        forget_months(self._pulse, wing, found.stale)
        due = found.versions
        if not due:
            return
        with self._stage("metrics", f"Computing the metrics of {wing.plural} for {_count(len(due), 'month')}"):
            self._run("metrics", wing.metrics_job, due, months(settings).get_partition_keys())
        last = wing.metrics[-1].name
        built = {partition for table, partition in self._pulse.journal.built if table == last}
        self._months += [month for month in due if month in built and month not in self._months]
        self._errors |= {
            month: _unexpected(month, wing.metrics_job)
            for month in due
            if month not in built and month not in self._pulse.journal.failures
        }

    def write_sprint_reports(self, keys: Collection[str] | None = None) -> None:
        """Writes the reports of sprints.

        Args:
            keys: Partitions of the sprints. Default: the latest of each board, unless they show the tables as they are.
        """
        chosen = list(sprint_reports_due(self._pulse, self._instance) if keys is None else keys)
        if not chosen:
            return
        name = str(SPRINTS.name)
        known = self._instance.get_dynamic_partitions(name)
        new = [key for key in chosen if key not in known]
        if new:
            self._instance.add_dynamic_partitions(name, new)
        with self._stage("reports", f"Writing the reports of {_count(len(chosen), 'sprint')}"):
            self._run("reports", jobs.SPRINT_REPORTS, chosen, [*known, *new])
        built = {path.stem for path in self._pulse.journal.reports}
        for key in chosen:
            if key not in built and key not in self._pulse.journal.failures:
                self._errors[key] = _unexpected(key, jobs.SPRINT_REPORTS)

    def write_due_reports(self) -> None:
        """Writes the latest report of each kind, unless it shows the tables as they are."""
        for kind, (period, _) in reports_due(self._pulse, self._instance).items():
            self.write_report(kind, period)

    def write_report(self, kind: ReportKind, period: Period | None) -> None:
        """Writes one report.

        Args:
            kind: Which report.
            period: Default: the latest with data.

        Raises:
            NotFound: No period has data.
            UsageError: Dagster has no such partition.
        """
        chosen = period or latest_period(kind, self._pulse.lake, self._pulse.settings)
        partitions = weeks(self._pulse.settings) if kind == "weekly" else months(self._pulse.settings)
        keys = partitions.get_partition_keys()
        if chosen.partition_key not in keys:
            raise UsageError(
                f"{chosen.key} lies outside the history, which goes from {self._pulse.settings.history_start} to now.",
                hint="Choose another period, or set PULSE_HISTORY_START to an earlier day.",
            )
        with self._stage("reports", f"Writing the {kind} report of {chosen.key}"):
            self._run("reports", jobs.REPORTS[kind], [chosen.partition_key], keys)
        if not any(path.stem == chosen.key for path in self._pulse.journal.reports):
            self._errors.setdefault(chosen.partition_key, _unexpected(chosen.key, jobs.REPORTS[kind]))

    def write_quality_report(self) -> None:
        """Writes the data-quality report, unless it shows what the checks found last."""
        if quality_report_due(self._pulse, self._instance) is None:
            return
        with self._stage("reports", "Writing the data-quality report"):
            result = execute_once(self._definitions, self._instance, jobs.QUALITY)
            self._runs.append(("reports", result.run_id))
        if not result.success and QUALITY_REPORT not in self._pulse.journal.failures:
            self._errors[QUALITY_REPORT] = _unexpected("the data-quality report", jobs.QUALITY)

    def publish(self) -> None:
        """Publishes the tables to the database for dashboards, where there is one and something has changed."""
        if publication_due(self._pulse, self._instance) is None:
            return
        with self._stage("publication", "Publishing the tables"):
            result = execute_once(self._definitions, self._instance, jobs.PUBLISH)
            self._runs.append(("publication", result.run_id))
        journal = self._pulse.journal
        if not result.success and PUBLISHED_TABLES not in journal.failures:
            self._errors[PUBLISHED_TABLES] = _unexpected("the published tables", jobs.PUBLISH)
        if journal.published is not None and (changed := len(journal.published.changed)):
            self._messages.append(
                f"{_count(changed, 'table')} published to schema {journal.published.schema} of "
                f"{journal.published.place}: {journal.published.written_count:,} rows written."
            )

    def outcome(self) -> GraphOutcome:
        """What became of it all."""
        journal = self._pulse.journal
        failures = self._errors | journal.failures
        known = {key for wing in WINGS.values() for key in wing.known(self._instance)}
        partitions = {*journal.collected, *known, *self._missing}
        results = {key: self._result(key) for key in journal.collected}
        results |= {key: self._result(key) for key in failures if key in partitions}
        of_the_whole = [error for key, error in failures.items() if key not in partitions]
        rows: dict[str, int] = {}
        for (table, _), count in journal.built.items():
            rows[table] = rows.get(table, 0) + count
        messages = [*self._messages, *journal.notices]
        if self._is_without_news():
            messages.append("No news since the last time.")
        return GraphOutcome(
            partitions=results,
            run_ids=tuple(self._runs),
            row_counts=rows,
            months=tuple(self._months),
            reports=tuple(journal.reports),
            messages=tuple(messages),
            http=journal.http,
            seconds=self._seconds,
            error=next(iter(of_the_whole), None),
        )

    def _result(self, key: str) -> PartitionResult:
        journal = self._pulse.journal
        collected = journal.collected.get(key)
        error = journal.failures.get(key) or self._errors.get(key) or (collected.error if collected else None)
        quarantined = None if error else self._quarantined(key)
        total = collected.total if collected else UpsertCount(0, 0, 0)
        status: PartitionStatus = "completed"
        if error is not None:
            status = "blocked" if isinstance(error, QualityGateFailed) else "failed"
        elif collected is not None and not collected.is_complete:
            status = "not_attempted"
        elif collected is not None and not collected.has_changes:
            status = "unchanged"
        if quarantined is not None:
            status, error = "partial", quarantined
        return PartitionResult(key, status, total.inserted, total.changed, total.unchanged, error)

    def _quarantined(self, key: str) -> PulseError | None:
        """What of a project's records does not make sense, also when it was found by an earlier sync."""
        table = TABLES["quarantined_records"]
        if key not in self._pulse.lake.partitions(table):
            return None
        rows = self._pulse.lake.read(table, key)
        if rows.empty:
            return None
        records, dropped = len(set(rows["record_key"])), len(set(rows.loc[rows["is_dropped"], "record_key"]))
        first = rows.iloc[0]
        return RecordsQuarantined(
            f"{_count(records, 'record')} of {key} in quarantine, {dropped} of them left out whole; the first is "
            f"{first['record_table']} {first['record_key']}: {first['field']} {first['problem']}.",
            hint='Correct them at the source; `pulse query "FROM quarantined_records"` lists them.',
        )

    def _is_without_news(self) -> bool:
        journal = self._pulse.journal
        is_complete = bool(journal.collected) and all(each.is_complete for each in journal.collected.values())
        has_published = journal.published is not None and bool(journal.published.changed)
        return is_complete and not (
            self._errors or journal.failures or journal.built or journal.reports or has_published
        )

    def _is_built(self, wing: Wing, partition: str) -> bool:
        journal = self._pulse.journal
        return partition in journal.failures or (wing.facts[0].name, partition) in journal.built

    def _run(
        self, stage: Stage, job: str, keys: Collection[str], ordered: Sequence[str], *, config: dict | None = None
    ) -> None:
        for result in execute_ranges(self._definitions, self._instance, job, keys, ordered, run_config=config):
            self._runs.append((stage, result.run_id))

    @contextmanager
    def _stage(self, stage: Stage, text: str) -> Iterator[None]:
        self._on_phase(f"{text} …")
        begin = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - begin


def _count(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("y") else f"{count} {noun}s"


def _unexpected(key: str, job: str) -> PulseError:
    return PulseError(
        f"{job} met a defect at {key}.", hint="The log has the traceback; `pulse dev` shows the run. Please report it."
    )
