"""Which repositories the settings mean."""

from collections.abc import Callable, Iterator
from typing import Any

from pulse_assets.errors import NotFound
from pulse_assets.settings import Settings
from pulse_assets.sources.github import from_rest
from pulse_assets.sources.github.pages import Record
from pulse_assets.sources.github.rest_lists import PER_PAGE
from pulse_assets.sources.pagination import Pages


def discovered(settings: Settings, pages: Pages, repository: Callable[[str], Record]) -> Iterator[Record]:
    """The repositories of organizations, users and the explicit list, each once.

    Forks and archived ones are left out unless the settings want them or name them.

    Raises:
        ConfigurationError: Nothing is set.
        NotFound: A name does not exist; raised after all that do exist are given, and names each with its setting.
    """
    settings.require_github_selection()
    seen: set[int] = set()
    missing: list[NotFound] = []
    for reads in _readers(settings, pages, repository):
        try:
            for record in reads():
                if record["id"] not in seen:
                    seen.add(record["id"])
                    yield record
        except NotFound as error:
            missing.append(error)
    if len(missing) == 1:
        raise missing[0]
    if missing:
        hints = dict.fromkeys(error.hint or "" for error in missing)
        raise NotFound(" ".join(error.message for error in missing), hint=" ".join(hints))


def _readers(
    settings: Settings, pages: Pages, repository: Callable[[str], Record]
) -> Iterator[Callable[[], Iterator[Record]]]:
    # The explicit ones come first: they are wanted even where a filter would leave them out of the lists below.
    for name in settings.github_repositories:
        yield lambda name=name: iter([repository(name)])
    for name in settings.github_organizations:
        hint = "Correct PULSE_GITHUB_ORGANIZATIONS; a user's account belongs into PULSE_GITHUB_USERS."
        yield lambda name=name, hint=hint: _owned(
            settings, pages, f"/orgs/{name}/repos", f"organization {name!r}", hint
        )
    for name in settings.github_users:
        yield lambda name=name: _owned(
            settings, pages, f"/users/{name}/repos", f"user {name!r}", "Correct PULSE_GITHUB_USERS."
        )


def _owned(settings: Settings, pages: Pages, path: str, who: str, hint: str) -> Iterator[Record]:
    try:
        for reply in pages.walk(path, {"sort": "full_name", "per_page": PER_PAGE}, conditional=True):
            yield from (from_rest.repository(row) for row in reply.items() if _is_wanted(row, settings))
    except NotFound as error:
        message = f"GitHub knows no {who}, or hides it from the token in PULSE_GITHUB_TOKEN."
        raise NotFound(message, hint=hint) from error


def _is_wanted(row: dict[str, Any], settings: Settings) -> bool:
    return (settings.github_include_forks or not row.get("fork")) and (
        settings.github_include_archived or not row.get("archived")
    )
