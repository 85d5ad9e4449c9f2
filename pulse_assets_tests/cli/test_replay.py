"""The whole way from recorded GitHub traffic to a report, as the command goes it."""

import json
from pathlib import Path

from pulse_assets.errors import ExitCode
from pulse_assets_tests.cli.conftest import Pulse
from pulse_assets_tests.replay import Replay

COUNTS = """
SELECT (SELECT count(*) FROM pull_requests) AS pull_requests,
       (SELECT count(*) FROM pull_requests WHERE merged_at IS NOT NULL) AS merged,
       (SELECT count(*) FROM pull_request_commits) AS pull_request_commits,
       (SELECT count(*) FROM pull_request_reviews) AS reviews,
       (SELECT count(*) FROM commits) AS commits,
       (SELECT count(*) FROM releases) AS releases,
       (SELECT round(median(epoch(merged_at - created_at)) / 3600, 4) FROM pull_requests) AS median_hours,
       (SELECT round(avg(epoch(merged_at - created_at)) / 3600, 4) FROM pull_requests) AS mean_hours
"""


def test_recorded_traffic_becomes_the_numbers_that_are_known_of_it(pulse: Pulse, home: Path, replay: Replay) -> None:
    environment = {
        "PULSE_GITHUB_URL": replay.github_url,
        "PULSE_GITHUB_TOKEN": "t",
        "PULSE_GITHUB_REPOSITORIES": "panjf2000/ants",
        "PULSE_DEPLOYMENT_SOURCE": "releases",
        "PULSE_HISTORY_START": "2025-06-01",  # fewer months, the same rows
    }
    assert pulse("sync", "github", **environment).code == ExitCode.OK
    first = replay.calls()
    assert json.loads(pulse("query", COUNTS, "--json").out) == [
        {
            "pull_requests": 49,
            "merged": 26,
            "pull_request_commits": 90,
            "reviews": 30,
            "commits": 711,
            "releases": 48,
            "median_hours": 18.7357,
            "mean_hours": 82.1628,
        }
    ]
    again = pulse("sync", "github", "--json")
    assert again.code == ExitCode.OK
    partition = json.loads(again.out)["partitions"]["panjf2000/ants"]
    assert (partition["new_count"], partition["changed_count"]) == (0, 0)
    second = replay.calls()
    assert (second["bytes"] - first["bytes"]) * 10 <= first["bytes"]
    assert second["statuses"]["200"] == first["statuses"]["200"]
    written = pulse("report", "weekly", "--format", "html")
    assert Path(written.out.strip()).stem.endswith("2025-W52")
    assert Path(written.out.strip()).is_relative_to(home)
