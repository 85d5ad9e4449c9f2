"""The door for Dagster: `dagster dev` and `workspace.yaml` load this module as the location `pulse`."""

import dagster as dg

from pulse_assets.graph.assembly import build_definitions
from pulse_assets.settings import Settings

__all__ = ["build_definitions", "pulse"]


@dg.definitions
def pulse() -> dg.Definitions:
    """The graph for the settings of the environment."""
    return build_definitions(Settings.load())
