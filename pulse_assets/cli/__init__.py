"""The `pulse` command."""

from pulse_assets.cli.app import main

__all__ = ["main"]
