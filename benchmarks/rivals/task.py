"""What every contender is asked to do, and how its result is told from another's."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

#: ("pull_request", number, second of the merge), ("commit", number, sha) or ("review", number, id).
Identity = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Task:
    """One first sync.

    Attributes:
        address: Base of the REST API; GraphQL is at `address/graphql`.
        repository: `owner/name`.
        folder: Where the result goes; empty at the start.
        has_details: With the commits and reviews of each pull request, or the list only.
        is_whole: Pulse only: everything that it collects of a repository, not just the pull requests.
        has_tables: Pulse only: clean tables are built after the sync.
    """

    address: str
    token: str
    repository: str
    folder: str
    has_details: bool = True
    is_whole: bool = False
    has_tables: bool = True

    @property
    def path(self) -> Path:
        return Path(self.folder)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Task":
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Rows:
    """What was collected: counts, and a digest of what identifies the rows."""

    pull_requests: int
    commits: int
    reviews: int
    digest: str

    def __str__(self) -> str:
        return f"{self.pull_requests:,} pull requests, {self.commits:,} commits, {self.reviews:,} reviews"


def rows_of(identities: Iterable[Identity], *, has_details: bool) -> Rows:
    """Counts and digest. Without details, commits and reviews that came along all the same are left out."""
    kept = sorted(each for each in identities if has_details or each[0] == "pull_request")
    counts = {kind: sum(1 for each in kept if each[0] == kind) for kind in ("pull_request", "commit", "review")}
    digest = hashlib.sha256("\n".join(map(repr, kept)).encode()).hexdigest()
    return Rows(counts["pull_request"], counts["commit"], counts["review"], digest[:12])


def pull_request(number: int, merged_at: dt.datetime | float | None) -> Identity:
    """Identity of a pull request; a float is seconds since 1970, as databases tell an instant's zone differently."""
    seconds = merged_at.timestamp() if isinstance(merged_at, dt.datetime) else merged_at
    return "pull_request", number, "" if seconds is None else str(int(seconds))
