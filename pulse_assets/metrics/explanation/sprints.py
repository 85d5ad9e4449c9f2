"""The day on which a sprint begins, which is what its period is called by."""

import datetime as dt
from zoneinfo import ZoneInfo

from pulse_assets.errors import NotFound
from pulse_assets.settings import Settings
from pulse_assets.tables.lake import Lake

_SQL = "SELECT min(started_at), count(*) FROM sprints WHERE sprint_id::VARCHAR = ?"


def sprint_start(lake: Lake, settings: Settings, sprint: str) -> dt.date:
    """The first day of a sprint in `settings.timezone`.

    Args:
        lake: Where the tables are.
        settings: For the zone.
        sprint: Jira's number of it.

    Raises:
        NotFound: There is no such sprint, or it has not been started.
        TableNotBuilt: No project has been collected.
    """
    with lake.connect(["sprints"]) as connection:
        started_at, count = connection.execute(_SQL, [sprint]).fetchone() or (None, 0)
    if not count:
        hint = "Ask `pulse query 'SELECT sprint_id, name FROM sprints'`, or run `pulse sync jira`."
        raise NotFound(f"There is no sprint {sprint!r} in the tables.", hint=hint)
    if started_at is None:
        raise NotFound(f"Sprint {sprint} has not been started.", hint="A sprint has figures from its start on.")
    return started_at.astimezone(ZoneInfo(settings.timezone)).date()
