from pulse_assets.metrics.explanation.words import REASONS
from pulse_assets.reports import names
from pulse_assets.tables.contracts import TABLES

FACTS = [table for table in TABLES.values() if table.layer == "facts"]


def test_names_without_words_are_still_readable() -> None:
    assert names.in_words(names.REASONS, "some_new_reason") == "some new reason"
    assert names.in_words(names.REASONS, None) == "no reason given"


def test_flags_and_kinds_are_told_one_by_one() -> None:
    assert names.flags_in_words("first_deployment, negative_coding") == [
        "in the repository's first known deployment",
        "opened before its first commit: no coding time",
    ]
    assert names.kinds_in_words("hotfix,incident_link") == ["hotfix", "closes an incident"]
    assert names.flags_in_words(None) == []


def test_the_first_deployment_is_that_of_the_repository_for_a_change_and_of_its_service_for_a_deployment() -> None:
    assert "repository" in names.flags_in_words("first_deployment")[0]
    assert names.deployment_flags_in_words("commits_unknown,first_deployment") == [
        "commits could not be compared",
        "first known deployment of its service",
    ]


def test_every_reason_of_a_fact_has_words() -> None:
    columns = [table.by_name["reason"] for table in FACTS if "reason" in table.by_name]
    reasons = {reason for column in columns for reason in column.allowed or ()}
    assert reasons
    assert reasons <= set(REASONS)


def test_every_kind_of_incident_has_words() -> None:
    assert set(TABLES["incidents"].by_name["kind"].allowed or ()) <= set(names.KINDS)
