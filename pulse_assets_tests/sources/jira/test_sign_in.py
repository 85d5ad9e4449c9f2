"""Whose answer it is: a credential that was not taken never looks like an empty site, and is shown nowhere."""

import base64
import logging
import traceback
from typing import Any

import pytest

from pulse_assets.errors import (
    AuthenticationFailed,
    ConfigurationError,
    NotFound,
    PermissionDenied,
    PulseError,
    SourceUnavailable,
)
from pulse_assets.sources.events import HttpEvent
from pulse_assets.sources.jira.signin import refusal_in
from pulse_assets_tests.sources.doubles import Asked, Says, serving
from pulse_assets_tests.sources.jira.conftest import MakeJira
from pulse_assets_tests.sources.jira.stub import JiraStub, by_token

TOKEN = "ATATTverysecretindeed0123456789"
PAIR = base64.b64encode(f"ann@example.invalid:{TOKEN}".encode()).decode()
BAD = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ({}, f"Basic {PAIR}"),
        ({"jira_auth": "basic"}, f"Basic {PAIR}"),
        ({"jira_auth": "bearer"}, f"Bearer {TOKEN}"),
        ({"jira_email": None}, f"Bearer {TOKEN}"),
    ],
)
def test_the_credential_goes_as_the_settings_say(settings: dict[str, Any], header: str, make_jira: MakeJira) -> None:
    with serving(JiraStub({"/rest/api/3/myself": {"accountId": "5b1"}})) as server:
        assert make_jira(server.url, jira_token=TOKEN, **settings).verify() == "5b1"
    assert [each.headers["authorization"] for each in server.asked] == [header]


def test_a_password_of_any_characters_is_carried(make_jira: MakeJira) -> None:
    with serving(JiraStub({"/rest/api/2/myself": {"key": "ann", "name": "ann.b"}})) as server:
        jira = make_jira(server.url, jira_flavor="datacenter", jira_email="ann", jira_token="pass wörd:1")
        assert jira.verify() == "ann"
    carried = server.asked[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(carried).decode() == "ann:pass wörd:1"


@pytest.mark.parametrize("settings", [{"jira_email": "a:b"}, {"jira_auth": "bearer", "jira_token": "a b"}])
def test_a_credential_that_cannot_be_carried_is_a_configuration_error(
    settings: dict[str, Any], make_jira: MakeJira
) -> None:
    with pytest.raises(ConfigurationError, match="PULSE_JIRA_TOKEN"):
        make_jira("http://127.0.0.1:9", **settings)


@pytest.mark.parametrize(
    "answer",
    [
        Says({"issues": [], "isLast": True}, headers=BAD),
        Says({"issues": [], "isLast": True}, headers={"X-Seraph-LoginReason": "OUT"}),
        Says({"issues": [], "isLast": True}, headers={"X-AUSERNAME": "anonymous"}),
        Says({"errorMessages": ["Issue does not exist"]}, 404, headers=BAD),
        Says({"errorMessages": ["No."]}, 401),
    ],
)
def test_an_answer_for_a_stranger_is_an_authentication_error(answer: Says, make_jira: MakeJira) -> None:
    with serving(lambda _asked: answer) as server:
        jira = make_jira(server.url)
        for ask in (lambda: jira.stubs("project = EE"), lambda: jira.issue_stub("1")):
            with pytest.raises(AuthenticationFailed, match=r"PULSE_JIRA_TOKEN.*PULSE_JIRA_EMAIL") as caught:
                ask()
            assert not caught.value.is_transient
    assert len(server.asked) == 2, "nothing is tried again"


def test_an_accepted_credential_is_said_so(make_jira: MakeJira) -> None:
    headers = {"X-Seraph-LoginReason": "OK", "X-AUSERNAME": "ann"}
    with serving(lambda _asked: Says({"issues": [], "isLast": True}, headers=headers)) as server:
        assert make_jira(server.url).stubs("project = EE").records == []


def test_a_nameless_account_is_a_stranger(make_jira: MakeJira) -> None:
    with serving(JiraStub({"/rest/api/3/myself": {}})) as server, pytest.raises(AuthenticationFailed):
        make_jira(server.url).verify()


def test_an_address_without_jira_is_a_configuration_error(make_jira: MakeJira) -> None:
    with serving(JiraStub({})) as server, pytest.raises(ConfigurationError, match=r"PULSE_JIRA_URL.*PULSE_JIRA_FLAVOR"):
        make_jira(server.url).verify()


@pytest.mark.parametrize(
    ("status", "headers", "refusal"),
    [
        (200, {}, None),
        (200, {"x-seraph-loginreason": "OK, OK"}, None),
        (200, {"x-seraph-loginreason": "authenticated_failed"}, "AUTHENTICATED_FAILED"),
        (403, {"x-seraph-loginreason": "AUTHORISATION_FAILED"}, None),
        (200, {"x-seraph-loginreason": "AUTHORISATION_FAILED"}, "AUTHORISATION_FAILED"),
        (
            403,
            {
                "x-seraph-loginreason": "AUTHENTICATION_DENIED",
                "x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=https://example.invalid",
            },
            "CAPTCHA",
        ),
        (429, {"x-seraph-loginreason": "OUT"}, None),
        (503, {"x-seraph-loginreason": "OUT"}, None),
    ],
)
def test_what_headers_say_against_the_credential(status: int, headers: dict[str, str], refusal: str | None) -> None:
    found = refusal_in(status, headers)
    assert found is None if refusal is None else refusal in (found or "")


def test_a_missing_right_is_no_sign_in_problem(make_jira: MakeJira) -> None:
    with serving(lambda _asked: Says({"message": "Forbidden"}, 403)) as server, pytest.raises(PermissionDenied):
        make_jira(server.url).count("project = EE")


def test_maintenance_is_no_sign_in_problem(make_jira: MakeJira) -> None:
    with serving(lambda _asked: Says({}, 503, headers=BAD)) as server, pytest.raises(SourceUnavailable):
        make_jira(server.url, http_max_attempts=2).count("project = EE")


def echo(asked: Asked) -> Says:
    """A server that quotes what it was sent, whole and decoded."""
    carried = asked.headers["authorization"]
    text = f"{carried} {base64.b64decode(carried.removeprefix('Basic ')).decode()} is refused"
    if asked.path.startswith("/limit"):
        return Says({"message": f"{text}, rate limit"}, 429, {"retry-after": "1", "RateLimit-Reason": carried})
    if asked.path.startswith("/gone"):
        return Says({"errorMessages": [text]}, 410)
    return Says({"errorMessages": [text], "errors": {"jql": text}}, int(asked.path[1:4]))


@pytest.mark.parametrize("path", ["400", "401", "403", "404", "500", "limit", "gone"])
def test_no_error_log_or_event_holds_the_credential(
    path: str, make_jira: MakeJira, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[HttpEvent] = []
    caplog.set_level(logging.DEBUG)
    with serving(echo) as server:
        jira = make_jira(f"{server.url}/{path}", jira_token=TOKEN, http_max_attempts=2, on_event=events.append)
        with pytest.raises(PulseError) as caught:
            jira.project("EE")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(events) + caplog.text
    assert "***" in shown
    for secret in (TOKEN, PAIR):
        assert secret not in shown + repr(jira) + repr(vars(jira)) + repr(jira.notices)


def test_no_cookie_answers_for_the_credential(make_jira: MakeJira) -> None:
    routes = {"/rest/api/3/myself": lambda _question: Says({"accountId": "1"}, headers={"Set-Cookie": "JSESSIONID=x"})}
    with serving(JiraStub(routes)) as server:
        jira = make_jira(server.url)
        jira.verify()
        with pytest.raises(NotFound):
            jira.project("EE")
    assert len(server.asked) > 1
    assert all("cookie" not in each.headers for each in server.asked)


def test_a_page_on_another_host_is_not_asked(make_jira: MakeJira) -> None:
    """Cloud's `nextPage` and `self` name the site, whatever address is configured."""
    rows = [{"id": "1", "key": "EE-1", "self": "https://elsewhere.invalid/rest/api/3/issue/1", "fields": {}}] * 1
    with serving(JiraStub({"/a/b/rest/api/3/search/jql": by_token(rows)})) as server:
        assert make_jira(f"{server.url}/a/b").stubs("project = EE").records[0]["id"] == "1"
    assert [each.path for each in server.asked] == ["/a/b/rest/api/3/search/jql"]
