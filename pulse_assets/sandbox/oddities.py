"""What real organizations hold and naive tools stumble over, put onto the first pull requests of one repository."""

import random
from collections.abc import Callable

from pulse_assets.sandbox.people import DAY, HOUR, REVIEW_BOT, Team
from pulse_assets.sandbox.planning import CommitPlan, PullPlan, PushPlan

MANY_COMMITS = 130
MANY_REVIEWS = 110

ODD_TITLES = (
    "Quote \"double\", 'single', `back` and \\ slash",
    "🚀 Ship it: 👩‍💻 née ﬁnal ✓",
    "<script>alert('pulse')</script><img src=x onerror=alert(1)>",
    "\u202eright to left\u202c שלום مرحبا",
    "A NUL \x00 in the middle",
    "Long " + "x" * 250,
    '=HYPERLINK("http://example.com","1+1")',
    "=1+1",
    "+1 @SUM(A1), -2+3 | pipe; semicolon",
    "   ",
)


def _single_push(plan: PullPlan, commits: list[CommitPlan]) -> None:
    first = plan.pushes[0]
    plan.pushes = [PushPlan(first.at, commits, first.additions, first.deletions, first.changed_files)]


def _merge_soon(plan: PullPlan) -> None:
    plan.is_merged, plan.base_branch, plan.draft_until = True, "main", None
    plan.closed = max(plan.closed or 0, plan.opened + 6 * HOUR)


def _many_commits(rng: random.Random, plan: PullPlan, team: Team) -> None:
    """More commits than fit on one page of a hundred."""
    author = rng.choice(team.members)
    begin = plan.opened - 3 * DAY
    times = [begin + number * 1800 for number in range(MANY_COMMITS)]
    _single_push(plan, [CommitPlan(time, time, author, author.name, f"Step {time}") for time in times])
    _merge_soon(plan)


def _many_reviews(_: random.Random, plan: PullPlan, team: Team) -> None:
    """More reviews than fit on one page; the first by a person comes after a hundred by a bot."""
    plan.reviews = [(plan.opened + 60 + number, REVIEW_BOT, "COMMENTED") for number in range(MANY_REVIEWS - 1)]
    reviewer = next(person for person in team.members if person is not plan.author)
    plan.reviews.append((plan.opened + HOUR, reviewer, "APPROVED"))
    _merge_soon(plan)


def _deleted_author(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.author = None
    _merge_soon(plan)


def _deleted_reviewer(_: random.Random, plan: PullPlan, _team: Team) -> None:
    """The first review is by an account that no longer exists."""
    plan.reviews.append((plan.opened + 120, None, "COMMENTED"))
    _merge_soon(plan)


def _deleted_fork(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.head_repository = None
    _merge_soon(plan)


def _no_commits(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.pushes = []
    _merge_soon(plan)


def _wrong_clock(_: random.Random, plan: PullPlan, _team: Team) -> None:
    """Authored on a machine whose clock is a year ahead."""
    last = plan.pushes[-1].commits[-1]
    ahead = CommitPlan(last.authored + 365 * DAY, last.committed, last.author, last.author_name, last.message)
    _single_push(plan, [ahead])
    _merge_soon(plan)


def _authored_after_opening(_: random.Random, plan: PullPlan, _team: Team) -> None:
    """The branch was force-pushed: its only commit is younger than the pull request."""
    last = plan.pushes[-1]
    old = last.commits[-1]
    at = plan.opened + 2 * HOUR
    young = CommitPlan(at - 600, at - 300, old.author, old.author_name, old.message)
    plan.pushes = [plan.pushes[0], PushPlan(at, [young], last.additions, last.deletions, last.changed_files)]
    _merge_soon(plan)


def _reviewed_after_merge(_: random.Random, plan: PullPlan, team: Team) -> None:
    _merge_soon(plan)
    reviewer = next(person for person in team.members if person is not plan.author)
    plan.reviews = [((plan.closed or plan.opened) + DAY, reviewer, "APPROVED")]


def _reviewed_by_author_only(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.reviews = [(plan.opened + 300, plan.author, "COMMENTED")]
    _merge_soon(plan)


def _reviewed_by_bot_only(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.reviews = [(plan.opened + 90, REVIEW_BOT, "APPROVED")]
    _merge_soon(plan)


def _unreviewed(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.reviews = []
    _merge_soon(plan)


def _other_base_branch(_: random.Random, plan: PullPlan, _team: Team) -> None:
    _merge_soon(plan)
    plan.base_branch = "release/1.x"


def _draft_for_ever(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.draft_until = plan.opened + 100 * 365 * DAY
    plan.is_merged, plan.closed = False, None


def _rejected(_: random.Random, plan: PullPlan, _team: Team) -> None:
    plan.is_merged, plan.closed = False, plan.opened + 3 * DAY


_BY_SERIAL: tuple[Callable[[random.Random, PullPlan, Team], None], ...] = (
    _many_commits,
    _deleted_author,
    _no_commits,
    _wrong_clock,
    _authored_after_opening,
    _deleted_fork,
    _other_base_branch,
    _deleted_reviewer,
    _many_reviews,
    _reviewed_after_merge,
    _reviewed_by_author_only,
    _reviewed_by_bot_only,
    _unreviewed,
    _draft_for_ever,
    _rejected,
)


def make_odd(rng: random.Random, plan: PullPlan, team: Team) -> None:
    """Gives the pull request the oddities of its serial number; from the sixteenth on there are none."""
    if plan.serial < len(ODD_TITLES):
        plan.title = ODD_TITLES[plan.serial]
        plan.body = f"About {ODD_TITLES[plan.serial]}"
    if plan.serial < len(_BY_SERIAL):
        _BY_SERIAL[plan.serial](rng, plan, team)
