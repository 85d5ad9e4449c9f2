"""Every fact and metric by its name, in the order in which they can be built."""

from collections.abc import Mapping
from types import MappingProxyType

from pulse_assets.metrics.catalog_delivery import DELIVERY
from pulse_assets.metrics.catalog_entry import Entry
from pulse_assets.metrics.catalog_planning import PLANNING
from pulse_assets.tables.contracts import TABLES

__all__ = ["CATALOG", "Entry"]

_ORDER = {name: place for place, name in enumerate(TABLES)}
CATALOG: Mapping[str, Entry] = MappingProxyType(
    {entry.name: entry for entry in sorted((*DELIVERY, *PLANNING), key=lambda entry: _ORDER[entry.name])}
)
