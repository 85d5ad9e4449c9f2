"""The frame around Jira's answers: who asks, what is left of the limit, and the headers of all answers."""

import base64
import binascii
import datetime as dt
import json
import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pulse_assets.sandbox.answers import Limits
from pulse_assets.sandbox.jira.agile import AGILE, SOFTWARE
from pulse_assets.sandbox.jira.paging import BAD_PAYLOAD, Question, Refusal
from pulse_assets.sandbox.jira.rest import CLOUD, DATA_CENTER
from pulse_assets.sandbox.jira.site import Endpoint, Site
from pulse_assets.sandbox.jira.world import JiraWorld

#: Where the site is mounted.
PREFIX = "/jira"
DATA_CENTER_API = "/rest/api/2"
_MOUNTS: Mapping[str, Mapping[tuple[str, str], Endpoint]] = {
    "/rest/api/3": CLOUD,
    DATA_CENTER_API: DATA_CENTER,
    "/rest/agile/1.0": AGILE,
    "/rest/software/1.0": SOFTWARE,
}
#: By method and path below the site's address.
ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    (method, mount + path): endpoint for mount, table in _MOUNTS.items() for (method, path), endpoint in table.items()
}
_OPEN, _PERSONAL = "/serverInfo", "/myself"
_NEAR = 0.2
_UNKNOWN, _LOGGED_IN, _REFUSED = "OUT", "OK", "AUTHENTICATED_FAILED"


class JiraServer:
    """The state behind Jira's socket: the world as of the clock's instant, and spent limits.

    Args:
        world: What is served.
        token: The only token accepted, with any e-mail address or as a bearer; None accepts every one.
        budget: Requests per token and hour.
        zone: The reader's time zone.
        is_anonymous_on_bad_token: A wrong token is no error but that of nobody, who sees an empty site. That is what
            Jira Cloud does at most endpoints; the header X-Seraph-LoginReason tells of it.
    """

    def __init__(
        self,
        world: JiraWorld,
        *,
        token: str | None = None,
        budget: int = 5000,
        zone: zoneinfo.ZoneInfo | None = None,
        is_anonymous_on_bad_token: bool = False,
    ) -> None:
        self.world, self._token, self._budget = world, token, budget
        self._zone = zone or zoneinfo.ZoneInfo("Europe/Berlin")
        self._is_anonymous_on_bad_token = is_anonymous_on_bad_token
        self.limits = Limits(budget)

    def show(self, instant: dt.datetime, address: str) -> None:
        """From now on everything is served as of that instant, with links that begin with the address."""
        self.instant = instant
        nothing = replace(self.world, projects=(), boards=(), statuses=(), issues=(), people=(), issue_types=())
        self.site = Site(self.world.at(instant), address, self._zone)
        self._empty_site = Site(nothing.at(instant), address, self._zone, is_anonymous=True)

    def answer(self, endpoint: Endpoint | None, request: Request, body: bytes) -> Response:
        """The endpoint's answer in its frame; without an endpoint there is nothing at the path."""
        token, reason = self._login(request)
        path = request.url.path.removeprefix(PREFIX)
        is_data_center = path.startswith(DATA_CENTER_API)
        headers = {"X-Seraph-LoginReason": reason}
        try:
            site = self._site_for(path, reason)
            if reason == _LOGGED_IN:
                self._spend(token)
            if endpoint is None:
                raise _nothing_at(path)
            answer = endpoint(site, _question(request, path, body, self.site.address))
        except Refusal as refusal:
            answer = refusal.answer
        headers |= self._limit_headers(token, is_data_center=is_data_center) | answer.headers
        headers["Date"] = format_datetime(self.instant.astimezone(dt.UTC), usegmt=True)
        headers["Cache-Control"] = "no-cache, no-store, no-transform"
        headers["Content-Type"] = "application/json;charset=UTF-8"
        return Response(answer.payload(), answer.status, headers)

    # ------------------------------------------------------------------ who asks
    def _login(self, request: Request) -> tuple[str, str]:
        token = _token_of(request.headers.get("authorization", ""))
        if not token:
            return "", _UNKNOWN
        is_right = self._token is None or token == self._token
        return token, _LOGGED_IN if is_right else _REFUSED

    def _site_for(self, path: str, reason: str) -> Site:
        if reason == _LOGGED_IN or path.endswith(_OPEN):
            return self.site
        if reason == _REFUSED and self._is_anonymous_on_bad_token and not path.endswith(_PERSONAL):
            return self._empty_site
        body = {"message": "Client must be authenticated to access this resource.", "status-code": 401}
        raise Refusal(401, headers={"WWW-Authenticate": 'Basic realm="Jira"'}, body=body)

    # ------------------------------------------------------------------ limits
    def _spend(self, token: str) -> None:
        if not self.limits.remaining(token, "jira"):
            seconds = int(self.limits.show(token, "jira", self.instant)["reset"]) - int(self.instant.timestamp())
            headers = {"Retry-After": str(max(1, seconds)), "RateLimit-Reason": "jira-quota-based"}
            raise Refusal(429, "Rate limit exceeded.", headers=headers)
        self.limits.charge(token, "jira", 1)

    def _limit_headers(self, token: str, *, is_data_center: bool) -> dict[str, str]:
        if not token:
            return {}
        shown = self.limits.show(token, "jira", self.instant)
        headers = {"X-RateLimit-Limit": str(shown["limit"]), "X-RateLimit-Remaining": str(shown["remaining"])}
        if is_data_center:
            fill = {"X-RateLimit-Interval-Seconds": "3600", "X-RateLimit-FillRate": str(shown["limit"])}
            return headers | fill | {"Retry-After": "0"}
        reset = dt.datetime.fromtimestamp(int(shown["reset"]), dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        is_near = int(shown["remaining"]) < _NEAR * int(shown["limit"])
        return headers | {"X-RateLimit-Reset": reset, "X-RateLimit-NearLimit": str(is_near).lower()}


def _nothing_at(path: str) -> Refusal:
    return Refusal(404, body={"message": f"null for uri: {PREFIX}{path}", "status-code": 404})


def _token_of(header: str) -> str:
    """The token of `Basic email:token` or `Bearer token`; empty where there is none."""
    scheme, _, credential = header.partition(" ")
    if scheme.lower() == "bearer":
        return credential.strip()
    try:
        pair = base64.b64decode(credential, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        return ""
    return pair.partition(":")[2]


def _question(request: Request, path: str, body: bytes, address: str) -> Question:
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query[name] = f"{query[name]},{value}" if name in query else value
    return Question(
        path=path,
        query=query,
        sent=_sent(body),
        parameters=request.path_params,
        address=address,
        is_cloud=not path.startswith(DATA_CENTER_API),
    )


def _sent(body: bytes) -> Mapping[str, Any]:
    try:
        sent = json.loads(body) if body else {}
    except ValueError:
        raise Refusal(400, BAD_PAYLOAD) from None
    if not isinstance(sent, dict):
        raise Refusal(400, BAD_PAYLOAD)
    return sent
