"""Over REST a page costs requests for each of its rows: pages are small, and end where the budget does."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest

from pulse_assets.errors import RateLimited
from pulse_assets_tests.sources.conftest import MakeGitHub
from pulse_assets_tests.sources.doubles import Asked, FakeClock, Says, serving
from pulse_assets_tests.sources.github.reading import whole
from pulse_assets_tests.sources.github.test_records import AT, detail

NAME = "acme/api"
PULLS = f"/repos/{NAME}/pulls"
COUNT = 23
HOUR = 3600


class Metered:
    """Pull requests behind a budget that is renewed each hour, and a pipeline's deployments, one for each."""

    def __init__(self, clock: FakeClock, budget: int = 1_000_000) -> None:
        self._clock = clock
        self._budget = budget
        self._window = -1
        self._left = 0

    def __call__(self, asked: Asked) -> Says:
        now = int(self._clock().timestamp())
        if now // HOUR != self._window:
            self._window, self._left = now // HOUR, self._budget
        if self._left == 0:
            return Says({"message": "API rate limit exceeded"}, 403, self._limit())
        self._left -= 1
        parts = urlsplit(asked.path)
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items() if values[0].isdigit()}
        tail = parts.path.removeprefix(f"/repos/{NAME}/").split("/")
        if len(tail) == 1:
            return self._list(tail[0], parts.path, **query)
        if len(tail) == 2:
            return Says(detail(number=int(tail[1])), headers=self._limit())
        return Says([], headers=self._limit())

    def _list(self, kind: str, path: str, *, per_page: int, page: int = 1) -> Says:
        numbers = range(1, COUNT + 1)[(page - 1) * per_page : page * per_page]
        link = f'<{path}?per_page={per_page}&page={page + 1}>; rel="next"' if page * per_page < COUNT else ""
        rows = [{"number": n} if kind == "pulls" else deployment(n) for n in numbers]
        return Says(rows, headers={"link": link, **self._limit()})

    def _limit(self) -> dict[str, str]:
        reset = str((self._window + 1) * HOUR)
        budget = {"x-ratelimit-limit": str(self._budget), "x-ratelimit-reset": reset}
        return {**budget, "x-ratelimit-remaining": str(self._left)}


def deployment(number: int) -> dict[str, object]:
    row = {"id": number, "sha": "e" * 40, "ref": "main", "environment": "production", "task": "deploy"}
    row |= {"creator": None, "description": None, "created_at": AT, "updated_at": AT}
    return row | {"transient_environment": False, "production_environment": True, "url": "https://y"}


@pytest.mark.parametrize("asked", [None, 25, 100])
def test_a_page_has_at_most_ten_pull_requests_and_its_cursor_says_so(
    asked: int | None, make_github: MakeGitHub, clock: FakeClock
) -> None:
    with serving(Metered(clock), clock=clock) as server:
        github = make_github(server.url, github_api="rest")
        page = github.pull_requests(NAME, order="created_asc", cursor=None, page_size=asked)
    assert len(page.records) == 10
    assert page.next_cursor == f"rest:{PULLS}?per_page=10&page=2"
    assert len(server.asked) == 31


def test_a_cursor_keeps_the_page_size_that_it_was_made_with(make_github: MakeGitHub, clock: FakeClock) -> None:
    with serving(Metered(clock), clock=clock) as server:
        github = make_github(server.url, github_api="rest")
        cursor = f"rest:{PULLS}?per_page=20&page=2"
        page = github.pull_requests(NAME, order="created_asc", cursor=cursor, page_size=4)
    assert [record["number"] for record in page.records] == [21, 22, 23]


@pytest.mark.parametrize("kind", ["pull_requests", "deployments"])
@pytest.mark.parametrize("budget", [5, 7, 20, 60])
def test_a_limit_ends_the_page_early_and_the_walk_goes_on_behind_it(
    kind: str, budget: int, make_github: MakeGitHub, clock: FakeClock
) -> None:
    key = "number" if kind == "pull_requests" else "id"
    with serving(Metered(clock, budget), clock=clock) as server:
        github = make_github(server.url, github_api="rest", http_max_wait_seconds=60)
        read: list[int] = []
        cursor, hours, is_over = None, 0, False
        while not is_over:
            try:
                if kind == "pull_requests":
                    page = github.pull_requests(NAME, order="created_asc", cursor=cursor)
                else:
                    page = github.deployments(NAME, cursor=cursor)
            except RateLimited:
                clock.now += dt.timedelta(hours=1)
                hours += 1
                continue
            assert page.records
            read += [record[key] for record in page.records]
            cursor, is_over = page.next_cursor, page.next_cursor is None
    assert read == list(range(1, COUNT + 1))
    assert hours <= COUNT
    assert clock.slept == []


def test_a_limit_before_the_first_row_is_told(make_github: MakeGitHub, clock: FakeClock) -> None:
    with serving(Metered(clock, budget=2), clock=clock) as server:
        github = make_github(server.url, github_api="rest", http_max_wait_seconds=60)
        with pytest.raises(RateLimited):
            github.pull_requests(NAME, order="created_asc", cursor=None)
    assert len(server.asked) == 2


def test_a_budget_that_comes_back_soon_is_waited_for_within_the_page(make_github: MakeGitHub, clock: FakeClock) -> None:
    with serving(Metered(clock, budget=40), clock=clock) as server:
        github = make_github(server.url, github_api="rest", http_max_wait_seconds=2 * HOUR)
        records = whole(lambda cursor: github.pull_requests(NAME, order="created_asc", cursor=cursor))
    assert [record["number"] for record in records] == list(range(1, COUNT + 1))
    assert len(server.asked) == 3 + 3 * COUNT
