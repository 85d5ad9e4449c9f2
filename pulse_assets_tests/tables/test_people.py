import datetime as dt
from typing import Any

import pytest

from pulse_assets.errors import ContractBroken
from pulse_assets.settings import Settings
from pulse_assets.store import Store
from pulse_assets.tables.contracts_organization import WHOLE
from pulse_assets.tables.people import name_key
from pulse_assets.tables.transform import build_table
from pulse_assets_tests.tables.landed_jira import SEEN_AT, land, raw

LATER = SEEN_AT + dt.timedelta(hours=1)


def accounts(store: Store, settings: Settings) -> list[dict[str, Any]]:
    return [row for batch in build_table("jira_accounts", store, WHOLE, settings) for row in batch.to_pylist()]


def user(account_id: str = "u1", **changes: Any) -> Any:
    return raw("raw_jira_users", account_id=account_id, **changes)


def test_an_account_is_a_row(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store, user(display_name="Ada"))
    assert accounts(sqlite_store, settings) == [{"account_id": "u1", "name": "Ada", "is_active": True, "is_bot": False}]


def test_an_app_is_a_bot(sqlite_store: Store, settings: Settings) -> None:
    kinds = ("app", "atlassian", "customer", None)
    land(sqlite_store, *(user(str(kind), account_type=kind) for kind in kinds))
    assert {row["account_id"]: row["is_bot"] for row in accounts(sqlite_store, settings)} == {
        "app": True,
        "atlassian": False,
        "customer": False,
        "None": False,
    }


def test_an_account_may_have_no_name_and_no_access(sqlite_store: Store, settings: Settings) -> None:
    land(sqlite_store, user(display_name=None, is_active=False))
    assert accounts(sqlite_store, settings) == [{"account_id": "u1", "name": None, "is_active": False, "is_bot": False}]


@pytest.mark.parametrize("newest", ["PAY", "WEB"])
def test_an_account_of_several_projects_is_as_it_was_read_last(
    sqlite_store: Store, settings: Settings, newest: str
) -> None:
    for project in ("PAY", "WEB"):
        seen_at = LATER if project == newest else SEEN_AT
        land(sqlite_store, user(display_name=f"Ada of {project}"), project=project, seen_at=seen_at)
    land(sqlite_store, user("u0", display_name="Bob"), project="WEB")
    assert [(row["account_id"], row["name"]) for row in accounts(sqlite_store, settings)] == [
        ("u0", "Bob"),
        ("u1", f"Ada of {newest}"),
    ]


def test_without_jira_there_are_no_accounts(sqlite_store: Store, settings: Settings) -> None:
    assert accounts(sqlite_store, settings) == []


@pytest.mark.parametrize("problem", [{"is_active": "yes"}, {"display_name": 7}])
def test_a_record_of_another_shape_is_named(sqlite_store: Store, settings: Settings, problem: dict[str, Any]) -> None:
    land(sqlite_store, user(**problem))
    with pytest.raises(ContractBroken, match="u1"):
        accounts(sqlite_store, settings)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Lovelace", "ada  LOVELACE "),
        ("Jürgen Groß", "JU\u0308RGEN GROSS"),
        ("\uff21\uff44\uff41", "ada"),
        ("Ada\u00a0Lovelace", "Ada\tLovelace"),
    ],
)
def test_names_that_look_alike_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Ada", "Adah"), ("Ada B", "AdaB"), ("Jurgen", "Jürgen")])
def test_other_names_are_others(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
