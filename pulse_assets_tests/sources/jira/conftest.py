"""Clients of Jira against servers of a test's own, with the real store and a clock that nobody waits for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from pulse_assets.settings import Settings
from pulse_assets.sources.jira.client import Jira
from pulse_assets.store.database import Store
from pulse_assets_tests.sources.doubles import FakeClock

MakeJira = Callable[..., Jira]


@pytest.fixture
def make_jira(kept: Store, clock: FakeClock) -> Iterator[MakeJira]:
    """`make_jira(url, jira_flavor="datacenter", …)` with any setting; closed at the end."""
    with ExitStack() as stack:

        def make(url: str, *, sleep: Any = clock.sleep, clock: Any = clock, on_event: Any = None, **more: Any) -> Jira:
            account = {"jira_url": url, "jira_email": "ann@example.invalid", "jira_token": "token-1"}
            settings = Settings.load(_env_file=None, **(account | more))
            jira = Jira(
                settings, cache=kept.http_cache, ledger=kept.rate_limits, clock=clock, sleep=sleep, on_event=on_event
            )
            return stack.enter_context(jira)

        yield make
