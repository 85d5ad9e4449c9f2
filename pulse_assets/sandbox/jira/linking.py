"""Lets pull requests of a generated organization name issues of a generated Jira, and knows which.

Keys stand in titles, branches, bodies and first lines of commits; beside them stand things that only look like keys.
"""

import dataclasses
import datetime as dt
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pulse_assets.sandbox.jira.view import JiraView
from pulse_assets.sandbox.jira.world import Issue, JiraWorld
from pulse_assets.sandbox.organization import Commit, Landing, Organization, PullRequest, Push, Repository
from pulse_assets.sandbox.view import RepositoryView

Place = Literal["title", "branch", "body", "commit"]
Row = dict[str, Any]

PLACES: tuple[Place, ...] = ("title", "branch", "body", "commit")
_MOST_COMMITS = 20
_RECENT = 12
_FALSE_FRIENDS = (
    "Read UTF-8 and ISO-8601.",
    "Hash with SHA-256; see CVE-2024-1234.",
    "`PAY-1` is an example.",
    "<!-- name the issue, such as PAY-2 -->",
    "Not XPAY-3, not pay-4, not PAY-5-6, not PAY-0.",
)


@dataclass(frozen=True)
class Mention:
    """A pull request names a key, in capital letters here however it writes it; `places` in the order of `PLACES`."""

    repository: str
    number: int
    named_key: str
    places: tuple[Place, ...]


def with_issue_keys(organization: Organization, world: JiraWorld, seed: int = 1) -> tuple[Organization, list[Mention]]:
    """The organization with keys in half of its pull requests, and what these name, by repository and number.

    A pull request names an issue that was there when it was opened, mostly one of its author's. Texts that GitHub or
    the world itself reads (reverts, hotfixes, names of bots' branches) stay as they are.
    """
    mentions, repositories = list[Mention](), list[Repository]()
    for repository in organization.repositories:
        rng = random.Random(f"linking/{seed}/{repository.name}")  # noqa: S311 - an invented world, no secret
        repositories.append(_linked(rng, repository, world, mentions))
    return dataclasses.replace(organization, repositories=tuple(repositories)), mentions


def _linked(rng: random.Random, repository: Repository, world: JiraWorld, mentions: list[Mention]) -> Repository:
    messages = dict[str, str]()
    pulls = list[PullRequest]()
    for pull in repository.pull_requests:
        named = _named(rng, pull, world) if _is_free(pull) and rng.random() < 0.5 else {}  # noqa: PLR2004
        mentions += [
            Mention(repository.full_name, pull.number, key, tuple(place for place in PLACES if place in named[key]))
            for key in sorted(named)
        ]
        pulls.append(_written(rng, pull, named, messages))
    return dataclasses.replace(
        repository,
        pull_requests=tuple(_with_messages(pull, messages) for pull in pulls),
        landings=tuple(_landed(landing, messages) for landing in repository.landings),
    )


def _is_free(pull: PullRequest) -> bool:
    """Nothing else is read from its texts, and it is somebody's."""
    is_read = pull.reverts_number is not None or pull.closes_issues or "hotfix" in pull.title.lower()
    is_read = is_read or pull.head_branch.startswith(("revert", "hotfix", "fix/", "dependabot"))
    return not is_read and pull.author is not None and not pull.author.is_bot


def _named(rng: random.Random, pull: PullRequest, world: JiraWorld) -> dict[str, set[Place]]:
    """Key to places: one issue, seldom two, seldom one that is not there."""
    known = _candidates(rng, pull, world.at(pull.opened_at))
    fate = rng.random()
    if not known or fate < 0.06:  # noqa: PLR2004
        keys = [f"{rng.choice(world.projects).key}-{90_000 + rng.randrange(1000)}"]
    else:
        keys = known[: 2 if fate > 0.85 else 1]  # noqa: PLR2004
    count = rng.choice((1, 1, 2, 3))
    return {key: set(rng.sample(PLACES if _may_name_in_commits(pull) else PLACES[:3], count)) for key in keys}


def _candidates(rng: random.Random, pull: PullRequest, view: JiraView) -> list[str]:
    """Keys as they were then, of recent issues; the author's own come first."""
    recent = sorted(view.issues, key=view.updated_at)[-_RECENT:]
    rng.shuffle(recent)
    login = pull.author.login if pull.author else None

    def is_anothers(issue: Issue) -> bool:
        assignee = view.fields_of(issue).assignee
        return assignee is None or assignee.login != login

    return [view.fields_of(issue).key for issue in sorted(recent, key=is_anothers)]


def _may_name_in_commits(pull: PullRequest) -> bool:
    return bool(pull.pushes) and 0 < len(pull.pushes[-1].commits) <= _MOST_COMMITS


def _written(
    rng: random.Random, pull: PullRequest, named: Mapping[str, set[Place]], messages: dict[str, str]
) -> PullRequest:
    """With the keys where they are to stand; `messages` takes the new messages of commits by their sha."""
    keys = {place: [key for key in sorted(named) if place in named[key]] for place in PLACES}
    title, branch, body = pull.title, pull.head_branch, pull.body
    if keys["title"]:
        title = f"{', '.join(keys['title'])}: {title}" if rng.random() < 0.6 else f"{title} ({' '.join(keys['title'])})"  # noqa: PLR2004
    if keys["branch"]:
        prefix = "/".join(keys["branch"])
        branch = f"{prefix.lower() if rng.random() < 0.5 else prefix}/{branch}"  # noqa: PLR2004
    lines = [f"Part of {key}." for key in keys["body"]]
    if _is_free(pull) and rng.random() < 0.2:  # noqa: PLR2004
        lines.append(rng.choice(_FALSE_FRIENDS))
    if lines:
        body = "\n\n".join([*([body] if body else []), *lines])
    if keys["commit"]:
        commit = rng.choice(pull.pushes[-1].commits)
        first, *rest = (commit.message or "Work").splitlines()
        messages[commit.sha] = "\n".join([f"{' '.join(keys['commit'])} {first}", *rest, "", "Not for PAY-7."])
    return dataclasses.replace(pull, title=title, head_branch=branch, body=body)


def _with_message(commit: Commit, messages: Mapping[str, str]) -> Commit:
    return dataclasses.replace(commit, message=messages[commit.sha]) if commit.sha in messages else commit


def _with_messages(pull: PullRequest, messages: Mapping[str, str]) -> PullRequest:
    pushes = tuple(_pushed(push, messages) for push in pull.pushes)
    return pull if pushes == pull.pushes else dataclasses.replace(pull, pushes=pushes)


def _pushed(push: Push, messages: Mapping[str, str]) -> Push:
    return dataclasses.replace(push, commits=tuple(_with_message(commit, messages) for commit in push.commits))


def _landed(landing: Landing, messages: Mapping[str, str]) -> Landing:
    side = tuple(_with_message(commit, messages) for commit in landing.side)
    return dataclasses.replace(landing, commit=_with_message(landing.commit, messages), side=side)


def true_links(
    mentions: Sequence[Mention],
    organization: Organization,
    world: JiraWorld,
    at: dt.datetime | None = None,
    *,
    projects: Collection[str] | None = None,
) -> list[Row]:
    """Rows of `issue_links` as of `at` (default: the world's `until`), by repository, number and key.

    Keys of projects that are not among `projects`, the collected ones (default: all), are left out. A key that no
    collected issue has, or had before it was moved, is `unknown_issue`.
    """
    view = world.at(at)
    collected = {project.key for project in view.projects} if projects is None else set(projects)
    seen = organization.at(view.instant)
    rows = dict[tuple[str, int, str], Row]()
    for mention in mentions:
        repository = seen.repository(mention.repository)
        places = () if repository is None else _places_in(mention, repository)
        issue = view.issue(mention.named_key)
        fields = None if issue is None else view.fields_of(issue)
        if fields is not None and fields.project.key not in collected:
            fields = None
        if not places or (fields is None and mention.named_key.rpartition("-")[0] not in collected):
            continue
        key = mention.named_key if fields is None else fields.key
        rows[mention.repository, mention.number, key] = {
            "repository": mention.repository,
            "number": mention.number,
            "key": key,
            "named_key": mention.named_key,
            "project": None if fields is None else fields.project.key,
            "found_in": ",".join(places),
            "is_counted": fields is not None,
            "reason": None if fields is not None else "unknown_issue",
        }
    return [rows[place] for place in sorted(rows)]


def _places_in(mention: Mention, view: RepositoryView) -> tuple[Place, ...]:
    """Those that are there already: the pull request is opened, the commit is pushed."""
    pull = next((pull for pull in view.pull_requests if pull.number == mention.number), None)
    if pull is None:
        return ()
    headlines = [commit.message.partition("\n")[0] for commit in view.state_of(pull).push.commits]
    is_pushed = any(mention.named_key in headline.split() for headline in headlines)
    return tuple(place for place in mention.places if place != "commit" or is_pushed)
