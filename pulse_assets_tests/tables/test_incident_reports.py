from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets_tests.tables.landed import built, land, raw
from pulse_assets_tests.text_tables import instant


def report(store: Store, settings: Settings, **changes: Any) -> dict[str, Any]:
    land(store, raw("raw_github_issues", **changes))
    (row,) = built("incident_reports", store, settings)
    return row


def test_issue_that_lost_its_label_is_no_incident(sqlite_store: Store, settings: Settings) -> None:
    land(
        sqlite_store,
        raw("raw_github_issues", number=1, labels=["Incident", "sev1"]),
        raw("raw_github_issues", number=2, labels=["question"]),
        raw("raw_github_issues", number=3, state="closed", closed_at="2024-05-02T00:00:00Z"),
    )
    rows = built("incident_reports", sqlite_store, settings)
    assert [(row["number"], row["resolved_at"]) for row in rows] == [(1, None), (3, instant("2024-05-02"))]


@pytest.mark.parametrize(
    ("labels", "service"),
    [
        ([], None),
        (["service:api"], "api"),
        (["Service: Web shop "], "Web shop"),
        (["service:web", "service:api"], "api"),
        (["service:", "service:web"], "web"),
        (["service: "], None),
        (["a service:api"], None),
        (["service:a\x00b"], "a\ufffdb"),
    ],
)
def test_service_stands_behind_the_prefix_of_the_first_label(
    sqlite_store: Store, settings: Settings, labels: list[str], service: str | None
) -> None:
    assert report(sqlite_store, settings, labels=["incident", *labels])["service"] == service


@pytest.mark.parametrize("prefix", ["component/", "(x) [", "STRASSE"])
def test_prefix_is_taken_as_it_is_written(sqlite_store: Store, settings: Settings, prefix: str) -> None:
    chosen = settings.model_copy(update={"service_label_prefix": prefix})
    assert report(sqlite_store, chosen, labels=["incident", f"{prefix.lower()}api"])["service"] == "api"


def test_root_cause_is_what_the_record_says(sqlite_store: Store, settings: Settings) -> None:
    row = report(sqlite_store, settings, root_cause_sha="abc1234", root_cause_number=None)
    assert (row["root_cause_sha"], row["root_cause_number"]) == ("abc1234", None)
    row = report(sqlite_store, settings, root_cause_sha=None, root_cause_number=45)
    assert (row["root_cause_sha"], row["root_cause_number"]) == (None, 45)


def test_issue_landed_by_an_older_version_has_no_root_cause(sqlite_store: Store, settings: Settings) -> None:
    row = report(sqlite_store, settings)
    assert (row["root_cause_sha"], row["root_cause_number"]) == (None, None)


def test_issue_without_labels_is_named(sqlite_store: Store, settings: Settings) -> None:
    with pytest.raises(ContractBroken, match="Record 1 of raw_github_issues in acme/api does not have its shape"):
        report(sqlite_store, settings, labels=None)
