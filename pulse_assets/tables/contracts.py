"""The contract of every table in the lake: clean tables, facts and metrics.

A clean table is built from the landing (`transform`), a fact or a metric by the SQL file of its name (`metrics`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from pulse_assets.tables.contracts_clean import CLEAN
from pulse_assets.tables.contracts_facts import FACTS
from pulse_assets.tables.contracts_flow import PLANNING_METRICS
from pulse_assets.tables.contracts_metrics import METRICS
from pulse_assets.tables.contracts_organization import JIRA_ACCOUNTS, ORGANIZATION_FACTS
from pulse_assets.tables.contracts_planning import PLANNING_CLEAN, PLANNING_FACTS
from pulse_assets.tables.metric_columns import LOW_COUNT, METRIC_COLUMNS
from pulse_assets.tables.schema import Column, Kind, Layer, Reference, Table

__all__ = ["LOW_COUNT", "METRIC_COLUMNS", "TABLES", "Column", "Kind", "Layer", "Reference", "Table"]

_CLEAN = (*CLEAN, *PLANNING_CLEAN, JIRA_ACCOUNTS)
_FACTS = (*PLANNING_FACTS, *FACTS, *ORGANIZATION_FACTS)
_ALL = (*_CLEAN, *_FACTS, *METRICS, *PLANNING_METRICS)
#: Every table of the lake by its name, in the order in which data flows.
TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in _ALL})
