"""pandas: the facts and five DORA metrics of definition `pulse`, by week and month, for each repository and for all.

It does less than Pulse: no other definitions, no team metrics, no intervals, no counts of what is open.
"""

import time
from pathlib import Path
from typing import Any

import pandas as pd

from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.lake import Lake

#: A DataFrame or one of its columns: indexing gives unions that no checker can follow.
Frame = Any
_HOUR = pd.Timedelta(hours=1)
_BY = ["repository", "deployment_id"]


def run(folder: Path) -> tuple[list[tuple[Any, ...]], dict[str, float]]:
    """The figures, and seconds of facts and metrics."""
    began = time.perf_counter()
    tables = {name: _read(folder, name, columns) for name, columns in COLUMNS.items()}
    production, changes = _changes(tables)
    incidents = _incidents(tables, production, changes)
    outcomes = _outcomes(tables, production, changes, incidents)
    facts = time.perf_counter()
    rows = [row for grain in ("week", "month") for row in _figures(grain, changes, outcomes)]
    return rows, {"facts": facts - began, "metrics": time.perf_counter() - facts}


#: Of each table, what the figures need.
COLUMNS = {
    "pull_requests": [
        "repository",
        "number",
        "created_at",
        "merged_at",
        "merge_commit_sha",
        "first_commit_at",
        "remedy",
        "reverts_number",
    ],
    "pull_request_commits": ["repository", "number", "sha"],
    "commits": ["repository", "sha", "mainline_position"],
    "deployments": ["repository", "deployment_id", "sha", "is_production", "status", "created_at", "finished_at"],
    "incident_reports": ["repository", "number", "root_cause_sha", "opened_at", "resolved_at"],
}


def _read(folder: Path, name: str, columns: list[str]) -> Frame:
    lake = Lake(folder)
    table = TABLES[name]
    files = [lake.file(table, partition) for partition in lake.partitions(table)]
    return pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)


def _changes(tables: dict[str, Frame]) -> tuple[Frame, Frame]:
    deployments = tables["deployments"]
    production = deployments[deployments["is_production"] & (deployments["status"] == "success")]
    production = production.merge(tables["commits"], on=["repository", "sha"], how="left")
    production = production.sort_values(["repository", "finished_at", "deployment_id"], ignore_index=True)
    production["ordinal"] = production.groupby("repository").cumcount()
    production["previous_position"] = production.groupby("repository")["mainline_position"].shift()
    production["previous_id"] = production.groupby("repository")["deployment_id"].shift()
    placed = production.dropna(subset=["mainline_position"]).sort_values("mainline_position", ascending=False)
    placed["first"] = placed.groupby("repository")["ordinal"].cummin()
    containing = placed.drop_duplicates(["repository", "mainline_position"], keep="last")
    merges = tables["pull_requests"].merge(
        tables["commits"], left_on=["repository", "merge_commit_sha"], right_on=["repository", "sha"]
    )
    found = pd.merge_asof(
        merges.sort_values("mainline_position"),
        containing[["repository", "mainline_position", "first"]].sort_values("mainline_position"),
        on="mainline_position",
        by="repository",
        direction="forward",
    )
    own = tables["pull_request_commits"].merge(production[["repository", "sha", "ordinal"]], on=["repository", "sha"])
    own = own.groupby(["repository", "number"], as_index=False)["ordinal"].min()
    found = found.merge(own, on=["repository", "number"], how="left")
    found["ordinal"] = found[["first", "ordinal"]].min(axis=1)
    shipped = production[["repository", "ordinal", "deployment_id", "finished_at"]]
    found = found.merge(shipped, on=["repository", "ordinal"], how="left")
    found["lead_time"] = (found["finished_at"] - found["first_commit_at"]) / _HOUR
    found["is_counted"] = (found["finished_at"] >= found["merged_at"]) & (found["lead_time"] >= 0)
    return production, found


def _incidents(tables: dict[str, Frame], production: Frame, changes: Frame) -> Frame:
    """One row per incident with the deployment it is attributed to; those without one are left out."""
    reports = tables["incident_reports"].merge(
        tables["commits"], left_on=["repository", "root_cause_sha"], right_on=["repository", "sha"], how="left"
    )
    linked = reports[reports["mainline_position"].notna()].astype({"mainline_position": "int64"})
    placed = production.dropna(subset=["mainline_position"]).astype({"mainline_position": "int64"})
    placed = placed.sort_values("mainline_position", ascending=False)
    placed["first"] = placed.groupby("repository")["ordinal"].cummin()
    placed = placed.drop_duplicates(["repository", "mainline_position"], keep="last")
    linked = pd.merge_asof(
        linked.sort_values("mainline_position"),
        placed[["repository", "mainline_position", "first"]].sort_values("mainline_position"),
        on="mainline_position",
        by="repository",
        direction="forward",
    ).rename(columns={"first": "blamed"})
    remedies = changes[changes["remedy"].notna()]
    hotfixes = remedies[remedies["remedy"] == "hotfix"].rename(
        columns={"created_at": "opened_at", "finished_at": "resolved_at"}
    )
    reverts = remedies[remedies["remedy"] == "revert"].merge(
        changes[["repository", "number", "ordinal"]].rename(columns={"number": "reverts_number", "ordinal": "blamed"}),
        on=["repository", "reverts_number"],
    )
    reverts = reverts[reverts["blamed"] < reverts["ordinal"]].rename(
        columns={"created_at": "opened_at", "finished_at": "resolved_at"}
    )
    rollbacks = production[production["mainline_position"] < production["previous_position"]]
    rollbacks = rollbacks.assign(
        blamed=rollbacks["ordinal"] - 1, opened_at=rollbacks["created_at"], resolved_at=rollbacks["finished_at"]
    )
    by_time = pd.concat(
        [
            reports[reports["mainline_position"].isna()].assign(kind="issue"),
            hotfixes.assign(kind="hotfix"),
        ]
    ).sort_values("opened_at")
    latest = production[["repository", "finished_at", "ordinal"]].rename(columns={"ordinal": "blamed"})
    by_time = pd.merge_asof(
        by_time[["repository", "kind", "opened_at", "resolved_at"]],
        latest.sort_values("finished_at"),
        left_on="opened_at",
        right_on="finished_at",
        by="repository",
    )
    columns = ["repository", "kind", "opened_at", "resolved_at", "blamed"]
    parts = (linked.assign(kind="issue"), by_time, reverts.assign(kind="revert"), rollbacks.assign(kind="rollback"))
    whole: Frame = pd.concat([part[columns] for part in parts])
    return whole.dropna(subset=["blamed"])


def _outcomes(tables: dict[str, Frame], production: Frame, changes: Frame, incidents: Frame) -> Frame:
    del tables
    issues = incidents[incidents["kind"] == "issue"]
    keys = ["repository", "blamed"]
    has_issue = issues.groupby(keys)["resolved_at"].agg(closed="max", count="size", known="count")
    has_issue.loc[has_issue["count"] != has_issue["known"], "closed"] = pd.NaT
    remedied = incidents[incidents["kind"] != "issue"].groupby(keys)["resolved_at"].min().rename("remedied")
    failed = has_issue.join(remedied, how="outer")
    failed["recovered_at"] = failed["closed"].where(failed["count"].notna(), failed["remedied"])
    outcomes = production.merge(
        failed[["recovered_at"]].assign(is_failure=True),
        left_on=["repository", "ordinal"],
        right_index=True,
        how="left",
    )
    outcomes["is_failure"] = outcomes["is_failure"].notna()
    recovery = (outcomes["recovered_at"] - outcomes["finished_at"]) / _HOUR
    outcomes["recovery_hours"] = recovery.where(recovery >= 0)
    undone = changes[["repository", "number", "ordinal"]].set_axis(["repository", "reverts_number", "undone"], axis=1)
    remedies = changes[changes["remedy"].notna()].merge(undone, on=["repository", "reverts_number"], how="left")
    is_needless = (remedies["remedy"] == "revert") & ~(remedies["undone"] < remedies["ordinal"])
    mending = remedies[~is_needless][_BY].drop_duplicates().assign(has_remedy=True)
    outcomes = outcomes.merge(mending, on=_BY, how="left")
    outcomes["is_rework"] = outcomes["has_remedy"].notna() | (
        outcomes["mainline_position"] < outcomes["previous_position"]
    )
    return outcomes


def _figures(grain: str, changes: Frame, outcomes: Frame) -> list[tuple[Any, ...]]:
    period = "W-SUN" if grain == "week" else "M"
    counted = changes[changes["is_counted"]]
    counted = counted.assign(period=_period(counted["finished_at"], period))
    outcomes = outcomes.assign(period=_period(outcomes["finished_at"], period))
    recovered = outcomes[outcomes["recovery_hours"].notna()]
    recovered = recovered.assign(period=_period(recovered["recovered_at"], period))
    rows = []
    for scope in (["repository", "period"], ["period"]):
        lead = counted.groupby(scope)["lead_time"]
        deployed = outcomes.groupby(scope)
        table = pd.DataFrame(
            {
                "count": deployed.size(),
                "median": lead.median(),
                "p90": lead.quantile(0.9),
                "failures": deployed["is_failure"].mean(),
                "recovery": recovered.groupby(scope)["recovery_hours"].median(),
                "rework": deployed["is_rework"].mean(),
            }
        ).fillna({"count": 0})
        for key, *values in table.itertuples(name=None):
            repository, start = key if isinstance(key, tuple) else ("all", key)
            rows.append((grain, repository, start.start_time.date(), *values))
    return rows


def _period(instants: Frame, period: str) -> Frame:
    return instants.dt.tz_localize(None).dt.to_period(period)
