"""Clients against servers of a test's own, with the real store and a clock that nobody waits for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pulse_assets.settings import Settings
from pulse_assets.sources.credentials import Credentials
from pulse_assets.sources.github.client import GitHub
from pulse_assets.sources.http import HttpClient
from pulse_assets.sources.policy import HttpPolicy, Service
from pulse_assets.store.database import Store
from pulse_assets_tests.sources.doubles import FakeClock

SERVICE = Service("Acme", "PULSE_ACME_URL", "PULSE_ACME_TOKEN", resources=("core", "graphql"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def kept(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'pulse.db'}", clock=clock) as store:
        yield store


MakeClient = Callable[..., HttpClient]


@pytest.fixture
def make_client(kept: Store, clock: FakeClock) -> Iterator[MakeClient]:
    """`make_client(url, "token", …, max_attempts=2)`; closed at the end."""
    with ExitStack() as stack:

        def make(url: str, *tokens: str, on_event: Any = None, also: tuple[str, ...] = (), **policy: Any) -> HttpClient:
            secrets = [SecretStr(token) for token in tokens]
            client = HttpClient(
                url,
                credentials=Credentials(secrets, base_url=url, setting=SERVICE.token_setting),
                policy=HttpPolicy(SERVICE, **policy),
                cache=kept.http_cache,
                ledger=kept.rate_limits,
                clock=clock,
                sleep=clock.sleep,
                on_event=on_event,
                also_allowed=also,
                jitter=lambda: 0.5,
            )
            return stack.enter_context(client)

        yield make


MakeGitHub = Callable[..., GitHub]


@pytest.fixture
def make_github(kept: Store, clock: FakeClock) -> Iterator[MakeGitHub]:
    """`make_github(url, github_token="t", …)` with any setting; closed at the end."""
    with ExitStack() as stack:

        def make(
            url: str, *, sleep: Any = clock.sleep, clock: Any = clock, on_event: Any = None, **more: Any
        ) -> GitHub:
            settings = Settings.load(_env_file=None, **({"github_url": url, "github_token": "token-1"} | more))
            github = GitHub(
                settings, cache=kept.http_cache, ledger=kept.rate_limits, clock=clock, sleep=sleep, on_event=on_event
            )
            return stack.enter_context(github)

        yield make
