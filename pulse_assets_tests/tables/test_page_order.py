"""The order in which pages landed, and pages that came twice, change no row of any clean table."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets_tests.tables.landed import SEEN_AT, built, commit, land, raw, review
from pulse_assets_tests.text_tables import CLEAN, REPOSITORY

RECORDS = [
    raw("raw_github_repositories"),
    *(
        raw(
            "raw_github_pull_requests",
            number=number,
            commits=[commit(f"b{number}")],
            reviews=[review(number, "bob", f"2024-05-0{number}T00:00:00Z")],
        )
        for number in range(1, 6)
    ),
    *(raw("raw_github_commits", sha=f"c{place}", parents=[f"c{place - 1}"] if place else []) for place in range(6)),
    *(raw("raw_github_deployments", id=number) for number in range(1, 4)),
    *(raw("raw_github_releases", id=number) for number in range(1, 4)),
    *(raw("raw_github_issues", number=number) for number in range(11, 14)),
]


def tables(pages: list[list[Record]]) -> str:
    with TemporaryDirectory() as folder:
        chosen = Settings.load(home=Path(folder))
        with Store.open(chosen.store_url) as store:
            for page in pages:
                with store.transaction() as connection:
                    store.landing.upsert(connection, REPOSITORY, page, seen_at=SEEN_AT)
            land(store)
            return json.dumps({name: built(name, store, chosen) for name in CLEAN}, default=str, sort_keys=True)


@cache
def in_order() -> str:
    return tables([RECORDS])


@st.composite
def as_pages(draw: st.DrawFn) -> list[list[Record]]:
    again = draw(st.lists(st.sampled_from(RECORDS), max_size=8))
    landed = draw(st.permutations([*RECORDS, *again]))
    size = draw(st.integers(1, len(landed)))
    return [landed[start : start + size] for start in range(0, len(landed), size)]


@given(as_pages())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_order_of_pages_and_duplicates_change_nothing(pages: list[list[Record]]) -> None:
    assert tables(pages) == in_order()
