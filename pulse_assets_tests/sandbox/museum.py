"""An organization written by hand, with one repository for each kind of edge case."""

import datetime as dt
from dataclasses import replace
from typing import Any

from pulse_assets.sandbox.organization import Deployment, Landing, Organization, PullRequest, Push, Repository, sha_of
from pulse_assets_tests.sandbox.truth_worlds import LINE, change, ships
from pulse_assets_tests.sandbox.worlds import ADA, BEN, BOT, at, commit, deployment, issue, mainline, pull, review

UNTIL = at("2024-11-20T12:00")
#: Instants (UTC) around which a zone changes its clocks, and the local midnight that begins the Monday after.
_CLOCKS = (
    ("2024-03-10T07:00", "2024-03-11T04:00"),  # America/New_York
    ("2024-11-03T06:00", "2024-11-04T05:00"),
    ("2024-03-31T01:00", "2024-03-31T22:00"),  # Europe/Berlin, where this Monday is the first of April
    ("2024-10-27T01:00", "2024-10-27T23:00"),
    ("2024-04-06T15:00", "2024-04-07T13:30"),  # Australia/Lord_Howe
    ("2024-10-05T15:30", "2024-10-06T13:00"),
    ("2024-04-06T14:00", "2024-04-07T12:00"),  # Pacific/Auckland
    ("2024-09-28T14:00", "2024-09-29T11:00"),
)
_AROUND_MINUTES = (-61, -45, -15, -1, 0, 1, 15, 45, 61)
_THREE = (ships(1, "m2", "2024-05-03"), ships(2, "m4", "2024-05-05"), ships(3, "m6", "2024-05-07"))
_MANY = 230


def museum() -> Organization:
    """All of them, in the organization `acme`."""
    exhibits = {
        "nothing": {"pull_requests": (change(1), change(2)), "issues": (issue(9, "2024-05-05"),)},
        "first": {"pull_requests": (change(1), change(3), change(5)), "deployments": (ships(1, "m3", "2024-05-04"),)},
        "early": _deployed_before_the_merge(),
        "environments": _environments(),
        "back": _rollbacks(),
        "remedies": _remedies(),
        "reports": _reports(),
        "prefix": _ambiguous_cause(),
        "services": _services(),
        "clocks": {"deployments": _around_changes_of_clocks()},
        "kinds": _kinds_of_merges(),
        "lost": _lost_by_a_force_push(),
        "many": _many(),
    }
    repositories = tuple(
        Repository(number, "acme", name, at("2024-01-01"), **({"landings": LINE} | parts))
        for number, (name, parts) in enumerate(exhibits.items(), start=1)
    )
    return Organization("acme", UNTIL, (ADA, BEN, BOT), repositories)


def _deployed_before_the_merge() -> dict[str, Any]:
    """A hotfix goes out from its branch, which left the default branch after m4; then it is merged."""
    branch = (Push(at("2024-05-06T09:00"), (commit("c6", "2024-05-06T08:00", parents=("m4",)),)),)
    return {
        "pull_requests": (change(4), change(5), change(6, "hotfix", pushes=branch)),
        "deployments": (*_THREE[:2], ships(3, "c6", "2024-05-06T10:00"), ships(4, "m6", "2024-05-07")),
    }


def _environments() -> dict[str, Any]:
    """Staging first; production fails, is tried again, is asked for twice, is never finished."""
    return {
        "pull_requests": (change(2), change(3, reviews=(review(1, BEN, "2024-05-03T10:00:20"),)), change(4)),
        "issues": (issue(9, "2024-05-05T01:30"),),
        "deployments": (
            ships(1, "m2", "2024-05-03"),
            deployment(2, "m4", ("success", "2024-05-05"), environment="staging"),
            deployment(3, "m4", ("pending", "2024-05-05T00:10"), ("failure", "2024-05-05T01:00")),
            ships(4, "m4", "2024-05-05T02:00", created="2024-05-05T01:10"),
            ships(5, "m4", "2024-05-05T02:00", created="2024-05-05T01:20"),
            deployment(6, "m6", ("queued", "2024-05-07"), ("in_progress", "2024-05-07T00:01")),
            deployment(7, "m6", ("pending", "2024-05-08"), ("error", "2024-05-08T01:00"), ("inactive", "2024-05-09")),
        ),
    }


def _rollbacks() -> dict[str, Any]:
    """Back, further back, forward again, and back once more while an incident is open."""
    line = ("m4", "m3", "m2", "m4", "m6", "m2")
    return {
        "pull_requests": tuple(change(number) for number in (2, 3, 4, 5)),
        "issues": (issue(9, "2024-05-09T12:00", closed="2024-07-01"), issue(10, "2024-05-09T13:00")),
        "deployments": tuple(ships(1 + n, name, f"2024-05-{5 + n:02}") for n, name in enumerate(line)),
    }


def _reverting(number: int, reverted: int, *labels: str, closes: tuple[int, ...] = ()) -> PullRequest:
    """A revert that names the other without the repository, so that it can hang in any room."""
    says = [f"Reverts #{reverted}", *(f"Closes #{closed}" for closed in closes)]
    return change(number, *labels, reverts=reverted, closes=closes, body="\n".join(says))


def _remedies() -> dict[str, Any]:
    return {
        "pull_requests": (
            change(1),
            _reverting(2, 1),
            change(3, "hotfix"),
            change(4, head_branch="hotfix/4", closes=(12, 13)),
            _reverting(5, 3, closes=(13,)),
            change(6, closes=(13,)),
            _reverting(7, 77),
            change(8, "hotfix", base_branch="release/1.x"),
            pull(9, "2024-05-09", ("c9", "2024-05-08"), labels=("hotfix",)),
        ),
        "issues": (issue(12, "2024-05-01"), issue(13, "2024-05-04", closed="2024-05-04T12:00", cause=4)),
        "deployments": _THREE,
    }


def _reports() -> dict[str, Any]:
    causes: tuple[str | int, ...] = (3, 7, 77, 11, sha_of("m3"), sha_of("m2")[:7], sha_of("m7"), sha_of("nowhere"))
    return {
        "pull_requests": tuple(change(number) for number in (2, 3, 7)),
        "issues": (
            issue(11, "2024-05-02", closed="2024-05-02T06:00"),
            issue(12, "2024-05-05"),
            issue(13, "2024-05-04T23:59:59", closed="2024-06-01"),
            *(issue(20 + n, "2024-05-08", closed="2024-05-31T23:30", cause=cause) for n, cause in enumerate(causes)),
        ),
        "deployments": _THREE,
    }


def _ambiguous_cause() -> dict[str, Any]:
    """Two commits begin alike, so seven digits name none of them."""
    line = [LINE[0]]
    for day, sha in ((1, "abcdef1" + "0" * 33), (2, "abcdef1" + "2" * 33)):
        made = replace(commit("", f"2024-05-0{day}", parents=()), sha=sha, parents=(line[-1].commit.sha,))
        line.append(Landing(made, made.committed_at))
    deployed = [replace(ships(number, "", f"2024-05-0{2 * number}"), sha=line[number].commit.sha) for number in (1, 2)]
    return {
        "landings": tuple(line),
        "deployments": tuple(deployed),
        "issues": (issue(1, "2024-05-06", cause="abcdef1"), issue(2, "2024-05-06", cause="abcdef10")),
    }


def _services() -> dict[str, Any]:
    return {
        "pull_requests": (change(2), change(4, "hotfix", "service:web"), _reverting(6, 2, "service:worker")),
        "issues": (
            issue(11, "2024-05-09", "incident", "service:web"),
            issue(12, "2024-05-09", "incident", "service:worker", closed="2024-05-10"),
            issue(13, "2024-05-09", "incident", "service:billing"),
            issue(14, "2024-05-09", "incident"),
        ),
        "deployments": (
            ships(1, "m2", "2024-05-03", service="web"),
            ships(2, "m1", "2024-05-03T01:00", service="worker"),
            ships(3, "m4", "2024-05-05", service="web"),
            ships(4, "m3", "2024-05-06", service="worker"),
            ships(5, "m3", "2024-05-06T12:00", service="web"),
            ships(6, "m6", "2024-05-07", service="worker"),
        ),
    }


def _around_changes_of_clocks() -> tuple[Deployment, ...]:
    instants = {
        at(text) + dt.timedelta(minutes=minutes) for pair in _CLOCKS for text in pair for minutes in _AROUND_MINUTES
    }
    return tuple(
        ships(number, "m0", instant.strftime("%Y-%m-%dT%H:%M"))
        for number, instant in enumerate(sorted(instants), start=1)
    )


def _kinds_of_merges() -> dict[str, Any]:
    """m2 is a squash, m3 and m4 are one rebased change, m5 is a merge commit; a commit of its side goes out first."""
    rebased = (Push(at("2024-05-03T09:00"), (commit("r1", "2024-05-03T07:00"), commit("r2", "2024-05-03T08:00"))),)
    side = commit("c5", "2024-05-05T08:00", parents=("m2",))
    line = list(LINE)
    merge = replace(line[5].commit, parents=(*line[5].commit.parents, side.sha))
    line[5] = replace(line[5], commit=merge, side=(side,), pull_request=5)
    changes = (
        change(2),
        replace(change(4, pushes=rebased), opened_at=at("2024-05-03T09:00")),
        change(5, pushes=(Push(at("2024-05-05T09:00"), (side,)),)),
        change(6),
    )
    return {
        "landings": tuple(line),
        "pull_requests": changes,
        "issues": (issue(9, "2024-05-08", cause=side.sha), issue(10, "2024-05-08", cause=sha_of("r1"))),
        "deployments": (
            ships(1, "m1", "2024-05-02"),
            ships(2, "m3", "2024-05-04"),
            ships(3, "c5", "2024-05-05T10:00"),
            ships(4, "m6", "2024-05-07"),
        ),
    }


def _lost_by_a_force_push() -> dict[str, Any]:
    """m1 was deployed and then taken off the default branch; m2 follows what took its place."""
    root, lost = mainline(("m0", "2024-04-01"), ("m1", "2024-05-01T12:00"), lost={"m1": "2024-05-01T18:00"})
    rewritten = commit("n1", "2024-05-01T18:00", parents=("m0",)), commit("m2", "2024-05-02T12:00", parents=("n1",))
    return {
        "landings": (root, lost, *(Landing(made, made.committed_at) for made in rewritten)),
        "pull_requests": (change(1), change(2)),
        "issues": (issue(9, "2024-05-04", cause=sha_of("m1")),),
        "deployments": (
            ships(1, "m0", "2024-04-02"),
            ships(2, "m1", "2024-05-01T13:00"),
            ships(3, "m2", "2024-05-03"),
        ),
    }


def _many() -> dict[str, Any]:
    """More rows within a month than an exact interval is computed for; every ninth deployment has an incident."""
    begin = at("2024-07-02")
    times = [(begin + dt.timedelta(hours=3 * number)).strftime("%Y-%m-%dT%H:%M") for number in range(_MANY)]
    later = [
        (begin + dt.timedelta(hours=3 * number + 1 + number % 2)).strftime("%Y-%m-%dT%H:%M") for number in range(_MANY)
    ]
    numbers = range(1, _MANY + 1)
    return {
        "landings": mainline(("m0", "2024-07-01"), *((f"n{number}", times[number - 1]) for number in numbers)),
        "pull_requests": tuple(
            pull(
                number,
                "2024-07-01",
                (f"b{number}", f"2024-06-{1 + number % 28:02}"),
                merged=times[number - 1],
                merge=f"n{number}",
            )
            for number in numbers
        ),
        "deployments": tuple(ships(number, f"n{number}", later[number - 1]) for number in numbers),
        "issues": tuple(
            issue(1000 + number, later[number - 1], closed=f"2024-08-{1 + number % 28:02}T12:{number % 60:02}")
            for number in numbers
            if number % 9 == 0
        ),
    }
