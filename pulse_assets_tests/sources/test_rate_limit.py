"""When the server lets the next request in, by its headers."""

import datetime as dt

import pytest
from requests.structures import CaseInsensitiveDict

from pulse_assets.sources import rate_limit
from pulse_assets_tests.sources.doubles import START


def headers(**values: str) -> CaseInsensitiveDict[str]:
    return CaseInsensitiveDict({name.replace("_", "-"): value for name, value in values.items()})


def seconds_until_allowed(found: CaseInsensitiveDict[str], refusals: int = 0) -> float:
    return (rate_limit.allowed_at(found, now=START, refusals=refusals) - START).total_seconds()


def test_retry_after_wins_over_the_reset() -> None:
    found = headers(Retry_After="7", X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(START.timestamp()) + 900))
    assert seconds_until_allowed(found) == 7


def test_retry_after_may_be_a_date_by_the_servers_clock() -> None:
    found = headers(Retry_After="Wed, 31 Dec 2025 23:00:30 GMT", Date="Wed, 31 Dec 2025 23:00:00 GMT")
    assert seconds_until_allowed(found) == 30


def test_reset_is_read_by_the_servers_clock() -> None:
    an_hour_ago = START - dt.timedelta(hours=1)
    found = headers(
        X_RateLimit_Remaining="0",
        X_RateLimit_Reset=str(int(an_hour_ago.timestamp()) + 40),
        Date="Wed, 31 Dec 2025 23:00:00 GMT",
    )
    assert seconds_until_allowed(found) == 40


@pytest.mark.parametrize(("refusals", "seconds"), [(0, 60), (1, 120), (2, 240)])
def test_without_a_stated_end_the_wait_is_a_minute_and_grows(refusals: int, seconds: int) -> None:
    assert seconds_until_allowed(headers(X_RateLimit_Remaining="4000"), refusals) == seconds


def test_a_reset_in_milliseconds_is_not_believed() -> None:
    found = headers(X_RateLimit_Remaining="0", X_RateLimit_Reset=str(int(START.timestamp()) * 1000))
    assert seconds_until_allowed(found) == 60


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("2026-01-01T00:00:40Z", 40),
        ("2026-01-01T01:00:40+01:00", 40),
        ("2026-01-01T00:02Z", 120),
        ("2026-01-01T00:00:40", 40),
        ("2027-01-01T00:00:00Z", 60),
        ("soon", 60),
    ],
)
def test_a_reset_may_be_in_iso_8601(reset: str, seconds: int) -> None:
    """Jira's; one that is a day away or no time is not believed."""
    assert seconds_until_allowed(headers(X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)) == seconds


def test_the_reason_of_a_limit_is_one_line() -> None:
    assert rate_limit.reason_of(headers(RateLimit_Reason=" jira-burst-based \t ")) == "jira-burst-based"
    assert rate_limit.reason_of(headers()) == ""


@pytest.mark.parametrize("found", [headers(Retry_After="0"), headers(Retry_After="Wed, 31 Dec 2025 23:59:00 GMT")])
def test_a_refusal_is_never_tried_again_within_the_same_second(found: CaseInsensitiveDict[str]) -> None:
    assert seconds_until_allowed(found) == 1


@pytest.mark.parametrize(
    ("status", "found", "message", "is_limit"),
    [
        (403, headers(), "Resource not accessible by personal access token", False),
        (403, headers(X_RateLimit_Remaining="12"), "Must have admin rights to Repository.", False),
        (403, headers(X_RateLimit_Remaining="0"), "", True),
        (403, headers(Retry_After="3"), "", True),
        (403, headers(), "You have exceeded a secondary rate limit.", True),
        (403, headers(), "You have triggered an abuse detection mechanism.", True),
        (429, headers(), "", True),
        (404, headers(Retry_After="3"), "rate limit", False),
    ],
)
def test_evidence_of_a_limit(status: int, found: CaseInsensitiveDict[str], message: str, is_limit: bool) -> None:  # noqa: FBT001
    assert rate_limit.is_refused_for_limit(status, found, message) is is_limit


def test_a_server_that_counts_nothing_has_no_budget() -> None:
    assert rate_limit.budget_seen(headers(), now=START) is None


def test_one_windows_end_does_not_move_with_the_fractions_of_the_own_clock() -> None:
    server_clock = rate_limit.ServerClock()
    reset_at = START + dt.timedelta(minutes=10)
    ends = set()
    for milliseconds in range(0, 60_000, 730):
        now = START + dt.timedelta(milliseconds=milliseconds)
        server_now = now - dt.timedelta(hours=1, milliseconds=300)
        date = server_now.strftime("%a, %d %b %Y %H:%M:%S GMT")
        ends.add(server_clock.own_time(reset_at, headers(Date=date), now=now))
    (end,) = ends
    assert dt.timedelta(hours=1, milliseconds=300) <= end - reset_at <= dt.timedelta(hours=1, seconds=2)


@pytest.mark.parametrize("text", ["", "soon", "-5", "١٢"])
def test_an_unreadable_retry_after_is_none(text: str) -> None:
    assert rate_limit.retry_after(headers(Retry_After=text), now=START) is None
