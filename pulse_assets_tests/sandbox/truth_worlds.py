"""More of a tiny organization: a default branch with one change a day, and columns of its true rows."""

from typing import Any

from pulse_assets.sandbox.organization import Deployment, Organization, PullRequest
from pulse_assets.sandbox.truth import Row, Rules, Truth
from pulse_assets_tests.sandbox.worlds import deployment, mainline, pull, world

#: m1 … m7 land at noon of the first seven days of May 2024; each is the squash of the change of its number.
LINE = mainline(("m0", "2024-04-01"), *((f"m{day}", f"2024-05-0{day}T12:00") for day in range(1, 8)))


def change(number: int, *labels: str, **more: Any) -> PullRequest:
    """The change that lands as m<number>: begun at 8, opened at 9, merged at 12 o'clock."""
    day = f"2024-05-0{number}"
    commits, merge = (f"c{number}", f"{day}T08:00"), f"m{number}"
    return pull(number, f"{day}T09:00", commits, merged=f"{day}T12:00", merge=merge, labels=labels, **more)


def ships(number: int, name: str, finished: str, *, created: str | None = None, **more: Any) -> Deployment:
    """A successful production deployment, asked for when it finished unless `created` says otherwise."""
    return deployment(number, name, ("pending", created or finished), ("success", finished), **more)


def api(until: str = "2024-06-15", **parts: Any) -> Organization:
    """An organization of one repository with the line above."""
    return world(until, **({"landings": LINE} | parts))


def incidents(organization: Organization, *columns: str, rules: Rules | None = None) -> dict[str, tuple[Any, ...]]:
    """Columns of its incidents by `incident_id`."""
    rows = Truth(organization, rules=rules).incidents("acme/api")
    return {row["incident_id"]: picked(row, *columns) for row in rows}


def outcomes(organization: Organization, *columns: str, rules: Rules | None = None) -> dict[int, tuple[Any, ...]]:
    """Columns of its deployment outcomes by number."""
    rows = Truth(organization, rules=rules).deployment_outcomes("acme/api")
    return {row["deployment_id"]: picked(row, *columns) for row in rows}


def picked(row: Row, *columns: str) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)
