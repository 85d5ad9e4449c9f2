"""GraphQL nodes of commits, references and the accounts behind them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from pulse_assets.sandbox.answers import iso
from pulse_assets.sandbox.graphql_pages import numbered
from pulse_assets.sandbox.organization import Commit, Person
from pulse_assets.sandbox.shapes import WEB, email_of, node_id
from pulse_assets.sandbox.view import RepositoryView

Node = dict[str, Any]
_ACTORS: dict[Person, Node] = {}


def actor(person: Person | None) -> Node | None:
    """A bot's login comes without `[bot]` here, unlike in REST; a deleted account is null."""
    if person is None:
        return None
    if person not in _ACTORS:
        login = person.login.removesuffix("[bot]") if person.is_bot else person.login
        _ACTORS[person] = {
            "__typename": "Bot" if person.is_bot else "User",
            "id": node_id("BOT" if person.is_bot else "U", person.login),
            "databaseId": person.id,
            "login": login,
            "name": person.name,
            "resourcePath": f"/{'apps/' if person.is_bot else ''}{login}",
            "url": f"{WEB}/{'apps/' if person.is_bot else ''}{login}",
        }
    return _ACTORS[person]


def _user(person: Person | None) -> Node | None:
    """The account behind a commit is a User even where it is a bot, and then keeps `[bot]` in its login."""
    shown = actor(person)
    return shown and {**shown, "__typename": "User", "login": person.login if person else ""}


def bare_commit(sha: str) -> Node:
    """What can be said of a commit that the repository does not hold."""
    return {"__typename": "Commit", "oid": sha, "id": node_id("C", sha), "abbreviatedOid": sha[:7]}


class GitNodes:
    def __init__(self, repository: Callable[[RepositoryView], Node]) -> None:
        self._repository = repository

    def commit(self, view: RepositoryView, commit: Commit) -> Node:
        headline, _, body = commit.message.partition("\n")
        url = f"{WEB}/{view.full_name}/commit/{commit.sha}"
        authored, committed = iso(commit.authored_at), iso(commit.committed_at)
        signature = {"name": commit.author_name or "unknown", "email": email_of(commit), "user": _user(commit.author)}
        return {
            "__typename": "Commit",
            "id": node_id("C", commit.sha),
            "oid": commit.sha,
            "abbreviatedOid": commit.sha[:7],
            "url": url,
            "message": commit.message,
            "messageHeadline": headline,
            "messageBody": body.lstrip("\n"),
            "authoredDate": authored,
            "committedDate": committed,
            "author": lambda: {**signature, "date": authored},
            "committer": lambda: {**signature, "date": committed},
            "parents": lambda **arguments: numbered(commit.parents, arguments, lambda sha: self._parent(view, sha)),
            "history": lambda **arguments: self._history(view, commit, arguments),
            "repository": lambda: self._repository(view),
        }

    def _parent(self, view: RepositoryView, sha: str) -> Node:
        found = view.commit(sha)
        return self.commit(view, found) if found else bare_commit(sha)

    def _history(self, view: RepositoryView, head: Commit, arguments: Node) -> Node:
        rows = view.history_from(head.sha)
        if arguments.get("since") or arguments.get("until"):
            low = _instant(arguments.get("since")) or dt.datetime.min.replace(tzinfo=dt.UTC)
            high = _instant(arguments.get("until")) or view.instant
            rows = [commit for commit in rows if low <= commit.committed_at <= high]
        return numbered(rows, arguments, lambda commit: self.commit(view, commit))

    def branch(self, view: RepositoryView, name: str) -> Node | None:
        return self.ref(view, f"refs/heads/{name}")

    def ref(self, view: RepositoryView, name: str) -> Node | None:
        """A branch or a tag by its full name; a bare one is looked for among both."""
        for prefix, names in (("refs/heads/", view.branches), ("refs/tags/", view.tags)):
            bare = name.removeprefix(prefix)
            if bare in names:
                commit = view.commit(names[bare])
                return {
                    "id": node_id("REF", f"{prefix}{bare}"),
                    "name": bare,
                    "prefix": prefix,
                    "target": self.commit(view, commit) if commit else None,
                    "repository": lambda: self._repository(view),
                }
        return None

    def refs(self, view: RepositoryView, arguments: Node) -> Node:
        prefix = arguments["refPrefix"]
        names = view.branches if prefix == "refs/heads/" else view.tags if prefix == "refs/tags/" else {}
        rows = sorted(names, reverse=arguments.get("direction") == "DESC")
        return numbered(rows, arguments, lambda name: self.ref(view, prefix + name) or {})


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
