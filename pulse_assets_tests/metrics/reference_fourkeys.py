"""`fourkeys_changes` as plain loops over rows, written from the definition without a look at the SQL."""

import datetime as dt

from pulse_assets_tests.metrics.reference import Repository, Row

MINUTE = dt.timedelta(minutes=1)


def fourkeys_changes(repository: Repository) -> list[Row]:
    """The rows in the order of deployment and commit."""
    rows = [
        _change(repository, deployment, commit)
        for deployment in repository.considered()
        for commit in _commits(repository, deployment)
    ]
    return sorted(rows, key=lambda row: (row["deployment_id"], row["sha"]))


def _commits(repository: Repository, deployment: Row) -> list[Row]:
    own, previous = repository.position(deployment["sha"]), repository.previous(deployment)
    if own is None:
        return []
    low = own - 1 if previous is None else repository.position(previous["sha"])
    if low is None:
        return []
    on = [commit for commit in repository.commits if commit["mainline_position"] in range(low + 1, own + 1)]
    merged = {commit["sha"] for commit in on}
    numbers = {pull["number"] for pull in repository.pull_requests if pull["merge_commit_sha"] in merged}
    theirs = {each["sha"] for each in repository.pull_request_commits if each["number"] in numbers}
    beside = [
        commit for commit in repository.commits if commit["mainline_position"] is None and commit["sha"] in theirs
    ]
    return on + beside


def _change(repository: Repository, deployment: Row, commit: Row) -> Row:
    minutes = None
    if commit["committed_at"] is not None:
        minutes = int((deployment["finished_at"] - commit["committed_at"]) / MINUTE)
    is_counted = minutes is not None and minutes > 0
    return {
        "repository": repository.name,
        "deployment_id": deployment["deployment_id"],
        "sha": commit["sha"],
        "committed_at": commit["committed_at"],
        "deployed_at": deployment["finished_at"],
        "minutes": minutes,
        "is_counted": is_counted,
        "reason": None if is_counted else "not_positive",
    }
