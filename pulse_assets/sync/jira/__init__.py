"""A Jira project into the landing: what is read of it, in which order, and how far a next sync has to look."""

from pulse_assets.sync.jira.streams import jira_streams

__all__ = ["jira_streams"]
