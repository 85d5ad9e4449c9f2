"""Serves an organization, and a Jira site beside it, over HTTP: in a thread of this process, or in the foreground."""

import asyncio
import datetime as dt
import json
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pulse_assets.sandbox.answers import Answer, Limits, Problem, Question, etag, is_known, iso
from pulse_assets.sandbox.graphql import GraphQL
from pulse_assets.sandbox.jira.server import ENDPOINTS as JIRA_ENDPOINTS
from pulse_assets.sandbox.jira.server import PREFIX as JIRA_PREFIX
from pulse_assets.sandbox.jira.server import JiraServer
from pulse_assets.sandbox.jira.world import JiraWorld
from pulse_assets.sandbox.organization import Organization
from pulse_assets.sandbox.rest import ENDPOINTS, REPOSITORY_ENDPOINTS, Rest, repository_of
from pulse_assets.sandbox.shapes import Shapes
from pulse_assets.sandbox.view import OrganizationView

_VERSIONS = ("2022-11-28", "2026-03-10")
_VIEWER = {"login": "pulse-reader", "id": 1900}
_FREE = {"/rate_limit"}
_STOP_SECONDS = 10.0

Handle = Callable[[Question, Request, bytes], Answer]
Respond = Callable[[Request, bytes], Response]


class Sandbox:
    """The state behind the sockets: the world as of the clock's instant, spent limits and counted calls."""

    def __init__(
        self,
        organization: Organization,
        *,
        token: str | None = None,
        latency_ms: float = 0,
        budget: int = 5000,
        at: dt.datetime | None = None,
        jira: JiraWorld | None = None,
        is_jira_anonymous_on_bad_token: bool = False,
    ) -> None:
        self.organization, self.latency_seconds = organization, latency_ms / 1000
        self.address = ""
        self.limits = Limits(budget)
        self.jira: JiraServer | None = None
        if jira is not None:
            is_anonymous = is_jira_anonymous_on_bad_token
            self.jira = JiraServer(jira, token=token, budget=budget, is_anonymous_on_bad_token=is_anonymous)
        self._token = token
        self._running = 0
        self._forget_calls()
        self.move_clock(at or organization.until)

    def _forget_calls(self) -> None:
        self._routes: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._bytes = self._most_running = 0

    def move_clock(self, instant: dt.datetime) -> None:
        """From now on everything is served as of that instant."""
        self.world = OrganizationView(self.organization, instant)
        shapes = Shapes(self.address, self.organization.login)
        viewer = shapes.account(str(_VIEWER["login"]), int(_VIEWER["id"]), "User")
        self.rest = Rest(self.world, shapes, viewer)
        self.graphql = GraphQL(self.world, self.address)
        if self.jira is not None:
            self.jira.show(instant, self.address + JIRA_PREFIX)

    def listen_at(self, address: str) -> None:
        """All links begin with this address from now on."""
        self.address = address
        self.move_clock(self.world.instant)

    def calls(self) -> dict[str, object]:
        """What was asked so far: total, by route and status, bytes sent, most requests at once."""
        return {
            "total": self._routes.total(),
            "routes": dict(sorted(self._routes.items())),
            "statuses": dict(sorted(self._statuses.items())),
            "not_modified": self._statuses["304"],
            "bytes": self._bytes,
            "max_concurrent": self._most_running,
        }

    # ------------------------------------------------------------------ one request
    def _check(self, question: Question, resource: str) -> None:
        if (self._token is not None and question.credential != self._token) or (
            resource == "graphql" and not question.credential
        ):
            raise Problem(401, "Bad credentials" if question.credential else "Requires authentication")
        if question.version not in _VERSIONS:
            raise Problem(400, f"{question.version} is not a supported version")
        if resource == "core" and question.path not in _FREE and not self.limits.remaining(question.credential, "core"):
            raise Problem(403, "API rate limit exceeded for user ID 1900.")

    def _answer(self, handle: Handle, request: Request, body: bytes, resource: str) -> Response:
        question = _question(request, self.address)
        credential, is_free = question.credential, question.path in _FREE
        try:
            self._check(question, resource)
            answer = handle(question, request, body)
        except Problem as problem:
            answer = problem.answer
        payload = answer.payload()
        headers = {"Content-Type": "application/json; charset=utf-8", **answer.headers}
        status = answer.status
        if status == 200 and resource == "core":  # noqa: PLR2004 - OK
            headers["ETag"] = tag = etag(credential, payload)
            headers["Cache-Control"] = f"{'private' if credential else 'public'}, max-age=60, s-maxage=60"
            if is_known(tag, request.headers.get("if-none-match", "")):
                status, payload, is_free = 304, b"", is_free or bool(credential)
        if resource == "core" and not is_free and status != 401:  # noqa: PLR2004 - a refused credential has no budget
            self.limits.charge(credential, "core", 1)
        shown = self.limits.show(credential, resource, self.world.instant)
        headers |= {f"x-ratelimit-{key}": str(value) for key, value in shown.items()}
        headers["Date"] = format_datetime(self.world.instant.astimezone(dt.UTC), usegmt=True)
        headers["X-GitHub-Api-Version-Selected"] = question.version
        return Response(payload, status, headers)

    def _route(self, template: str, handle: Handle, method: str = "GET", resource: str = "core") -> Route:
        return self._counted(template, lambda request, body: self._answer(handle, request, body, resource), method)

    def _counted(self, template: str, respond: Respond, method: str = "GET") -> Route:
        label = f"{method} {template.replace(':int}', '}').replace(':path}', '}')}"

        async def endpoint(request: Request) -> Response:
            body = await request.body() if method == "POST" else b""
            self._routes[label] += 1
            self._running += 1
            self._most_running = max(self._most_running, self._running)
            try:
                if self.latency_seconds:
                    await asyncio.sleep(self.latency_seconds)
                response = respond(request, body)
            finally:
                self._running -= 1
            self._statuses[str(response.status_code)] += 1
            self._bytes += len(response.body)
            return response

        return Route(template, endpoint, methods=[method])

    # ------------------------------------------------------------------ the application
    def application(self) -> Starlette:
        """REST, GraphQL and the sandbox's own handles `/_calls`, `/_clock` and `/_reset`."""
        routes = [
            Route("/_calls", _own(lambda _: self.calls())),
            Route("/_clock", _own(self._clock), methods=["GET", "POST"]),
            Route("/_reset", _own(self._reset), methods=["POST"]),
            self._route("/graphql", lambda question, _, body: self._graphql(question, body), "POST", "graphql"),
            self._route("/rate_limit", lambda question, _, __: self._rate_limit(question)),
        ]
        routes += self._jira_routes()
        for template, endpoint in ENDPOINTS.items():
            routes.append(self._route(template, lambda question, _, __, e=endpoint: e(self.rest, question)))
        for prefix in ("/repos/{owner}/{repo}", "/repositories/{repository_id:int}"):
            for suffix, of_repository in REPOSITORY_ENDPOINTS.items():
                routes.append(
                    self._route(
                        prefix + suffix,
                        lambda question, _, __, e=of_repository: e(
                            self.rest, question, repository_of(self.world, question)
                        ),
                    )
                )
        routes.append(self._route("/{path:path}", lambda _, __, ___: _nothing_there()))
        return Starlette(routes=routes)

    def _jira_routes(self) -> list[Route]:
        if self.jira is None:
            return []
        answer = self.jira.answer
        routes = [
            self._counted(JIRA_PREFIX + path, lambda request, body, e=endpoint: answer(e, request, body), method)
            for (method, path), endpoint in JIRA_ENDPOINTS.items()
        ]
        return [*routes, self._counted(JIRA_PREFIX + "/{path:path}", lambda request, _: answer(None, request, b""))]

    def _graphql(self, question: Question, body: bytes) -> Answer:
        return self.graphql.answer(body, question.credential, self.limits)

    def _rate_limit(self, question: Question) -> Answer:
        resources = {
            name: self.limits.show(question.credential, name, self.world.instant)
            for name in ("core", "graphql", "search")
        }
        return Answer({"resources": resources, "rate": resources["core"]})

    def _clock(self, sent: dict[str, str]) -> dict[str, object]:
        if sent:
            instant = dt.datetime.fromisoformat(sent["at"])
            self.move_clock(instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC))
        return {"at": iso(self.world.instant)}

    def _reset(self, _: dict[str, str]) -> dict[str, object]:
        self._forget_calls()
        self.limits.reset()
        if self.jira is not None:
            self.jira.limits.reset()
        return {"reset": True}


def _nothing_there() -> Answer:
    raise Problem(404, "Not Found")


def _question(request: Request, address: str) -> Question:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return Question(
        path=request.url.path,
        query=dict(request.query_params),
        parameters=request.path_params,
        address=address,
        credential=credential.strip() if scheme.lower() in {"bearer", "token"} else "",
        version=request.headers.get("x-github-api-version", _VERSIONS[0]),
    )


def _own(handle: Callable[[dict[str, str]], dict[str, object]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint of the sandbox itself, which GitHub has not."""

    async def endpoint(request: Request) -> Response:
        try:
            sent = await request.body()
            return JSONResponse(handle(json.loads(sent) if sent else {}))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"message": f"the body does not fit: {error}"}, 400)

    return endpoint


def _config(sandbox: Sandbox) -> uvicorn.Config:
    application = sandbox.application()
    return uvicorn.Config(application, log_level="error", lifespan="off", date_header=False, server_header=False)


class _ThreadServer(uvicorn.Server):
    """Leaves signals to the thread that owns them."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listening_socket(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    return socket.create_server((host, port), backlog=256)


def serve(sandbox: Sandbox, listener: socket.socket, on_ready: Callable[[str, Callable[[], None]], None]) -> None:
    """Serves in the foreground until interrupted; `on_ready` gets the address and a function that ends the server."""
    host, port = listener.getsockname()[:2]
    sandbox.listen_at(f"http://{host}:{port}")
    server = uvicorn.Server(_config(sandbox))

    def stop() -> None:
        server.should_exit = True

    on_ready(sandbox.address, stop)
    server.run(sockets=[listener])


@contextmanager
def serving(
    organization: Organization,
    *,
    token: str | None = None,
    latency_ms: float = 0,
    budget: int = 5000,
    at: dt.datetime | None = None,
    port: int = 0,
    jira: JiraWorld | None = None,
    is_jira_anonymous_on_bad_token: bool = False,
) -> Iterator[str]:
    """Serves the organization in a thread: `http://127.0.0.1:PORT`, REST there and GraphQL at `/graphql`.

    Jira's site, where there is one, is at `/jira`: version 3 of its API is Jira Cloud, version 2 Data Center.

    The world's clock stands at `at` (default: the organization's `until`), the header `Date` and the limits' resets
    follow it. `POST /_clock {"at": "2025-05-01T00:00:00Z"}` moves it; `GET /_calls` counts; `POST /_reset` forgets
    counts and spent limits.

    Args:
        organization: The world that is served.
        token: The only credential accepted; None accepts every one, and none at all (60 requests an hour, no GraphQL).
        latency_ms: Added to every answer, in milliseconds.
        budget: Requests, and GraphQL points, per credential and hour.
        at: Where the world's clock stands at first.
        port: 0 takes a free one.
        jira: A Jira site that is served too; its clock is the organization's.
        is_jira_anonymous_on_bad_token: A wrong token sees an empty Jira and no error, as at Atlassian.
    """
    sandbox = Sandbox(
        organization,
        token=token,
        latency_ms=latency_ms,
        budget=budget,
        at=at,
        jira=jira,
        is_jira_anonymous_on_bad_token=is_jira_anonymous_on_bad_token,
    )
    listener = listening_socket(port)
    host, port = listener.getsockname()[:2]
    sandbox.listen_at(f"http://{host}:{port}")
    server = _ThreadServer(_config(sandbox))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    try:
        yield sandbox.address
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        listener.close()
