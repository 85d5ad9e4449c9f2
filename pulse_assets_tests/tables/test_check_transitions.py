"""Which checks changed their state."""

from pulse_assets.tables.check_transitions import transitions
from pulse_assets_tests.reports.quality.recorded import AT, results
from pulse_assets_tests.text_tables import instant

BEFORE = """
    table    partition  kind          passed
    commits  acme/api   key           yes
    commits  acme/api   structure     no
    commits  acme/api   plausibility  no
    commits  acme/web   key           yes
    commits  acme/docs  key           yes
"""
AFTER = """
    table    partition  kind          passed
    commits  acme/web   key           yes
    commits  acme/api   plausibility  no
    commits  acme/api   structure     yes
    commits  acme/api   key           no
    commits  acme/new   key           no
"""


def test_what_fails_now_and_what_passes_again_is_told_in_order() -> None:
    later = instant("2024-05-04")
    found = transitions(results(BEFORE), results(AFTER, later))
    assert [(each.partition, each.result.name, each.is_failure) for each in found] == [
        ("acme/api", "commits_are_unique", True),
        ("acme/api", "commits_have_one_head", False),
    ]
    assert {(each.before_at, each.at) for each in found} == {(AT, later)}
    assert [str(each) for each in found] == [
        "commits_are_unique of acme/api fails (blocking): Found.",
        "commits_have_one_head of acme/api passes again: Found.",
    ]


def test_the_first_result_of_a_check_is_no_change() -> None:
    assert transitions([], results(AFTER)) == ()
