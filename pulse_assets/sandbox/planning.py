"""Plans the life of pull requests and issues: who does what when, before numbers and commit ids exist.

Every plan draws from a random generator of its own, so that one more draw in one plan leaves the others alone.
"""

import random
from dataclasses import dataclass, field

from pulse_assets.sandbox.organization import Person, ReviewState
from pulse_assets.sandbox.people import DAY, DEPENDABOT, HOUR, OUTSIDERS, REVIEW_BOT, Team, at_work

MONTH = 30.4375 * DAY
_VERBS = ("Add", "Fix", "Speed up", "Simplify", "Remove", "Validate", "Retry", "Log", "Cache", "Document")
_THINGS = (
    "invoice export",
    "login form",
    "search index",
    "webhook retries",
    "currency rounding",
    "audit trail",
    "feature flags",
    "session timeout",
    "CSV import",
    "health check",
    "connection pool",
    "rate limiter",
    "e-mail templates",
    "dark mode",
    "pagination",
)
_PACKAGES = ("requests", "sqlalchemy", "pydantic", "vite", "eslint", "urllib3", "jinja2")


@dataclass(slots=True, eq=False)
class CommitPlan:
    authored: int
    committed: int
    author: Person | None
    author_name: str
    message: str


@dataclass(slots=True, eq=False)
class PushPlan:
    at: int
    commits: list[CommitPlan]
    additions: int
    deletions: int
    changed_files: int


@dataclass(slots=True, eq=False)
class PullPlan:
    """A pull request to be; times in seconds since 1970.

    Attributes:
        mends: The incident because of which it was made; with `names_issue` its body says so.
        closes: The issues that its body closes, once everything has its number.
    """

    serial: int
    author: Person | None
    title: str
    head_branch: str
    opened: int
    pushes: list[PushPlan]
    reviews: list[tuple[int, Person | None, ReviewState]] = field(default_factory=list)
    labellings: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    base_branch: str = "main"
    head_repository: str | None = ""
    body: str | None = None
    draft_until: int | None = None
    closed: int | None = None
    is_merged: bool = False
    is_hotfix: bool = False
    deployed_from_branch: int | None = None
    mends: "IssuePlan | None" = None
    names_issue: bool = False
    reverts: "PullPlan | None" = None
    closes: tuple[int, ...] = ()
    number: int = 0


@dataclass(slots=True, eq=False)
class IssuePlan:
    """An issue to be; `rollback` is when an older version is deployed because of it.

    Attributes:
        service: What failed, as a label says; it may never have been deployed.
    """

    serial: int
    author: Person
    title: str
    opened: int
    labellings: list[tuple[int, tuple[str, ...]]]
    closed: int | None = None
    rollback: int | None = None
    is_incident: bool = False
    service: str | None = None
    body: str | None = None
    root_cause_sha: str | None = None
    root_cause_number: int | None = None
    deleted: int | None = None
    number: int = 0


def _hours(rng: random.Random, median: float, spread: float = 0.9) -> int:
    return int(median * HOUR * rng.lognormvariate(0, spread))


def _commits(rng: random.Random, author: Person, first: int, last: int, count: int) -> list[CommitPlan]:
    times = sorted([first, *(rng.randrange(first, max(last, first + 1)) for _ in range(count - 1))])
    is_unknown = rng.random() < 0.03
    commits = []
    for time in times:
        amended = rng.randrange(60, 1800) if rng.random() < 0.1 else 0
        name, account = (author.name or author.login), None if is_unknown else author
        commits.append(CommitPlan(time, min(time + amended, last), account, name, rng.choice(_VERBS) + " a part"))
    return commits


# ruff: noqa: PLR2004 - the numbers below are the shares and medians of the invented world
def _review(rng: random.Random, plan: PullPlan, author: Person, team: Team, ready: int) -> int:
    """Adds reviews and the pushes that answer them; returns when the last reviewer was content."""
    if rng.random() < 0.15:
        plan.reviews.append((plan.opened + rng.randrange(60, 600), REVIEW_BOT, "COMMENTED"))
    if rng.random() < (0.5 if author.is_bot else 0.08):
        return ready + _hours(rng, 1)
    reviewers = [person for person in team.members if person is not author]
    reviewer = rng.choice(reviewers)
    now = at_work(rng, ready + _hours(rng, 4, 1.1), reviewer)
    if rng.random() < 0.06:
        plan.reviews.append((rng.randrange(plan.opened + 1, max(now, plan.opened + 2)), author, "COMMENTED"))
    rounds = 0 if rng.random() < 0.6 else rng.randint(1, 3)
    for _ in range(rounds):
        plan.reviews.append((now, reviewer, rng.choice(("CHANGES_REQUESTED", "COMMENTED"))))
        pushed = at_work(rng, now + _hours(rng, 2), author)
        last = plan.pushes[-1]
        extra = _commits(rng, author, pushed - rng.randrange(60, 3000), pushed, 1)
        size = last.additions + rng.randrange(30), last.deletions + rng.randrange(20), last.changed_files
        plan.pushes.append(PushPlan(pushed, last.commits + extra, *size))
        now = at_work(rng, pushed + _hours(rng, 2), reviewer)
    plan.reviews.append((now, reviewer, "APPROVED"))
    if len(reviewers) > 1 and rng.random() < 0.2:
        other = rng.choice([person for person in reviewers if person is not reviewer])
        now = at_work(rng, now + _hours(rng, 1), other)
        plan.reviews.append((now, other, "APPROVED"))
    return now


def _force_push(rng: random.Random, plan: PullPlan, author: Person, content: int) -> int:
    """Replaces the branch once: rebased commits keep their authored time, squashed ones are authored anew."""
    at = at_work(rng, content + rng.randrange(300, 2 * HOUR), author)
    last = plan.pushes[-1]
    if rng.random() < 0.5:
        commits = [CommitPlan(c.authored, at - 60, c.author, c.author_name, c.message) for c in last.commits]
    else:
        commits = _commits(rng, author, at - 600, at - 60, 1)
    plan.pushes.append(PushPlan(at, commits, last.additions, last.deletions, last.changed_files))
    return at


def plan_pull(rng: random.Random, serial: int, arrival: int, team: Team) -> PullPlan:
    """An ordinary pull request of a person or a bot, opened at or after `arrival`."""
    is_bot = rng.random() < 0.08
    author = DEPENDABOT if is_bot else rng.choice(OUTSIDERS) if rng.random() < 0.05 else rng.choice(team.members)
    size = 0 if is_bot else rng.choices((0, 1, 2), (60, 30, 10))[0]
    opened = arrival if is_bot or rng.random() < 0.03 else at_work(rng, arrival, author)
    began = opened - 300 - _hours(rng, (0.05 if is_bot else 2, 10, 40)[size])
    first = at_work(rng, began, author)
    if is_bot or first > opened - 120:
        first = began
    count = 1 if is_bot else 1 + min(40, int(rng.expovariate(1 / (1, 2.5, 6)[size])))
    commits = _commits(rng, author, first, opened - 60, count)
    additions = 1 + int(rng.lognormvariate((2.3, 4.3, 6.3)[size], 0.8))
    push = PushPlan(opened - 30, commits, additions, int(additions * rng.random()), 1 + additions // 60)
    thing = rng.choice(_THINGS)
    plan = PullPlan(
        serial=serial,
        author=author,
        title=f"{rng.choice(_VERBS)} {thing}",
        head_branch=f"{author.login}/{thing.replace(' ', '-').lower()}-{serial}",
        opened=opened,
        pushes=[push],
    )
    if is_bot:
        package = rng.choice(_PACKAGES)
        version = f"{rng.randrange(5)}.{rng.randrange(20)}.{rng.randrange(9)}"
        plan.title = f"Bump {package} to {version}"
        plan.head_branch = f"dependabot/pip/{package}-{version}-{serial}"
        plan.labellings.append((opened, ("dependencies",)))
    elif author in OUTSIDERS:
        plan.head_repository = f"{author.login}/fork" if rng.random() < 0.6 else None
    elif rng.random() < 0.3:
        plan.labellings.append((opened + rng.randrange(600), (rng.choice(("enhancement", "bug", "chore")),)))
    if not is_bot and rng.random() < 0.02:
        plan.base_branch = "release/1.x"
    ready = opened
    if not is_bot and rng.random() < 0.08:
        plan.draft_until = ready = at_work(rng, opened + _hours(rng, 12), author)
    content = _review(rng, plan, author, team, ready)
    if not is_bot and rng.random() < 0.06:
        content = max(content, _force_push(rng, plan, author, content))
    _finish(rng, plan, author, content)
    return plan


def _finish(rng: random.Random, plan: PullPlan, author: Person, content: int) -> None:
    fate = rng.random()
    if fate < 0.9:
        plan.is_merged = True
        plan.closed = max(content, plan.pushes[-1].at) + rng.randrange(60, 1800)
        if rng.random() < 0.4:
            plan.closed = at_work(rng, plan.closed + _hours(rng, 2), author)
        if rng.random() < 0.03:
            plan.reviews.append((plan.closed + rng.randrange(HOUR, 5 * DAY), author, "COMMENTED"))
        if rng.random() < 0.05:
            labels = plan.labellings[-1][1] if plan.labellings else ()
            plan.labellings.append((plan.closed + rng.randrange(HOUR, 9 * DAY), (*labels, "released")))
    elif fate < 0.97:
        plan.closed = max(content, plan.pushes[-1].at) + _hours(rng, 48)


def plan_hotfix(rng: random.Random, serial: int, incident: IssuePlan, team: Team) -> PullPlan:
    """A small pull request that mends an incident within hours; one in four is deployed before it is merged."""
    author = rng.choice(team.members)
    opened = incident.opened + rng.randrange(900, 3 * HOUR)
    commits = _commits(rng, author, opened - rng.randrange(300, 850), opened - 60, rng.randint(1, 2))
    push = PushPlan(opened - 30, commits, rng.randrange(1, 20), rng.randrange(5), 1)
    plan = PullPlan(
        serial=serial,
        author=author,
        title=f"Hotfix: {rng.choice(_THINGS)}",
        head_branch=f"hotfix/{serial}",
        opened=opened,
        pushes=[push],
        labellings=[(opened, ("hotfix",))] if rng.random() < 0.7 else [],
        is_hotfix=True,
        is_merged=True,
        closed=opened + rng.randrange(600, 2 * HOUR),
    )
    if rng.random() < 0.5:
        reviewer = rng.choice([person for person in team.members if person is not author])
        plan.reviews.append((rng.randrange(opened + 60, opened + 590), reviewer, "APPROVED"))
    if rng.random() < 0.25:
        deploy_before_merge(rng, plan)
    plan.mends, plan.names_issue = incident, rng.random() < 0.6
    if plan.names_issue and rng.random() < 0.3:  # only its body tells what it is
        plan.title, plan.head_branch, plan.labellings = plan.title.replace("Hotfix:", "Mend"), f"fix/{serial}", []
    return plan


def deploy_before_merge(rng: random.Random, plan: PullPlan) -> None:
    """It goes to production from its branch and is merged hours later."""
    plan.deployed_from_branch = plan.opened + 30
    plan.closed = plan.opened + rng.randrange(2 * HOUR, 6 * HOUR)


def plan_issue(rng: random.Random, serial: int, arrival: int, team: Team, *, is_incident: bool) -> IssuePlan:
    """A bug report, or an incident."""
    author = rng.choice(team.members)
    label = "incident" if is_incident else "bug"
    plan = IssuePlan(
        serial=serial,
        author=author,
        title=f"{'Outage' if is_incident else 'Wrong result'}: {rng.choice(_THINGS)}",
        opened=arrival,
        labellings=[(arrival + rng.randrange(300), (label,))],
        is_incident=is_incident,
    )
    if rng.random() < 0.9:
        plan.closed = arrival + _hours(rng, 5 if is_incident else 60)
    return plan
