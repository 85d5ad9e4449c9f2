"""The commands and their options; what a command does stands in the module of its name, imported when it runs."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from pulse_assets.errors import ExitCode, PulseError, UsageError

app = typer.Typer(
    name="pulse",
    help="Engineering analytics that says how each number came about.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich costs 400 ms of CPU at each --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: What typer ends with after Ctrl-C.
_INTERRUPTED = 130
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Source = Literal["github", "jira", "all"]
Kind = Literal["weekly", "monthly", "sprint"]
Format = Literal["html", "md", "csv", "json"]


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="Another number is another organisation.")] = 7,
    repositories: Annotated[int, typer.Option(min=1, max=200)] = 6,
    people: Annotated[int, typer.Option(min=2, max=500)] = 9,
    months: Annotated[int, typer.Option(min=1, max=36)] = 6,
    json: JsonOption = False,
) -> None:
    """Run the whole graph on a generated organisation: no token, no network, about half a minute."""
    from pulse_assets.cli.demo import run

    raise typer.Exit(run(seed=seed, repositories=repositories, people=people, months=months, as_json=json))


@app.command()
def sync(
    source: Annotated[Source, typer.Argument(help="What to collect from.")] = "all",
    repository: Annotated[
        list[str] | None, typer.Option(help="Only this one (owner/name); may be given several times.")
    ] = None,
    project: Annotated[list[str] | None, typer.Option(help="Only this one (key); may be given several times.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything again; what is stored stays.")] = False,
    json: JsonOption = False,
) -> None:
    """Collect what is new, then bring tables, metrics and the latest reports up to date."""
    from pulse_assets.cli.sync import run

    raise typer.Exit(run(source=source, repositories=repository, projects=project, full=full, as_json=json))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="DuckDB SQL over every table by its asset name; '-' reads it from stdin.")],
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a header and the rows as CSV.")] = False,
) -> None:
    """Ask the tables: raw, clean, facts and metrics."""
    from pulse_assets.cli.query import run

    if json and csv:
        raise UsageError("--json and --csv exclude each other.", hint="Give one of them.")
    raise typer.Exit(run(sys.stdin.read() if sql == "-" else sql, output="json" if json else "csv" if csv else "table"))


@app.command()
def report(  # noqa: PLR0917 - typer declares options as parameters
    kind: Annotated[Kind, typer.Argument(help="Which report.")],
    period: Annotated[
        str | None,
        typer.Option(help="2024-W05 or a day of it; 2024-05 for a month. Default: the last with data."),
    ] = None,
    project: Annotated[str | None, typer.Option(help="Of a sprint report: key of the project.")] = None,
    sprint: Annotated[int | None, typer.Option(help="Its number. Default: the one that was completed last.")] = None,
    format: Annotated[Format, typer.Option(help="How to write it.")] = "html",  # noqa: A002 - the option's name
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File; '-' is stdout.")] = None,
    benchmark: Annotated[
        int | None, typer.Option(min=2021, max=2025, help="Year of the DORA report to compare with.")
    ] = None,
) -> None:
    """Write a report of one period, or of one sprint."""
    from pulse_assets.cli.report import run, run_sprint

    if kind == "sprint":
        if period is not None or benchmark is not None:
            raise UsageError(
                "--period and --benchmark do not belong to a sprint report.", hint="Choose by --project and --sprint."
            )
        raise typer.Exit(run_sprint(project=project, sprint=sprint, output_format=format, output=output))
    if project is not None or sprint is not None:
        raise UsageError(f"--project and --sprint do not belong to a {kind} report.", hint="Use `report sprint`.")
    raise typer.Exit(run(kind=kind, period=period, output_format=format, output=output, benchmark=benchmark))


@app.command()
def explain(  # noqa: PLR0917 - typer declares options as parameters
    metric: Annotated[str, typer.Argument(help="Such as lead_time or dora_lead_time.")],
    period: Annotated[str | None, typer.Option(help="2024-W05 or a day of it; 2024-05 for a month.")] = None,
    repository: Annotated[str | None, typer.Option(help="Only this one (owner/name). Default: all.")] = None,
    project: Annotated[str | None, typer.Option(help="Only this one (key).")] = None,
    board: Annotated[int | None, typer.Option(help="Only the issues of this board (number).")] = None,
    sprint: Annotated[int | None, typer.Option(help="Only this sprint (number); it needs no period.")] = None,
    team: Annotated[str | None, typer.Option(help="Only the repositories or projects of this team.")] = None,
    definition: Annotated[str, typer.Option(help="pulse, devlake or fourkeys.")] = "pulse",
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
    limit: Annotated[int | None, typer.Option(min=0, help="At most so many rows of each kind.")] = None,
) -> None:
    """Say where a figure comes from: its definition, the rows counted, those left out, and the figure made of them."""
    from pulse_assets.cli.explain import run

    if json and csv:
        raise UsageError("--json and --csv exclude each other.", hint="Give one of them.")
    given = {"repository": repository, "project": project, "board": board, "sprint": sprint, "team": team}
    scopes = [(kind, str(name)) for kind, name in given.items() if name is not None]
    if len(scopes) > 1:
        names = " and ".join(f"--{kind}" for kind, _ in scopes)
        raise UsageError(f"{names} exclude each other.", hint="Give one of them, or none for all.")
    scope = scopes[0] if scopes else ("all", "all")
    output = "json" if json else "csv" if csv else "text"
    raise typer.Exit(run(metric, period=period, scope=scope, definition=definition, output=output, limit=limit))


@app.command()
def checks(
    *,
    table: Annotated[str | None, typer.Option(help="Only the checks of this table.")] = None,
    repository: Annotated[str | None, typer.Option(help="Only this one (owner/name); of metrics a month.")] = None,
    project: Annotated[str | None, typer.Option(help="Only this one (key).")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="List only those that fail.")] = False,
    dimension: Annotated[str | None, typer.Option(help="completeness, consistency, accuracy or timeliness.")] = None,
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a header and the results as CSV.")] = False,
) -> None:
    """Say what every check of the data found last; ends with 8 when a blocking one fails."""
    from pulse_assets.cli.checks import run

    if json and csv:
        raise UsageError("--json and --csv exclude each other.", hint="Give one of them.")
    if repository and project:
        raise UsageError("--repository and --project exclude each other.", hint="Give one of them.")
    output = "json" if json else "csv" if csv else "text"
    partition = repository or project
    raise typer.Exit(run(table=table, partition=partition, dimension=dimension, failed=failed, output=output))


@app.command()
def publish(
    table: Annotated[list[str] | None, typer.Option(help="Only this one; may be given several times.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Write everything anew, also what has not changed.")] = False,
    json: JsonOption = False,
) -> None:
    """Bring the tables for dashboards, in the Postgres of PULSE_PUBLISH_URL, up to date; `pulse sync` does it too."""
    from pulse_assets.cli.publish import run

    raise typer.Exit(run(tables=table, full=full, as_json=json))


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Check settings, store, folders and access to GitHub and Jira, and say what to do about what is wrong."""
    from pulse_assets.cli.doctor import run

    raise typer.Exit(run(as_json=json))


@app.command()
def dev(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 3000,
    host: Annotated[str, typer.Option(help="Dagster's UI has no login: keep it on loopback.")] = "127.0.0.1",
) -> None:
    """Start Dagster's UI and daemon, with their state under PULSE_HOME."""
    from pulse_assets.cli.dev import run

    raise typer.Exit(run(host=host, port=port))


@app.command()
def sandbox(
    seed: Annotated[int, typer.Option(help="Another number is another organisation.")] = 7,
    repositories: Annotated[int, typer.Option(min=1, max=200)] = 6,
    people: Annotated[int, typer.Option(min=2, max=500)] = 9,
    months: Annotated[int, typer.Option(min=1, max=36)] = 6,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 9200,
) -> None:
    """Serve the generated organisation of the demo on loopback, to try Pulse or another client on it."""
    from pulse_assets.cli.sandbox import run

    raise typer.Exit(run(seed=seed, repositories=repositories, people=people, months=months, port=port))


def main() -> None:
    """Runs the command; every failure ends in a sentence and an exit code, never in a traceback."""
    try:
        app()
    except PulseError as error:
        typer.echo(f"pulse: {error}", err=True)
        sys.exit(int(error.exit_code))
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            typer.echo("pulse: interrupted; what was committed stays, the next run goes on from there.", err=True)
        raise
    except BrokenPipeError:
        sys.exit(int(ExitCode.OK))
    except Exception as error:  # noqa: BLE001 - the edge of the process
        typer.echo(f"pulse: this should not happen: {type(error).__name__}. {_keep(error)}", err=True)
        sys.exit(int(ExitCode.FAILED))


def _keep(error: Exception) -> str:
    from pulse_assets.cli.logs import log_defect

    try:
        return f"The details are in {log_defect(error)}; what was committed before stays."
    except PulseError as unwritable:
        return f"The details could not be logged: {unwritable}"
