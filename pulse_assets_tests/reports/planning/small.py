"""A small Jira whose figures can be checked by hand: May 2024 in UTC, collected at the end of June.

Of project PAY, four issues are done in May (one of them a sub-task), one is in progress, and one was done in April. One
sprint was completed. Of project OPS, one issue is done.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.reports.planning.shown import METRICS
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.metrics.planning_lives import lives, write_facts, write_project

ISSUES = """
key    issue_type  created_at        labels   story_points  sprint_ids  life
PAY-1  Story       2024-04-01 10:00  -        3             -           open, doing 2024-04-02 10:00, done 2024-04-03 10:00
PAY-2  Story       2024-05-01 10:00  -        3             12          open, doing 2024-05-07 10:00, review 2024-05-08 10:00, done 2024-05-09 10:00
PAY-3  Bug         2024-05-02 10:00  escaped  -             12          open, doing 2024-05-07 10:00, done 2024-05-09 10:00, open 2024-05-10 10:00, done 2024-05-11 10:00
PAY-4  Sub-task    2024-05-06 10:00  -        -             -           open, done 2024-05-07 10:00
PAY-5  Story       2024-05-03 10:00  -        5             12          open, doing 2024-05-20 10:00
PAY-6  Story       2024-05-06 10:00  -        2             -           open, done 2024-05-08 10:00
"""  # noqa: E501 - lives are long
OF_PAY = {
    "boards": "board_id  name      board_type  estimation_field\n7         Payments  scrum       points",
    "board_issues": "board_id  key\n7         PAY-2\n7         PAY-3\n7         PAY-5",
    "sprints": """
        sprint_id  board_id  name       state   started_at        completed_at      estimation_field
        12         7         Spring 12  closed  2024-05-06 09:00  2024-05-17 16:00  points
    """,
    "issue_estimates": "key    field_id  points\nPAY-2  points    3\nPAY-5  points    5",
}
OPS = "key    created_at        life\nOPS-1  2024-05-13 10:00  open, doing 2024-05-14 10:00, done 2024-05-15 10:00"
TEAMS = '[teams.core]\nprojects = ["PAY"]\n[teams.edge]\nrepositories = ["acme/api"]\n'
ORGANIZATION = ("issue_links", "issue_deliveries", "issue_incidents")
MONTHS = ("2024-04-01", "2024-05-01", "2024-06-01")


def small_jira(
    home: Path,
    *,
    texts: Mapping[str, Mapping[str, str]] | None = None,
    gates: Sequence[Gate] = (),
    collected_at: str | None = "2024-06-30 12:00",
) -> tuple[Lake, Settings]:
    """The lake with every fact and metric of the projects.

    Args:
        home: Where it is put.
        texts: Tables of a project that are others.
        gates: What failed checks do.
        collected_at: When project PAY was collected.
    """
    home.mkdir(parents=True, exist_ok=True)
    (home / "teams.toml").write_text(TEAMS, encoding="utf-8")
    settings = Settings.load(home=home, timezone="UTC", teams_file=home / "teams.toml")
    lake = Lake(home / "lake")
    changed = texts or {}
    write_project(lake, lives(ISSUES, collected_at, **(OF_PAY | dict(changed.get("PAY", {})))))
    write_project(lake, lives(OPS, **changed.get("OPS", {})), "OPS")
    build(lake, settings, gates)
    return lake, settings


def build(lake: Lake, settings: Settings, gates: Sequence[Gate] = ()) -> None:
    """Every fact and metric of the lake's projects."""
    write_facts(lake, METRICS, settings)
    for fact in ORGANIZATION:
        for partition, batches in build_fact_partitions(fact, lake, ["all"], settings):
            lake.write(TABLES[fact], partition, batches)
    for metric, tables in build_metrics(METRICS, lake, MONTHS, settings, teams=Teams.load(settings), gates=gates):
        for month, table in tables.items():
            lake.write(TABLES[metric], month.isoformat(), [table])
