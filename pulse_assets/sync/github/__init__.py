"""A GitHub repository into the landing: what is read of it, in which order, and how far a next sync has to look."""

from pulse_assets.sync.github.streams import github_streams

__all__ = ["github_streams"]
