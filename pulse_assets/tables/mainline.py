"""The chain of first parents that ends at the head of the default branch, and each commit's place on it."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from pulse_assets.errors import ContractBroken

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a commit stands.

    Attributes:
        position: 0 at the root; None off the mainline, or when there is no mainline.
        is_head: It is nobody's parent.
    """

    position: int | None
    is_head: bool


class Mainline:
    """Where each commit of one repository stands.

    Built from every commit with its parents, in any order. It holds about 40 bytes a commit: digests instead of
    hashes, so that a million commits need no gigabyte.

    Attributes:
        head_count: Commits that are nobody's parent. With one of them the mainline is known; with more the landing
            holds histories that do not belong together, and no commit has a position.
    """

    def __init__(self, commits: Iterable[tuple[str, Sequence[str]]]) -> None:
        own, first, parents = bytearray(), bytearray(), bytearray()
        for sha, its_parents in commits:
            own += _digest(sha)
            first += _digest(its_parents[0]) if its_parents else bytes(_DIGEST_BYTES)
            for parent in its_parents:
                parents += _digest(parent)
        digests, first_parents = _as_array(own), _as_array(first)
        order = np.argsort(digests)
        self._digests = digests[order]
        self._is_head = ~np.isin(self._digests, _as_array(parents))
        self._positions = np.full(len(order), -1, dtype=np.int64)
        self.head_count = int(self._is_head.sum())
        if self.head_count == 1:
            chain = _chain(int(np.flatnonzero(self._is_head)[0]), self._find(first_parents[order]))
            self._positions[chain] = np.arange(len(chain) - 1, -1, -1)

    def place(self, sha: str) -> Place | None:
        """Where a commit stands; None for one that was not among the commits."""
        index = self._find(_as_array(_digest(sha))).item()
        if index < 0:
            return None
        position = self._positions.item(index)
        return Place(None if position < 0 else position, is_head=bool(self._is_head[index]))

    def _find(self, digests: "np.ndarray[Any, Any]") -> "np.ndarray[Any, np.dtype[np.int64]]":
        if not len(self._digests):
            return np.full(len(digests), -1, dtype=np.int64)
        indexes = np.searchsorted(self._digests, digests).clip(max=len(self._digests) - 1)
        return np.where(self._digests[indexes] == digests, indexes, -1)


def _chain(head: int, first_parents: "np.ndarray[Any, np.dtype[np.int64]]") -> "array[int]":
    chain = array("q", [head])
    while (parent := first_parents.item(chain[-1])) >= 0:
        chain.append(parent)
        if len(chain) > len(first_parents):
            raise ContractBroken("The first parents of the landed commits form a circle.")
    return chain


def _digest(sha: str) -> bytes:
    return blake2b(sha.encode(), digest_size=_DIGEST_BYTES).digest()


def _as_array(digests: bytes | bytearray) -> "np.ndarray[Any, Any]":
    return np.frombuffer(digests, dtype=f"S{_DIGEST_BYTES}")
