"""`pulse doctor`: what is set, what can be reached, and what to do about the rest."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import typer

from pulse_assets.errors import ExitCode, PulseError
from pulse_assets.settings import Settings

_LOW_DISK_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One examined thing. `ok` is fine, `warning` works but deserves a look, `problem` must be mended."""

    name: str
    level: Literal["ok", "warning", "problem"]
    detail: str
    exit_code: int = int(ExitCode.OK)


def run(*, as_json: bool) -> int:
    """Prints every finding; ends with the code of the first problem."""
    settings = Settings.load()
    findings = list(examine(settings))
    if as_json:
        typer.echo(json.dumps({"settings": _settings(settings), "findings": [asdict(f) for f in findings]}, indent=2))
    else:
        _print(settings, findings)
    return next((f.exit_code for f in findings if f.level == "problem"), int(ExitCode.OK))


def examine(settings: Settings) -> Iterator[Finding]:
    """Looks at one thing after the other; a problem in one does not hide the next."""
    for variable in Settings.unknown_variables():
        yield Finding("settings", "warning", f"{variable} is set, but Pulse has no such setting: a typing error?")
    for name, probe in (
        ("home", _home),
        ("store", _store),
        ("teams", _teams),
        ("people", _people),
        ("github", _github),
        ("jira", _jira),
    ):
        yield _attempt(name, probe, settings)


def _attempt(name: str, probe: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return probe(settings)
    except PulseError as error:
        return Finding(name, "problem", str(error), int(error.exit_code))


def _home(settings: Settings) -> Finding:
    from pulse_assets.cli.logs import log_to_file

    log_to_file(settings)
    free = shutil.disk_usage(settings.home).free
    detail = f"{settings.home.resolve()} is writable, {free / 1e9:.1f} GB free"
    return Finding("home", "ok" if free > _LOW_DISK_BYTES else "warning", detail)


def _store(settings: Settings) -> Finding:
    from pulse_assets.store.database import Store

    with Store.open(settings.store_url) as store:
        counts = store.landing.tables()
        rows = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items())) or "nothing collected yet"
        return Finding("store", "ok", f"{store.engine.dialect.name}: {rows}")


def _teams(settings: Settings) -> Finding:
    from pulse_assets.tables.contracts import TABLES
    from pulse_assets.tables.lake import Lake
    from pulse_assets.tables.teams import Teams

    teams = Teams.load(settings)
    if not teams.members:
        return Finding("teams", "ok", "none; PULSE_TEAMS_FILE names a file with them")
    lake = Lake(settings.lake_path)
    missing = []
    for table, named in (("repositories", teams.repositories), ("projects", teams.projects)):
        collected = {name.casefold() for name in lake.partitions(TABLES[table])}
        missing += sorted({name for names in named.values() for name in names if name.casefold() not in collected})
    detail = f"{', '.join(teams.members)} ({settings.teams_path})"
    if missing:
        return Finding("teams", "warning", f"{detail}; not collected: {', '.join(missing)}")
    return Finding("teams", "ok", detail)


def _people(settings: Settings) -> Finding:
    from pulse_assets.tables.people_file import DeclaredPeople

    DeclaredPeople.load(settings)
    if settings.people_path is None:
        return Finding("people", "ok", "no file; accounts are matched by evidence alone")
    return Finding("people", "ok", f"{settings.people_path} is read")


def _github(settings: Settings) -> Finding:
    from pulse_assets.sources.github.client import GitHub
    from pulse_assets.store.database import Store

    if settings.jira_url is not None and not settings.has_github_selection:
        return Finding("github", "ok", "not collected: no organization, user or repository is set")
    settings.require_github_selection()
    with Store.open(settings.store_url) as store:
        github = GitHub(settings, cache=store.http_cache, ledger=store.rate_limits)
        names = [repository["full_name"] for repository in github.repositories()]
    if not settings.github_token:
        detail = f"{len(names)} repositories, but no token: 60 requests an hour. Set PULSE_GITHUB_TOKEN."
        return Finding("github", "warning", detail)
    return Finding(
        "github", "ok" if names else "warning", f"{settings.github_url}: {len(names)} repositories to collect"
    )


def _jira(settings: Settings) -> Finding:
    from pulse_assets.sources.jira.client import Jira
    from pulse_assets.store.database import Store

    if settings.jira_url is None:
        return Finding("jira", "ok", "not collected: PULSE_JIRA_URL is not set")
    with (
        Store.open(settings.store_url) as store,
        Jira(settings, cache=store.http_cache, ledger=store.rate_limits) as jira,
    ):
        jira.verify()
        seen = [project["key"] for project in jira.projects()]
        missing = sorted(set(settings.jira_projects) - set(seen))
        notices = " ".join(jira.notices)
    count = len(settings.jira_projects) or len(seen)
    detail = f"{settings.jira_url} ({settings.jira_flavor}): {count} projects to collect"
    if missing:
        return Finding("jira", "warning", f"{detail}; not seen by this account: {', '.join(missing)}")
    return Finding("jira", "ok" if seen else "warning", f"{detail} {notices}".strip())


def _settings(settings: Settings) -> dict[str, dict[str, str]]:
    origins = Settings.origins()
    return {name: {"value": value, "from": origins[name]} for name, value in settings.shown().items()}


def _print(settings: Settings, findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for name, entry in _settings(settings).items():
        table.add_row(f"PULSE_{name.upper()}", Text(entry["value"]), entry["from"])
    console.print(table)
    console.print()
    colours = {"ok": "green", "warning": "yellow", "problem": "red"}
    for finding in findings:
        console.print(f"[{colours[finding.level]}]{finding.level:8}[/] {finding.name:9}", end="")
        console.print(finding.detail, markup=False, soft_wrap=True)
