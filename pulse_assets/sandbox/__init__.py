"""A generated organization with known truth, served over GitHub's and Jira's own HTTP: for demo, tests and load.

`generate` makes a world from a seed, `serving` puts it behind REST and GraphQL, `Truth` knows its metrics by plain
loops; `sandbox.jira` has the same for Jira. Nothing here knows the code that it judges (sources, sync, tables,
metrics).
"""

from pulse_assets.sandbox.generator import DEFAULT_UNTIL, generate
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.server import Sandbox, serving
from pulse_assets.sandbox.truth import Truth

__all__ = ["DEFAULT_UNTIL", "Organization", "Sandbox", "Truth", "generate", "serving"]
