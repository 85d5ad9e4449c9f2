"""What Pulse computes of a generated Jira site is what its generator knows: all layers but Dagster, over HTTP.

One more test goes through Dagster as well.
"""

import dataclasses
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pulse_assets.errors import ExitCode
from pulse_assets.graph.runs import run_sync
from pulse_assets.metrics.families import WHOLE
from pulse_assets.sandbox.generator import generate
from pulse_assets.sandbox.jira.generator import generate_jira
from pulse_assets.sandbox.jira.linking import Mention, true_links, with_issue_keys
from pulse_assets.sandbox.jira.truth import JiraRules, JiraTruth
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.quality import check_table, expectations
from pulse_assets_tests.collected_jira import FACTS, METRICS, Rows, Site, served
from pulse_assets_tests.edge_cases_jira import EDGE_CASES, edge_cases, link_cases
from pulse_assets_tests.sandbox.jira.test_truth_against_sql import differences, true_metrics
from pulse_assets_tests.text_tables import PLANNING

SEEDS = range(1, 61)
#: Those of the seeds that a usual run tries.
FEW_SEEDS = range(1, 7)
DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
LENGTH = 85 * DAY
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
#: Local ends of histories of twelve weeks that hold the change of the clocks in each zone: amid a day, with the begin
#: of a week, and with that of a month.
ENDS = (dt.datetime(2025, 5, 6, 9, 30), dt.datetime(2024, 11, 18), dt.datetime(2025, 5, 1))  # noqa: DTZ001
#: In Central Europe, of these years: some generated sprints end then.
CLOCK_CHANGES = (dt.datetime(2024, 10, 27, 1, tzinfo=dt.UTC), dt.datetime(2025, 3, 30, 1, tzinfo=dt.UTC))
WAITING = ("wartet auf KUNDEN", "10006")
OFFICE = {
    "working_days": ("mon", "tue", "wed", "thu", "fri"),
    "holidays": (dt.date(2024, 10, 3), dt.date(2025, 4, 18), dt.date(2025, 5, 1)),
}
TEAMS = {"money": ("PAY", "OPS"), "shop": ("WEB_2", "PAY")}


@dataclass(frozen=True)
class Course:
    """What is collected with a seed, when, and with which settings.

    Attributes:
        clocks: When it is collected; the truth is that of the last one.
        mentions: Which pull requests name which issues; without any GitHub is not collected.
    """

    organization: Organization
    world: JiraWorld
    clocks: tuple[dt.datetime, ...]
    rules: JiraRules
    chosen: Mapping[str, Any]
    projects: tuple[str, ...] | None = None
    mentions: Sequence[Mention] = ()

    @property
    def end(self) -> dt.datetime:
        return self.clocks[-1]

    def truth(self) -> JiraTruth:
        teams = {} if self.projects else TEAMS
        return JiraTruth(self.world, self.end, projects=self.projects, teams=teams, rules=self.rules)

    def links(self) -> Rows:
        return true_links(self.mentions, self.organization, self.world, self.end, projects=self.projects)


@cache
def nobody() -> Organization:
    return generate(1, repositories=1, people=2, months=1, pull_requests_per_month=1)


def course_of(seed: int) -> Course:
    """Zones, flavors, ends and settings in turns, so that each goes with each."""
    zone = ZONES[seed % 4]
    until = ENDS[seed % 3].replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    organization, mentions = nobody(), list[Mention]()
    if seed % 5 == 1:
        organization = generate(seed, repositories=2, people=4, until=until, months=2, pull_requests_per_month=12)
    world = generate_jira(
        seed, organization, start=until - LENGTH, until=until, projects=3 + seed % 2, issues_per_sprint=3
    )
    if seed % 5 == 1:
        organization, mentions = with_issue_keys(organization, world, seed)
    projects = ("PAY", "WEB_2") if seed % 7 == 6 else None
    rules, chosen = choices(seed, zone, world)
    chosen |= {"jira_projects": projects} if projects else {}
    return Course(organization, world, clocks_of(seed, world), rules, chosen, projects, mentions)


def choices(seed: int, zone: str, world: JiraWorld) -> tuple[JiraRules, dict[str, Any]]:
    """The same for the truth and as settings."""
    rules, chosen = dict[str, Any](), dict[str, Any]()
    if seed % 8 in (1, 3, 4, 6):
        chosen |= {"jira_flavor": "datacenter"}
    else:
        chosen |= {"jira_email": "reader@example.invalid"}
    if seed % 2:
        rules["waiting_statuses"] = chosen["jira_waiting_statuses"] = WAITING
    if seed % 3 == 1:
        rules |= OFFICE | {"working_hours": (dt.time(9), dt.time(17))}
        chosen |= {"working_days": OFFICE["working_days"], "working_hours": "09:00-17:00"}
        chosen["holidays"] = ",".join(map(str, OFFICE["holidays"]))
    if seed % 4 == 0:
        gone = {status.id for status in world.statuses if status.deleted_at is not None}
        rules["status_categories"] = dict.fromkeys(gone, "in_progress")
        chosen["jira_status_categories"] = tuple(f"{status}=in_progress" for status in sorted(gone))
    if seed % 7 == 0:
        rules |= {"defect_types": ("Bug", "Incident"), "escaped_labels": ("customer",)}
        chosen |= {"jira_defect_types": ("Bug", "Incident"), "jira_escaped_labels": ("customer",)}
    return JiraRules(zone=zone, **rules), chosen | {"timezone": zone}


def clocks_of(seed: int, world: JiraWorld) -> tuple[dt.datetime, ...]:
    """Of two seeds in three several: some at random, some where a sync has much to find out; the last is the end.

    With every fifth seed the end falls into a time in which a closed sprint is open again, where there is one; with
    every tenth it is the very instant at which a sprint ends and the next one begins. A status that is given up between
    two syncs has to be missing in two lists: there is a sync right after that, too.
    """
    end, rng = world.until, random.Random(seed)
    closings = [closing for sprint in world.sprints for closing in sprint.closings]
    reopened = [(closed, again) for closed, again in closings if again is not None]
    if seed % 5 == 0 and reopened:
        end = max(whole(again) for _, again in reopened) + HOUR
    if seed % 10 == 2:
        end = max((closed for closed, _ in closings if closed in CLOCK_CHANGES), default=end)
    if seed % 3 == 0:
        return (end,)
    found = {end - rng.random() * LENGTH / 2 for _ in range(2)}
    found.update(sorted(closed for closed, _ in closings if closed < end)[-1:])
    found.update(closed + HOUR for closed, _ in reopened[-1:])
    found.update(again + HOUR for _, again in reopened[-1:] if again is not None)
    found.update(issue.deleted_at - SECOND for issue in world.issues[-40:] if issue.deleted_at is not None)
    begun = min(issue.created_at for issue in world.issues) + DAY
    earlier = sorted(instant for instant in found if begun < instant < end - SECOND)[-5:]
    given_up = {whole(status.deleted_at) for status in world.statuses if status.deleted_at is not None}
    return (*sorted({*earlier, *(at for at in given_up if earlier[0] < at < end)}), end)


def whole(instant: dt.datetime) -> dt.datetime:
    """The next whole second: servers tell no parts of it."""
    return instant.replace(microsecond=0) + SECOND


def teams_file(folder: Path) -> Path:
    tables = [f"[teams.{name}]\nprojects = {list(projects)}\n" for name, projects in TEAMS.items()]
    file = folder / "teams.toml"
    file.write_text("\n".join(tables), encoding="utf-8")
    return file


def settings_of(course: Course, folder: Path) -> dict[str, Any]:
    """A team that waits for a project that nobody collects would be degraded: it has no file then."""
    return dict(course.chosen) | ({} if course.projects else {"teams_file": teams_file(folder)})


def differing(table: str, found: Rows, true: Rows) -> list[str]:
    """Whatever is not the same, also rows that are there twice."""
    lines = differences(table, found, true)
    return lines if lines or len(found) == len(true) else [f"{table}: {len(found)} rows in place of {len(true)}"]


def differences_of_facts(site: Site, truth: JiraTruth) -> list[str]:
    return [
        line
        for fact in FACTS
        for project in truth.projects
        for line in differing(fact, site.rows(fact, project), getattr(truth, fact)(project))
    ]


def differences_of_metrics(found: Iterable[tuple[str, Rows]], truth: JiraTruth) -> list[str]:
    true = true_metrics(truth)
    assert true.keys() == set(METRICS)
    return [line for name, rows in found for line in differing(name, rows, true.pop(name))] + sorted(true)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=() if seed in FEW_SEEDS else (pytest.mark.full,)) for seed in SEEDS]
)
def test_every_row_is_the_truth(tmp_path: Path, seed: int) -> None:
    course = course_of(seed)
    with served(tmp_path, course.organization, course.world, **settings_of(course, tmp_path)) as site:
        for clock in course.clocks:
            site.collect(clock)
        site.build()
        truth = course.truth()
        assert sorted(site.projects) == truth.projects
        assert differences_of_facts(site, truth) == []
        assert differences_of_metrics(site.metrics(), truth) == []
        assert not course.mentions or site.links() == course.links()


def test_every_edge_case_occurs_among_the_seeds() -> None:
    counts, kinds = Counter[str](), Counter[tuple[Any, ...]]()
    for seed in SEEDS:
        course = course_of(seed)
        counts.update(edge_cases(course.world, course.truth(), course.clocks))
        counts.update(link_cases(course.links()))
        kinds[course.rules.zone, course.chosen.get("jira_flavor"), len(course.clocks) > 1] += 1
    assert {case: counts[case] for case in EDGE_CASES if counts[case] == 0} == {}
    assert len(kinds) == len(ZONES) * 2 * 2


def test_every_check_passes_but_those_that_tell_of_what_the_site_no_longer_knows(tmp_path: Path) -> None:
    course = course_of(7)
    with served(tmp_path, course.organization, course.world, **settings_of(course, tmp_path)) as site:
        site.collect(course.end)
        site.build()
        failures = {
            result.name
            for project in site.projects
            for name in (*PLANNING, *FACTS)
            for result in check_table(
                TABLES[name],
                site.lake,
                project,
                expected=expectations(site.store, project, site.settings),
                now=course.end,
                settings=site.settings,
            )
            if not result.passed
        }
    assert failures == {"statuses_have_categories"}


@pytest.mark.full
@pytest.mark.parametrize("seed", [11, 16, 31])
def test_the_graph_gives_the_same_after_each_of_several_syncs(tmp_path: Path, seed: int) -> None:
    course = course_of(seed)
    with served(tmp_path, course.organization, course.world, **settings_of(course, tmp_path)) as site:
        for clock in (whole(course.clocks[-2]), course.end):
            site.show(clock)
            outcome = run_sync(site.settings, sources=("github", "jira"))
            assert (outcome.exit_code, outcome.failures) == (ExitCode.OK, {})
            now = dataclasses.replace(course, clocks=(clock,))
            assert differences_of_facts(site, now.truth()) == []
            assert differences_of_metrics(((name, site.lake_rows(name)) for name in METRICS), now.truth()) == []
            assert site.rows("issue_links", WHOLE) == now.links()
