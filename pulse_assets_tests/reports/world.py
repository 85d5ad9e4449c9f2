"""A generated organisation as clean tables, with facts and metrics built from them by the engine."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact_partitions, build_metrics
from pulse_assets.reports.shown import COLLABORATION, METRICS
from pulse_assets.settings import Settings
from pulse_assets.tables.check_history import Gate
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake
from pulse_assets.tables.teams import Teams
from pulse_assets_tests.reports.lakes import Row, write_tables

BEGIN = dt.datetime(2024, 1, 8, 6, tzinfo=dt.UTC)
END = dt.datetime(2024, 5, 3, 7, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
REPOSITORIES = ("acme/api", "acme/checkout", "acme/web", "acme/worker")
PEOPLE = ("mira", "jonas", "li-wei", "sofia", "amara", "tom", "robot[bot]")
TITLES = (
    "Add a retry budget to the payment client",
    "Speed up the invoice search",
    "Fix rounding of net amounts",
    "Refuse uploads above 64 MB",
    "Remove the old session store",
    "Show taxes per line",
    "Let support see the audit trail",
)
TEAMS = """
[teams.payments]
repositories = ["acme/api", "acme/checkout"]
members = ["mira", "jonas", "li-wei"]
[teams.storefront]
repositories = ["acme/web"]
members = ["sofia", "amara"]
"""
FACTS = tuple(name for name in CATALOG if (TABLES[name].layer, TABLES[name].family) == ("facts", "delivery"))
#: Gives a text for a place: title, author, environment, …; the place says what it is for.
Texts = Callable[[str, str], str]


class _Repository:
    """One repository's history: changes are merged in order and deployed from time to time; some fail."""

    def __init__(self, name: str, seed: int, texts: Texts, changes_per_week: float) -> None:
        self.name = name
        self.random = random.Random(f"{seed} {name}")
        self.texts = texts
        self.pace = 7 * 24 / changes_per_week
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.number = 0
        self.position = -1
        self.deployment_id = self.random.randrange(1_000, 9_000)

    def generate(self) -> dict[str, list[Row]]:
        """The clean tables' rows."""
        # The last one was not collected to the end, so that whole scopes are degraded in the last month.
        at = BEGIN + self.random.random() * 200 * HOUR
        deployed_at = at
        while at < END:
            at += self.random.expovariate(1 / self.pace) * HOUR
            self._change(at)
            if at - deployed_at > self.random.uniform(10, 90) * HOUR:
                deployed_at = at + self.random.uniform(0.1, 3) * HOUR
                self._deploy(deployed_at)
        collected_at = END - self.random.random() * HOUR
        self._add(
            "repositories",
            default_branch="main",
            collected_at=collected_at,
            url=f"https://git.test/{self.name}",
            created_at=BEGIN,
        )
        kept = {
            "pull_requests": "created_at",
            "deployments": "finished_at",
            "incident_reports": "opened_at",
            "pull_request_reviews": "submitted_at",
        }
        for table, column in kept.items():
            self.rows[table] = [row for row in self.rows[table] if row[column] < collected_at]
        known = {row["number"] for row in self.rows["pull_requests"]}
        for table in ("pull_request_reviews", "pull_request_commits"):
            self.rows[table] = [row for row in self.rows[table] if row["number"] in known]
        return {table: list(rows) for table, rows in self.rows.items()}

    def _add(self, table: str, **values: Any) -> None:
        self.rows[table].append({"repository": self.name, **values})

    def _sha(self) -> str:
        return f"{self.random.getrandbits(160):040x}"

    def _number(self) -> int:
        self.number += 1
        return self.number

    def _change(self, started_at: dt.datetime, remedy: str | None = None, **values: Any) -> None:
        pick = self.random
        number, merge = self._number(), self._sha()
        hours = [pick.expovariate(1 / mean) for mean in ((1, 0.5, 1) if remedy else (8, 5, 12))]
        opened_at = started_at + hours[0] * HOUR
        reviewed_at = opened_at + hours[1] * HOUR if pick.random() > 0.15 else None
        merged_at = opened_at + (hours[1] + hours[2]) * HOUR
        author = pick.choice(PEOPLE)
        is_merged = pick.random() > 0.06 or remedy is not None
        self._add(
            "pull_requests",
            number=number,
            title=self.texts("title", pick.choice(TITLES)),
            author=self.texts("author", author),
            is_bot=author.endswith("[bot]"),
            state="closed",
            created_at=opened_at,
            updated_at=merged_at,
            merged_at=merged_at if is_merged and merged_at < END else None,
            merge_commit_sha=merge if is_merged and merged_at < END else None,
            base_branch="main" if pick.random() > 0.04 else self.texts("branch", "develop"),
            head_branch=self.texts("branch", f"topic-{number}"),
            labels=self.texts("label", "size: small"),
            remedy=remedy,
            first_commit_at=started_at,
            first_review_at=reviewed_at,
            url=f"https://git.test/{self.name}/pull/{number}",
            **values,
        )
        self._add(
            "pull_request_commits", number=number, sha=self._sha(), authored_at=started_at, committed_at=started_at
        )
        if reviewed_at:
            for offset in range(pick.randint(1, 3)):
                reviewer = pick.choice([name for name in PEOPLE if name != author])
                self._add(
                    "pull_request_reviews",
                    number=number,
                    review_id=number * 10 + offset,
                    reviewer=self.texts("author", reviewer),
                    is_bot=reviewer.endswith("[bot]"),
                    state="APPROVED",
                    submitted_at=reviewed_at + offset * HOUR,
                )
        if is_merged:
            self.position += 1
            self._add(
                "commits", sha=merge, committed_at=merged_at, authored_at=started_at, mainline_position=self.position
            )

    def _deploy(self, at: dt.datetime) -> None:
        pick = self.random
        self.deployment_id += 1
        is_success = pick.random() > 0.06
        head = self.rows["commits"][-1]
        is_rollback = pick.random() < 0.03 and len(self.rows["commits"]) > 8
        commit = self.rows["commits"][-6] if is_rollback else head
        self._add(
            "deployments",
            deployment_id=self.deployment_id,
            source="deployments",
            environment=self.texts("environment", "production"),
            is_production=True,
            sha=commit["sha"],
            created_at=at,
            finished_at=at + 0.2 * HOUR,
            status="success" if is_success else "failure",
        )
        if is_success and pick.random() < 0.14:
            self._incident(at + pick.uniform(0.3, 5) * HOUR, commit["sha"])

    def _incident(self, at: dt.datetime, cause: str) -> None:
        pick = self.random
        number = self._number()
        resolved_at = at + pick.expovariate(1 / 9) * HOUR
        self._add(
            "incident_reports",
            number=number,
            title=self.texts("title", "Payments fail"),
            state="closed",
            labels=self.texts("label", "incident"),
            opened_at=at,
            resolved_at=resolved_at if pick.random() > 0.1 and resolved_at < END else None,
            root_cause_sha=cause if pick.random() < 0.5 else None,
            url=f"https://git.test/{self.name}/issues/{number}",
        )
        if pick.random() < 0.6:
            remedy = pick.choice(["hotfix", "revert"])
            closes = str(number) if pick.random() < 0.6 else None
            self._change(at + 0.2 * HOUR, remedy, closes_issues=closes)
            self._deploy(at + 4 * HOUR)


def build_world(
    path: Path,
    seed: int = 1,
    *,
    repositories: tuple[str, ...] = REPOSITORIES,
    texts: Texts = lambda _, text: text,
    teams: str = TEAMS,
    changes_per_week: float = 8,
) -> tuple[Lake, Settings]:
    """A lake with every table, and the settings that it was built by."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "teams.toml").write_text(teams, encoding="utf-8")
    settings = Settings.load(home=path, timezone="Europe/Berlin", teams_file=path / "teams.toml")
    lake = Lake(path / "lake")
    for name in repositories:
        write_tables(lake, name, _Repository(name, seed, texts, changes_per_week).generate())
    build_figures(lake, repositories, settings)
    return lake, settings


def build_figures(lake: Lake, repositories: Sequence[str], settings: Settings, gates: Sequence[Gate] = ()) -> None:
    """Every fact and metric of the lake's clean tables."""
    for fact in FACTS:
        for name, batches in build_fact_partitions(fact, lake, repositories, settings):
            lake.write(TABLES[fact], name, batches)
    months = [dt.date(2024, month, 1) for month in range(1, 6)]
    metrics = (*METRICS, COLLABORATION)
    for metric, frames in build_metrics(metrics, lake, months, settings, teams=Teams.load(settings), gates=gates):
        for month, frame in frames.items():
            lake.write(TABLES[metric], month.isoformat(), [frame])
