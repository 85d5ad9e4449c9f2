from pathlib import Path

import pytest

from pulse_assets.reports import FORMATS, ReportContent, render
from pulse_assets.reports.planning.model import LinkCoverage
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.reports.planning.conftest import World, monthly
from pulse_assets_tests.reports.planning.small import MONTHS, small_jira
from pulse_assets_tests.text_tables import completed, fill, rows

REASON = "issues_are_unique failed: 3 rows share their key"
QUARANTINED = """
record_table      record_key  field                problem        value      is_dropped
raw_jira_issues   10001       created              is no instant  yesterday  yes
raw_jira_issues   10001       summary              is missing     -          yes
raw_jira_issues   10002       history 5 created    is no instant  never      no
raw_jira_sprints  12          goal                 is no text     7          no
"""


WAITING = (
    "Flow efficiency counts every status in progress as active work, for PULSE_JIRA_WAITING_STATUSES names none in "
    "which work waits: it is an upper bound."
)


def texts(content: ReportContent, kind: str) -> list[str]:
    """The notices but for the one that the settings of the small Jira always bring."""
    return [notice.text for notice in content.notices if notice.kind == kind and notice.text != WAITING]


def test_flow_efficiency_without_waiting_statuses_is_said_to_be_an_upper_bound(small: World) -> None:
    lake, settings = small
    content = monthly(small, "2024-05")
    assert [notice.text for notice in content.notices].count(WAITING) == 1
    for form in ("html", "md", "json"):
        assert WAITING in render(content, form).replace("\\", "")
    told = settings.model_copy(update={"jira_waiting_statuses": ("In Review",)})
    assert WAITING not in [notice.text for notice in monthly((lake, told), "2024-05").notices]
    assert WAITING not in [notice.text for notice in monthly(small, "2024-03").notices]


def with_rows(lake: Lake, table: str, text: str, partition: str) -> None:
    lake.write(TABLES[table], partition, [completed(table, rows(table, text), partition)])


@pytest.mark.parametrize("form", FORMATS)
def test_a_withheld_project_shows_its_reason_and_no_number(tmp_path: Path, form: str) -> None:
    gates = [Gate("PAY", table, "issues_are_unique", "withheld", REASON) for table in ("issues", "sprints")]
    content = monthly(small_jira(tmp_path, gates=gates), "2024-05")
    assert content.planning is not None
    pay = next(scope for scope in content.planning.scopes if scope.name == "PAY")
    assert {(each.shown, each.value, each.row_count, each.status) for each in pay.figures.values()} == {
        ("withheld", None, None, "withheld")
    }
    figures = [figure for part in (*pay.types, *pay.statuses) for figure in part.figures.values()]
    assert {figure.value for figure in figures} <= {None}
    (sprint,) = content.planning.sprints
    assert {figure.shown for figure in sprint.figures.values()} == {"withheld"}
    own = [each for each in content.planning.drilldowns if each.scope in {"PAY", "12", "7"}]
    assert own
    assert {(each.counted, each.left_out, each.others, each.figures) for each in own} == {((), (), (), ())}
    whole = content.planning.whole.figures["flow_cycle_time.cycle_median_hours"]
    assert (whole.status, whole.status_reason) == ("degraded", f"PAY: {REASON}")
    assert texts(content, "withheld") == [f"Every metric of PAY and core: PAY: {REASON}."]
    assert texts(content, "degraded") == [
        f"The figures of projects are provisional: PAY: {REASON} (oldest collection: 30 Jun 2024, 12:00)."
    ]
    written = render(content, form).replace("\\", "")
    assert REASON in written
    assert "withheld" in written


def test_a_month_that_was_not_over_is_provisional_and_not_compared(tmp_path: Path) -> None:
    content = monthly(small_jira(tmp_path, collected_at="2024-05-25 12:00"), "2024-05")
    assert content.planning is not None
    pay = next(scope for scope in content.planning.scopes if scope.name == "PAY")
    figure = pay.figures["flow_throughput.completed_count"]
    assert (figure.status, figure.change) == ("degraded", "provisional; the month before: 1")
    assert figure.status_reason == "the period was not over when the data were collected"
    assert pay.figures["flow_work_in_progress.average_count"].basis == "24 days"
    assert texts(content, "degraded") == [
        (
            "The figures of projects are provisional: not collected to its end: 1 of 2 projects (PAY) "
            "(oldest collection: 25 May 2024, 12:00)."
        )
    ]


def test_figures_that_their_rows_do_not_give_again_are_doubted(tmp_path: Path) -> None:
    lake, settings = small_jira(tmp_path)
    frame = lake.read(TABLES["flow_throughput"], MONTHS[1])
    is_whole = (frame["grain"] == "month") & (frame["scope"] == "PAY") & (frame["issue_type"] == "all")
    frame.loc[is_whole, "completed_count"] = 99
    lake.write(TABLES["flow_throughput"], MONTHS[1], [frame])
    content = monthly((lake, settings), "2024-05")
    assert texts(content, "quality") == [
        (
            "Throughput: the rows do not give the figures again, so the tables were built at different times. "
            "Run `pulse sync`."
        )
    ]
    assert content.planning is not None
    statuses = {
        scope.name: scope.figures["flow_throughput.completed_count"].status for scope in content.planning.scopes
    }
    assert statuses == {"all": "ok", "core": "ok", "OPS": "ok", "PAY": "degraded", "7": "ok"}


def test_quarantined_records_are_counted_by_project_and_listed(tmp_path: Path) -> None:
    lake, settings = small_jira(tmp_path, texts={"PAY": {"quarantined_records": QUARANTINED}})
    content = monthly((lake, settings), "2024-05")
    assert texts(content, "quality") == [
        "3 records of Jira hold what makes no sense (PAY: 3); 1 is left out altogether, of the others the field."
    ]
    assert content.planning is not None
    freshness = {each.project: (each.quarantined_count, each.dropped_count) for each in content.planning.freshness}
    assert freshness == {"OPS": (0, 0), "PAY": (3, 1)}
    assert [(each.record_key, each.field, each.is_dropped) for each in content.planning.quarantined] == [
        ("10001", "created", True),
        ("10001", "summary", True),
        ("10002", "history 5 created", False),
        ("12", "goal", False),
    ]
    for form in ("html", "md", "csv", "json"):
        assert "history 5 created" in render(content, form)


def test_a_project_that_was_never_collected_completely_is_named(tmp_path: Path) -> None:
    content = monthly(small_jira(tmp_path, collected_at=None), "2024-05")
    assert "PAY has not been collected completely; issues may be missing." in texts(content, "quality")


def incidents(lake: Lake) -> None:
    text = """
        project  key    opened_at         resolved_at       repositories  is_counted  reason
        PAY      PAY-2  2024-05-01 10:00  2024-05-09 10:00  -             no          no_repository
        PAY      PAY-5  2024-05-03 10:00  -                 -             no          no_repository
        PAY      PAY-1  2024-04-01 10:00  2024-04-03 10:00  -             no          no_repository
        PAY      PAY-3  2024-05-02 10:00  2024-05-11 10:00  acme/api      yes         -
    """
    lake.write(TABLES["issue_incidents"], "all", [completed("issue_incidents", rows("issue_incidents", text))])


def test_incidents_of_no_repository_are_told_where_there_are_repositories(tmp_path: Path) -> None:
    lake, settings = small_jira(tmp_path)
    incidents(lake)
    alone = monthly((lake, settings), "2024-05")
    assert alone.planning is not None
    assert (texts(alone, "quality"), alone.planning.incidents) == ([], ())
    beside_repositories(lake)
    content = monthly((lake, settings), "2024-05")
    assert content.planning is not None
    assert [(each.key, each.title) for each in content.planning.incidents] == [
        ("PAY-2", "What PAY-2 is about"),
        ("PAY-5", "What PAY-5 is about"),
    ]
    assert texts(content, "quality") == [
        (
            "2 incidents of Jira (PAY-2 and PAY-5) belong to no repository, so no DORA metric counts them. A pull "
            "request that names the key would tell the repository."
        )
    ]


def beside_repositories(lake: Lake) -> None:
    """Every table of repositories, with four pull requests of May."""
    pulls = """
        number  is_bot  merged_at
        1       no      2024-05-02 10:00
        2       no      2024-05-03 10:00
        3       no      2024-05-31 23:59
        4       yes     2024-05-04 10:00
        5       no      2024-06-01 00:00
        6       no      -
    """
    fill(lake, {"pull_requests": pulls})
    for table in TABLES.values():
        if table.family == "delivery" and not lake.partitions(table):
            lake.write(table, "acme/api", [completed(table.name, [])])


def test_coverage_counts_merged_pull_requests_of_people_that_name_a_collected_issue(tmp_path: Path) -> None:
    lake, settings = small_jira(tmp_path)
    beside_repositories(lake)
    links = """
        repository  number  key     named_key  project  found_in  is_counted  reason
        acme/api    1       PAY-2   PAY-2      PAY      title     yes         -
        acme/api    1       PAY-3   PAY-3      PAY      body      yes         -
        acme/api    2       UTF-8   UTF-8      -        body      no          unknown_issue
        acme/api    4       PAY-2   PAY-2      PAY      title     yes         -
        acme/api    5       PAY-2   PAY-2      PAY      title     yes         -
    """
    lake.write(TABLES["issue_links"], "all", [completed("issue_links", rows("issue_links", links))])
    content = monthly((lake, settings), "2024-05")
    assert content.planning is not None
    assert content.planning.coverage == LinkCoverage(merged_count=3, linked_count=1)
    sentence = "1 of 3 pull requests that people merged in this month name a collected issue (33 %)."
    assert sentence in render(content, "html")
    assert sentence in render(content, "md")


def test_where_nothing_is_known_of_repositories_that_is_said_of_them_alone(tmp_path: Path) -> None:
    lake, settings = small_jira(tmp_path)
    beside_repositories(lake)
    content = monthly((lake, settings), "2024-05")
    assert content.has_repositories
    assert content.summary.startswith("Nothing is known of repositories in May 2024. 4 issues were done;")
