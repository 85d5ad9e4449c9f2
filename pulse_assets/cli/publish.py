"""`pulse publish`: bring the tables in Postgres, for dashboards, to what the lake holds."""

import json
from dataclasses import asdict

import typer

from pulse_assets.errors import ExitCode
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.publishing import PublishOutcome, publish


def run(*, tables: list[str] | None, full: bool, as_json: bool) -> int:
    """Publishes and says what was written.

    Raises:
        PulseError: As `publish`.
    """
    settings = Settings.load()
    outcome = publish(Lake(settings.lake_path), settings, tables or None, full=full)
    if as_json:
        typer.echo(json.dumps(_document(outcome), indent=2))
    else:
        _print(outcome)
    return int(ExitCode.OK)


def _print(outcome: PublishOutcome) -> None:
    for table in outcome.changed:
        removed = f", {table.removed_count:,} partitions removed" if table.removed_count else ""
        typer.echo(f"  {table.name}: {table.written_count:,} of {table.row_count:,} rows written{removed}")
    for name in outcome.dropped:
        typer.echo(f"  {name}: dropped; Pulse has no such table any more")
    count = len(outcome.changed)
    what = f"{count} of {len(outcome.tables)} tables written" if count else "Nothing has changed"
    typer.echo(f"{what}; schema {outcome.schema} of {outcome.place} is up to date.")


def _document(outcome: PublishOutcome) -> dict[str, object]:
    return {
        "database": outcome.place,
        "schema": outcome.schema,
        "written_count": outcome.written_count,
        "tables": [asdict(table) for table in outcome.tables],
        "dropped": list(outcome.dropped),
    }
