"""The keys of all deployments, page by page, and which landed ones the list does not show.

The walk holds no more than what is not yet shown: the list goes from new to old, so a landed deployment is missed as
soon as an older one is shown, and found again should it come later.
"""

from collections.abc import Collection, Iterator
from typing import Any

from pulse_assets.sources.github.client import GitHub

Walk = dict[str, Any]


def begun(total: int) -> Walk:
    """A walk that has read nothing of a list of `total`."""
    return {"cursor": "", "listed": 0, "lowest": None, "unseen": [], "total": total}


def listing(github: GitHub, repository: str, landed: Collection[int], walk: Walk) -> Iterator[Walk]:
    """The walk after each further page; its `cursor` is None after the last one.

    Args:
        github: The source.
        repository: `owner/name`.
        landed: Ids of the landed deployments.
        walk: As begun, or as given before.
    """
    while walk["cursor"] is not None:
        page = github.deployment_keys(repository, cursor=walk["cursor"] or None)
        shown = {int(payload["id"]) for payload in page.records}
        unseen = set(walk["unseen"]) - shown
        lowest, highest = min(shown, default=None), walk["lowest"]
        if page.next_cursor is None:
            lowest = 0
        if lowest is not None and (highest is None or lowest < highest):
            unseen |= {key for key in landed if lowest <= key and (highest is None or key < highest)} - shown
            highest = lowest
        walk = {
            "cursor": page.next_cursor,
            "listed": walk["listed"] + len(page.records),
            "lowest": highest,
            "unseen": sorted(unseen),
            "total": walk["total"],
        }
        yield walk


def verdict(github: GitHub, repository: str, walk: Walk) -> tuple[list[str], str | None]:
    """(Keys that the finished walk has not shown, None), or (nothing, why the walk proves nothing)."""
    if not walk["unseen"]:
        return [], None
    kept = f"{len(walk['unseen'])} landed deployments that it does not show are kept."
    if not walk["listed"]:
        return [], f"GitHub lists no deployment. An empty list proves nothing; {kept}"
    count = github.counts(repository).get("deployments")
    fewest, most = sorted([walk["total"], count.total if count is not None else walk["total"]])
    if not fewest <= walk["listed"] <= most:
        said = f"{fewest}" if fewest == most else f"{fewest} to {most}"
        return [], f"GitHub counts {said} deployments and lists {walk['listed']}. The list proves nothing; {kept}"
    return [str(key) for key in walk["unseen"]], None
