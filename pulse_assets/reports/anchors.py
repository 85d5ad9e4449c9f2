"""Stable names of the places in a page, so that a figure or a row can be linked to from outside."""

import hashlib
import re

_NOT_SAFE = re.compile(r"[^A-Za-z0-9_.-]")
_DIGEST_LENGTH = 8


def figure_anchor(scope_kind: str, scope: str, name: str, *key: str) -> str:
    """`all.dora_lead_time.lead_time_median_hours`, `repository.acme~api.dora_….…`; the key of a type or status last."""
    return ".".join((scope_anchor(scope_kind, scope), name, *map(_safe, key)))


def why_anchor(scope_kind: str, scope: str, metric: str, definition: str = "pulse") -> str:
    """Where it is said how a metric's figures of a scope came about: `why.all.dora_lead_time`."""
    name = f"why.{scope_anchor(scope_kind, scope)}.{metric}"
    return name if definition == "pulse" else f"{name}.{definition}"


def scope_anchor(scope_kind: str, scope: str) -> str:
    return "all" if scope_kind == "all" else f"{scope_kind}.{_safe(scope)}"


def row_anchor(kind: str, repository: str, key: object) -> str:
    """`change.acme~api.12`, `deployment.acme~api.1003` or `incident.acme~api.issue-12`."""
    return f"{kind}.{_safe(repository)}.{_safe(str(key))}"


def _safe(text: str) -> str:
    """The text in letters that an address may hold; `~` is in no repository's name, so two names stay two."""
    plain = text.replace("/", "~", 1)
    if not _NOT_SAFE.search(plain.replace("~", "", 1)):
        return plain
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
    return f"{_NOT_SAFE.sub('-', text)[:40]}~{digest}"
