import re

from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.reports.anchors import figure_anchor, row_anchor, why_anchor


def test_places_have_readable_names() -> None:
    name = "dora_lead_time.lead_time_median_hours"
    assert figure_anchor("all", "all", name) == f"all.{name}"
    assert figure_anchor("repository", "acme/api", name) == f"repository.acme~api.{name}"
    assert why_anchor("team", "payments", "dora_lead_time") == "why.team.payments.dora_lead_time"
    assert why_anchor("all", "all", "dora_lead_time", "devlake") == "why.all.dora_lead_time.devlake"
    assert row_anchor("incident", "acme/api", "issue-12") == "incident.acme~api.issue-12"


def test_a_name_that_no_address_can_hold_keeps_a_place_of_its_own() -> None:
    first, second = (figure_anchor("team", name, "m.c") for name in ("a b", "a+b"))
    assert first != second
    assert first == figure_anchor("team", "a b", "m.c")


@given(st.text(min_size=1, max_size=80))
def test_a_place_is_a_plain_word_whatever_the_name(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.~-]+", figure_anchor("team", text, "m.c"))
