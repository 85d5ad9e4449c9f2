"""Published DORA levels by report year, and where a figure lies among them; the numbers are in the TOML files."""

from pulse_assets.metrics.benchmarks.data import Benchmark, Cluster, Scale, benchmark
from pulse_assets.metrics.benchmarks.placing import Position, position

__all__ = ["Benchmark", "Cluster", "Position", "Scale", "benchmark", "position"]
