"""Merges planned pull requests onto the default branch and makes the commits, in order of time."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pulse_assets.sandbox.organization import Commit, Landing, Person, Push, sha_of
from pulse_assets.sandbox.people import HOUR, instant
from pulse_assets.sandbox.planning import CommitPlan, PullPlan

MergeMethod = Literal["squash", "rebase", "merge"]
LOST_BY_FORCE_PUSH = 3


@dataclass
class Mainline:
    """The default branch while it grows.

    Attributes:
        landings: Everything that ever landed, in order of time.
        merge_shas: Serial of a pull request → what its merge put onto its base branch.
        pushes: Serial → its pushes, with real commits.
        branches: Tips of long-lived branches beside the default one.
    """

    key: str
    landings: list[Landing] = field(default_factory=list)
    merge_shas: dict[int, str] = field(default_factory=dict)
    pushes: dict[int, tuple[Push, ...]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    _alive: list[int] = field(default_factory=list)
    _alive_times: list[int] = field(default_factory=list)

    def land(self, commit: Commit, at: int, *, side: tuple[Commit, ...] = (), pull_request: int | None = None) -> None:
        self._alive.append(len(self.landings))
        self._alive_times.append(at)
        self.landings.append(Landing(commit, instant(at), side=side, pull_request=pull_request))

    @property
    def tip(self) -> tuple[str, ...]:
        """The head's sha as parents of the next commit."""
        return (self.landings[self._alive[-1]].commit.sha,) if self._alive else ()

    def next_time(self, wanted: int) -> int:
        """No two pushes at one instant."""
        return max(wanted, self._alive_times[-1] + 1) if self._alive_times else wanted

    def fork_point(self, at: int) -> tuple[str, ...]:
        """The head as it was at that time, as parents of a branch's first commit."""
        position = max(0, bisect_right(self._alive_times, at) - 1)
        return (self.landings[self._alive[position]].commit.sha,) if self._alive else ()

    def push_directly(self, at: int, author: Person, message: str) -> None:
        at = self.next_time(at)
        authored = instant(at - 60)
        sha = sha_of(self.key, "direct", len(self.landings))
        self.land(Commit(sha, authored, authored, author, author.name, message, self.tip), at)

    def force_push(self, at: int) -> None:
        """Rewrites the last commits of the branch: the old ones are lost, rewritten ones take their place."""
        at = self.next_time(at)
        lost, kept = self._alive[-LOST_BY_FORCE_PUSH:], self._alive[:-LOST_BY_FORCE_PUSH]
        if not kept:
            return
        self._alive, self._alive_times = kept, self._alive_times[: len(kept)]
        for index in lost:
            old = self.landings[index]
            self.landings[index] = replace(old, lost_at=instant(at))
            sha = sha_of(old.commit.sha, "rewritten")
            self.land(replace(old.commit, sha=sha, committed_at=instant(at), parents=self.tip), at)

    def build_branch(self, plan: PullPlan) -> None:
        """Makes the commits of a pull request from what the default branch is so far."""
        made: dict[CommitPlan, Commit] = {}
        first = plan.pushes[0].commits[0] if plan.pushes and plan.pushes[0].commits else None
        base = self.fork_point(first.authored) if first else ()
        pushes = []
        for push in plan.pushes:
            parents, commits = base, []
            for commit in push.commits:
                if commit not in made:
                    made[commit] = Commit(
                        sha=sha_of(self.key, plan.serial, len(made)),
                        authored_at=instant(commit.authored),
                        committed_at=instant(commit.committed),
                        author=commit.author,
                        author_name=commit.author_name,
                        message=commit.message,
                        parents=parents,
                    )
                commits.append(made[commit])
                parents = (made[commit].sha,)
            sizes = push.additions, push.deletions, push.changed_files
            pushes.append(Push(instant(push.at), tuple(commits), *sizes))
        self.pushes[plan.serial] = tuple(pushes)

    def merge(self, plan: PullPlan, method: MergeMethod) -> None:
        """Merges a pull request whose branch is built; moves `plan.closed` where two merges fall together."""
        if plan.closed is None or not plan.is_merged:
            return
        commits = self.pushes[plan.serial][-1].commits if plan.pushes else ()
        if plan.base_branch != "main":
            sha = sha_of(self.key, plan.serial, "merged elsewhere")
            self.merge_shas[plan.serial] = self.branches[plan.base_branch] = sha
            return
        plan.closed = at = self.next_time(plan.closed)
        merged_at, title = instant(at), f"{plan.title} (#{plan.number})"
        author = plan.author
        name = (author.name or author.login) if author else "Ghost"
        if method == "rebase" and commits:
            for number, commit in enumerate(commits):
                sha = sha_of(self.key, plan.serial, "rebased", number)
                self.land(
                    replace(commit, sha=sha, committed_at=merged_at, parents=self.tip), at, pull_request=plan.number
                )
        elif method == "merge" and commits:
            message = f"Merge pull request #{plan.number} from {plan.head_branch}\n\n{plan.title}"
            sha = sha_of(self.key, plan.serial, "merge")
            parents = (*self.tip, commits[-1].sha)
            merge = Commit(sha, merged_at, merged_at, author, name, message, parents)
            self.land(merge, at, side=commits, pull_request=plan.number)
        else:
            sha = sha_of(self.key, plan.serial, "squash")
            squash = Commit(sha, merged_at, merged_at, author, name, title, self.tip)
            self.land(squash, at, pull_request=plan.number)
        self.merge_shas[plan.serial] = self.landings[-1].commit.sha


def build_mainline(
    key: str,
    rng: random.Random,
    plans: Sequence[PullPlan],
    *,
    authors: Sequence[Person],
    created: int,
    direct_pushes: Sequence[int],
    methods: Sequence[MergeMethod],
    force_push_at: int | None,
) -> Mainline:
    """Everything that happens on the default branch, in order of time.

    `key` makes the commit ids of this repository its own; one of `methods` is drawn for each merge; at `force_push_at`
    the last commits are rewritten.
    """
    line = Mainline(key)
    line.push_directly(created, authors[0], "Initial commit")
    line.push_directly(created + HOUR, authors[-1], "Add the first part")
    events: list[tuple[int, int, PullPlan | int]] = [(plan.closed or plan.opened, plan.serial, plan) for plan in plans]
    events += [(at, -number - 1, at) for number, at in enumerate(direct_pushes)]
    events.sort(key=lambda event: event[:2])
    for at, serial, event in events:
        if force_push_at is not None and at >= force_push_at:
            line.force_push(force_push_at)
            force_push_at = None
        if isinstance(event, int):
            line.push_directly(event, authors[-serial % len(authors)], "Update the documentation")
        else:
            line.build_branch(event)
            if event.reverts is None:
                line.merge(event, rng.choice(methods))
            else:  # no draw of the others', so that a revert changes nothing for them
                line.merge(event, methods[event.reverts.serial % len(methods)])
    return line
