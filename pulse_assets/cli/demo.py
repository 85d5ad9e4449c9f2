"""`pulse demo`: the whole graph on a generated organisation."""

import datetime as dt
import json
import time

import typer

from pulse_assets.cli.console import display
from pulse_assets.cli.demo_home import DemoHome, World, demo_values, sandbox_process
from pulse_assets.cli.logs import log_to_file
from pulse_assets.cli.sync import as_document, print_outcome
from pulse_assets.errors import ExitCode
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake

_NUMBERS = """
SELECT scope, deployment_count, l.row_count, lead_time_median_hours, change_failure_ratio, recovery_median_hours,
    rework_ratio
FROM dora_deployment_frequency AS f
JOIN dora_lead_time AS l USING (definition, grain, period_start, scope_kind, scope)
JOIN dora_change_failure_rate AS c USING (definition, grain, period_start, scope_kind, scope)
JOIN dora_recovery_time AS t USING (definition, grain, period_start, scope_kind, scope)
JOIN dora_rework_rate AS w USING (definition, grain, period_start, scope_kind, scope)
WHERE definition = 'pulse' AND grain = 'month' AND period_start = (
    SELECT max(period_start) FROM dora_deployment_frequency WHERE grain = 'month' AND status = 'ok')
ORDER BY scope_kind = 'all', scope_kind, scope
"""
_FLOW = """
SELECT c.scope, t.completed_count, cycle_median_hours, average_count, defect_share_ratio, reopen_ratio,
    start_to_production_median_hours
FROM flow_cycle_time AS c
JOIN flow_throughput AS t USING (definition, grain, period_start, scope_kind, scope)
JOIN flow_work_in_progress AS w USING (definition, grain, period_start, scope_kind, scope)
JOIN flow_delivery_time AS p USING (definition, grain, period_start, scope_kind, scope)
JOIN quality_defect_share AS d USING (definition, grain, period_start, scope_kind, scope)
JOIN quality_reopen_rate AS r USING (definition, grain, period_start, scope_kind, scope)
WHERE t.issue_type = 'all' AND grain = 'month' AND scope_kind IN ('project', 'all') AND period_start = (
    SELECT max(period_start) FROM flow_cycle_time WHERE grain = 'month' AND status = 'ok')
ORDER BY scope_kind = 'all', scope
"""
_MONTH = "SELECT max(period_start) FROM dora_deployment_frequency WHERE grain = 'month' AND status = 'ok'"


def run(*, seed: int, repositories: int, people: int, months: int, as_json: bool) -> int:
    """Generates, serves, collects, computes, reports; prints the numbers and where the report is."""
    started = time.monotonic()
    until = _last_monday(dt.datetime.now(dt.UTC))
    world = World(seed=seed, repositories=repositories, people=people, months=months, until=until.isoformat())
    home = DemoHome(Settings.load().home)
    home.begin(world)
    with display(is_quiet=as_json) as shown, sandbox_process(world) as served:
        from pulse_assets.graph.runs import run_sync

        settings = Settings.load(**demo_values(home.home.resolve(), served))
        log_to_file(settings)
        shown.phase(f"{served.organization}, generated from seed {seed}, is served on {served.address}")
        outcome = run_sync(settings, sources=("github", "jira"), on_progress=shown.progress, on_phase=shown.phase)
    if as_json:
        typer.echo(json.dumps(as_document(outcome), indent=2))
        return int(outcome.exit_code)
    if outcome.exit_code == ExitCode.OK:
        _print_numbers(Lake(settings.lake_path))
    print_outcome(outcome)
    typer.echo(
        f"Done in {time.monotonic() - started:.0f} s. Look around with `pulse dev`, `pulse query`, `pulse report`."
    )
    return int(outcome.exit_code)


def _last_monday(now: dt.datetime) -> dt.datetime:
    """The generated history ends with a whole week, so that its report is not provisional."""
    return dt.datetime.combine(now.date() - dt.timedelta(days=now.weekday()), dt.time(), dt.UTC)


def _print_numbers(lake: Lake) -> None:
    from rich.console import Console
    from rich.table import Table

    with lake.querying() as connection:
        rows = connection.execute(_NUMBERS).fetchall()
        flow = connection.execute(_FLOW).fetchall()
        month = (connection.execute(_MONTH).fetchone() or (None,))[0]
    if month is None:
        typer.echo("No month of the generated organisation is over yet: choose more --months.")
        return
    table = Table(title=f"{month:%B %Y}", title_justify="left", box=None, pad_edge=False)
    table.add_column("scope")
    for name in ("deployments", "changes", "lead time", "failure rate", "recovery", "rework"):
        table.add_column(name, justify="right")
    for scope, deployments, changes, lead_time, failures, recovery, rework in rows:
        counts = map(str, (deployments, changes))
        table.add_row(scope, *counts, _hours(lead_time), _share(failures), _hours(recovery), _share(rework))
    Console().print(table)
    issues = Table(box=None, pad_edge=False)
    issues.add_column("project")
    for name in ("done", "cycle time", "in progress", "defects", "re-opened", "start to production"):
        issues.add_column(name, justify="right")
    for scope, done, cycle_time, in_progress, defects, reopened, delivery in flow:
        mean = "-" if in_progress is None else f"{in_progress:.1f}"
        issues.add_row(scope, str(done), _hours(cycle_time), mean, _share(defects), _share(reopened), _hours(delivery))
    Console().print(issues)


def _hours(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} h"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
