"""Publishes the lake to a Postgres schema for everyone who wants SQL: dashboards, notebooks, other tools.

What the dashboards ask does not belong here, but in `dashboards/`.
"""

from pulse_assets.tables.publishing.outcome import PublishedTable, PublishOutcome
from pulse_assets.tables.publishing.publication import publish
from pulse_assets.tables.publishing.sources import published_names, state_of
from pulse_assets.tables.publishing.target import place_of

__all__ = ["PublishOutcome", "PublishedTable", "place_of", "publish", "published_names", "state_of"]
