"""What Pulse remembers, in one transactional database: SQLite by default, Postgres in production."""

from pulse_assets.store.check_results import CheckResults, CheckRow, CheckTrend, RecordedCheckRow
from pulse_assets.store.checkpoints import Checkpoints
from pulse_assets.store.database import Store
from pulse_assets.store.http_cache import CachedAnswer, HttpCache
from pulse_assets.store.landing import LandedRecord, Landing, Record, UpsertCount
from pulse_assets.store.leases import Lease, Leases
from pulse_assets.store.rate_limits import Budget, RateLimitLedger

__all__ = [
    "Budget",
    "CachedAnswer",
    "CheckResults",
    "CheckRow",
    "CheckTrend",
    "Checkpoints",
    "HttpCache",
    "LandedRecord",
    "Landing",
    "Lease",
    "Leases",
    "RateLimitLedger",
    "Record",
    "RecordedCheckRow",
    "Store",
    "UpsertCount",
]
