"""Lets a request out only when the server allows it, and chooses the credential it goes with."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pulse_assets.errors import RateLimited
from pulse_assets.sources.credentials import Credential, Credentials
from pulse_assets.sources.policy import HttpPolicy
from pulse_assets.store.rate_limits import RateLimitLedger

#: Pauses are cut into slices so that a request to stop is seen soon.
SLICE_SECONDS = 1.0


class Gate:
    """Asks the ledger before every request; what it says binds all threads and processes that share it.

    A thread stays with its credential (the HTTP cache is by credential) until that one is blocked, then the next one
    takes over. One that the server refuses is left out from then on. No more requests are under way than the budget
    still pays for.

    Args:
        pause: Waits that many seconds (at most `SLICE_SECONDS`); may raise to give up.
        on_wait: Told once for every wait: its reason and its length in seconds.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        ledger: RateLimitLedger,
        policy: HttpPolicy,
        clock: Callable[[], dt.datetime],
        pause: Callable[[float], None],
        on_wait: Callable[[str, float], None],
    ) -> None:
        self._credentials = credentials
        self._ledger = ledger
        self._policy = policy
        self._clock = clock
        self._pause = pause
        self._on_wait = on_wait
        self._freed = threading.Condition()
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._blind_refusals: Counter[str] = Counter()
        self._refused: set[str] = set()
        self._sticky = threading.local()

    @contextmanager
    def permit(self, resource: str) -> Iterator[Credential]:
        """Waits until a request may be sent, and holds its place in the budget until it is answered.

        Raises:
            RateLimited: The wait would exceed `max_wait_seconds`.
        """
        credential = self._admit(resource)
        try:
            yield credential
        finally:
            with self._freed:
                self._under_way[credential.id, resource] -= 1
                self._freed.notify_all()

    def block(self, credential: Credential, until: dt.datetime) -> None:
        """Nothing goes out with this credential before `until`: secondary limits span all resources."""
        for resource in self._policy.service.resources:
            self._ledger.block(credential.id, resource, until)

    def block_resource(self, credential: Credential, resource: str, until: dt.datetime) -> None:
        self._ledger.block(credential.id, resource, until)

    def block_service(self, until: dt.datetime) -> None:
        """The service itself asks for a pause, whoever asks."""
        for credential in self._credentials:
            self.block(credential, until)

    def refuse(self, credential: Credential) -> bool:
        """Leaves out a credential that the server does not accept, as long as there is another; whether it is news."""
        with self._freed:
            is_news = credential.id not in self._refused
            self._refused.add(credential.id)
            self._freed.notify_all()
            return is_news

    @property
    def has_accepted(self) -> bool:
        """There is a credential that the server has not refused."""
        return any(credential.id not in self._refused for credential in self._credentials)

    def count_blind_refusal(self, credential: Credential) -> int:
        """How many refusals without a stated end came before this one."""
        with self._freed:
            self._blind_refusals[credential.id] += 1
            return self._blind_refusals[credential.id] - 1

    def note_success(self, credential: Credential) -> None:
        if self._blind_refusals[credential.id]:
            with self._freed:
                self._blind_refusals[credential.id] = 0

    def _admit(self, resource: str) -> Credential:
        is_told = False
        while True:
            with self._freed:
                now = self._clock()
                opening: dt.datetime | None = None
                is_full = False
                for position in self._order():
                    credential = self._credentials[position]
                    opens_at, has_place = self._state(credential, resource, now)
                    if opens_at is None and has_place:
                        self._under_way[credential.id, resource] += 1
                        self._sticky.position = position
                        return credential
                    is_full = is_full or opens_at is None
                    if opens_at is not None and (opening is None or opens_at < opening):
                        opening = opens_at
                if is_full or opening is None:
                    self._freed.wait(SLICE_SECONDS)
                    continue
            wait = (opening - now).total_seconds()
            if wait > self._policy.max_wait_seconds:
                raise self._refusal(opening, resource)
            if not is_told:
                self._on_wait(f"{self._policy.service.name} allows the next request at {opening:%H:%M:%S} UTC", wait)
                is_told = True
            self._pause(min(wait, SLICE_SECONDS))

    def _order(self) -> Iterator[int]:
        count = len(self._credentials)
        first = getattr(self._sticky, "position", 0)
        is_left_out = self._refused if self.has_accepted else frozenset[str]()
        positions = ((first + step) % count for step in range(count))
        return (position for position in positions if self._credentials[position].id not in is_left_out)

    def _state(self, credential: Credential, resource: str, now: dt.datetime) -> tuple[dt.datetime | None, bool]:
        """(when it opens, None for now; whether the budget pays for one more request now)."""
        budget = self._ledger.get(credential.id, resource)
        if budget is None:
            return None, True
        if budget.blocked_until is not None and budget.blocked_until > now:
            return budget.blocked_until, False
        left = budget.remaining
        if left is None or budget.reset_at is None:
            return None, True
        if budget.reset_at <= now:
            left = budget.limit or 1
        elif left == 0:
            return budget.reset_at, False
        return None, self._under_way[credential.id, resource] < left

    def _refusal(self, opening: dt.datetime, resource: str) -> RateLimited:
        service = self._policy.service
        more = (
            f" Another user's token in {service.token_setting} adds a budget." if service.takes_several_tokens else ""
        )
        return RateLimited(
            f"{service.name} allows the next {resource} request only at {opening:%Y-%m-%d %H:%M:%S} UTC, "
            f"later than the longest wait of {self._policy.max_wait_seconds:g} s (PULSE_HTTP_MAX_WAIT_SECONDS).",
            retry_at=opening,
            hint=f"Run again after that; what is collected is kept.{more}",
        )
