"""Decides whether a failed request is tried again, and when; one mechanism for every passing fault."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import tenacity

from pulse_assets.errors import PulseError, RateLimited
from pulse_assets.sources.answers import AnswerTimedOut, HostUnreachable
from pulse_assets.sources.policy import HttpPolicy

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 30.0
#: A host that never answered is more likely a wrong address than an outage.
_ATTEMPTS_AT_STRANGERS = 3


@dataclass(frozen=True, slots=True)
class RetryRules:
    """The rules of one client.

    Attributes:
        jitter: Random number in [0, 1): threads that failed together do not come back together.
        was_reached: Whether the host has ever answered this client.
    """

    policy: HttpPolicy
    clock: Callable[[], dt.datetime]
    jitter: Callable[[], float]
    was_reached: Callable[[], bool]

    def retrying(
        self,
        *,
        pause: Callable[[float], None],
        on_retry: Callable[[PulseError, float], None],
        is_timeout_retried: bool = True,
    ) -> tenacity.Retrying:
        """A loop around one request; the last error is raised as it is."""

        def tell(state: tenacity.RetryCallState) -> None:
            error = _error(state)
            if error is not None and state.next_action is not None:
                on_retry(error, state.next_action.sleep)

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: self.is_retried(error, is_timeout_retried)),
            stop=self._is_over,
            wait=self._wait,
            sleep=pause,
            before_sleep=tell,
            reraise=True,
        )

    def is_retried(self, error: BaseException, is_timeout_retried: bool = True) -> bool:  # noqa: FBT001, FBT002
        """Whether trying again within this call makes sense."""
        if isinstance(error, RateLimited):
            return error.retry_at - self.clock() <= dt.timedelta(seconds=self.policy.max_wait_seconds)
        if isinstance(error, AnswerTimedOut):
            return is_timeout_retried
        return isinstance(error, PulseError) and error.is_transient

    def _is_over(self, state: tenacity.RetryCallState) -> bool:
        attempts = self.policy.max_attempts
        if isinstance(_error(state), HostUnreachable) and not self.was_reached():
            attempts = min(attempts, _ATTEMPTS_AT_STRANGERS)
        return state.attempt_number >= attempts

    def _wait(self, state: tenacity.RetryCallState) -> float:
        if isinstance(_error(state), RateLimited):
            return 0.0  # the gate waits, for all threads alike
        backoff = min(_FIRST_SECONDS * 2 ** (state.attempt_number - 1), _LONGEST_SECONDS)
        return backoff * (0.75 + self.jitter() / 2)


def _error(state: tenacity.RetryCallState) -> PulseError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, PulseError) else None
