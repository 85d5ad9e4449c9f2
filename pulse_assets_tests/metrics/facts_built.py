"""Builds a fact, and the facts before it, from text tables."""

from collections.abc import Mapping
from typing import Any

from pulse_assets.metrics.catalog import CATALOG
from pulse_assets.metrics.engine import build_fact, inputs_of
from pulse_assets.settings import Settings
from pulse_assets.tables.contracts import TABLES
from pulse_assets.tables.frames import frame_problems
from pulse_assets.tables.lake import Lake
from pulse_assets_tests.text_tables import REPOSITORY, fill, records


def built(fact: str, lake: Lake, settings: Settings, texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the fact of a repository, nulls as None; there are no projects but those that the lake has."""
    fill(lake, texts)
    facts = (each for each in CATALOG if each in inputs_of(fact) and TABLES[each].family == "delivery")
    for name in (*facts, fact):
        lake.write(TABLES[name], REPOSITORY, build_fact(name, lake, REPOSITORY, settings))
    frame = lake.read(TABLES[fact], REPOSITORY)
    assert frame_problems(TABLES[fact], frame) == []
    return records(frame)
