import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse_assets.errors import ContractBroken
from pulse_assets.tables.mainline import Mainline, Place

HISTORY = [("root", ()), ("a", ("root",)), ("side", ("root",)), ("head", ("a", "side"))]


@given(st.permutations(HISTORY))
def test_order_of_the_commits_changes_nothing(history: list[tuple[str, tuple[str, ...]]]) -> None:
    mainline = Mainline(history)
    assert [mainline.place(sha) for sha in ("root", "a", "head", "side")] == [
        Place(0, is_head=False),
        Place(1, is_head=False),
        Place(2, is_head=True),
        Place(None, is_head=False),
    ]


def test_unknown_commit_has_no_place() -> None:
    assert Mainline(HISTORY).place("gone") is None
    assert Mainline([]).place("gone") is None


def test_history_that_was_cut_off_begins_at_its_oldest_commit() -> None:
    assert Mainline([("b", ("a",)), ("c", ("b",))]).place("b") == Place(0, is_head=False)


def test_several_heads_leave_all_positions_unknown() -> None:
    mainline = Mainline([*HISTORY, ("other", ("a",))])
    assert mainline.head_count == 2
    assert mainline.place("head") == Place(None, is_head=True)
    assert mainline.place("root") == Place(None, is_head=False)


def test_empty_history_has_no_head() -> None:
    assert Mainline([]).head_count == 0


def test_circle_of_first_parents_is_an_error() -> None:
    with pytest.raises(ContractBroken, match="circle"):
        Mainline([("head", ("a",)), ("a", ("b",)), ("b", ("a",))])
