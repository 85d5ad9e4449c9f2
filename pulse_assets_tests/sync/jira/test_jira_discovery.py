import pytest

from pulse_assets.errors import LeaseHeld, NotFound
from pulse_assets.settings import Settings
from pulse_assets.store import Record, Store
from pulse_assets.sync.engine import lease_name
from pulse_assets.sync.jira.collection import ISSUES, PROJECTS
from pulse_assets.sync.jira.discovery import DiscoveredProjects, ProjectRef, discover_projects
from pulse_assets_tests.sync.jira.fake_jira import EPOCH, FakeJira


def run(jira: FakeJira, store: Store, *names: str, chosen: tuple[str, ...] = ()) -> DiscoveredProjects:
    settings = Settings.load(jira_url="https://jira.example", jira_projects=chosen)
    return discover_projects(jira.as_client(), store, settings, names=names or None)


def land(store: Store, partition: str, project_id: str) -> None:
    with store.transaction() as connection:
        rows = [Record(PROJECTS, project_id, {"id": project_id}), Record(ISSUES, "1", {"of": project_id})]
        store.landing.upsert(connection, partition, rows, seen_at=EPOCH)
        store.checkpoints.save(connection, partition, "issues", {"of": project_id})


def owner(store: Store, partition: str) -> str | None:
    """The project whose issues and checkpoint the partition holds."""
    landed = store.landing.get(ISSUES, partition, ["1"])
    state = store.checkpoints.load(partition, "issues")
    assert (landed["1"].payload if landed else None) == state
    return state["of"] if state else None


def test_all_projects_are_found_but_archived_ones_only_where_they_are_named(sqlite_store: Store) -> None:
    jira = FakeJira()
    jira.archived = {"WEB_2"}
    assert run(jira, sqlite_store).projects == (ProjectRef("10003", "EE"),)
    assert run(jira, sqlite_store, chosen=("WEB_2", "EE")).names == ("WEB_2", "EE")
    assert run(jira, sqlite_store, "WEB_2", chosen=("EE",)).names == ("WEB_2",)


def test_a_project_with_a_new_key_takes_its_rows_and_checkpoints_along(store: Store) -> None:
    jira = FakeJira()
    land(store, "EE", "10003")
    jira.rename_project("EE", "NEW1")
    found = run(jira, store, "EE", "NEW1")
    assert found.names == ("NEW1",)
    assert found.renamed == {"EE": "NEW1"}
    assert (owner(store, "NEW1"), owner(store, "EE")) == ("10003", None)
    assert run(jira, store).renamed == {}


def test_another_project_under_an_old_key_does_not_inherit_rows(sqlite_store: Store) -> None:
    jira = FakeJira()
    land(sqlite_store, "EE", "9")
    assert run(jira, sqlite_store).replaced == {"EE": "EE@9"}
    assert (owner(sqlite_store, "EE"), owner(sqlite_store, "EE@9")) == (None, "9")


def test_a_missing_project_leaves_the_others(sqlite_store: Store) -> None:
    found = run(FakeJira(), sqlite_store, chosen=("GONE", "EE"))
    assert found.names == ("EE",)
    assert "PULSE_JIRA_PROJECTS" in str(found.missing["GONE"])


def test_nothing_found_is_an_error_that_names_the_setting(sqlite_store: Store) -> None:
    jira = FakeJira()
    with pytest.raises(NotFound, match="PULSE_JIRA_PROJECTS"):
        run(jira, sqlite_store, "GONE")
    jira.project_ids.clear()
    with pytest.raises(NotFound, match="PULSE_JIRA_PROJECTS"):
        run(jira, sqlite_store)


def test_a_project_that_is_being_collected_moves_later(sqlite_store: Store) -> None:
    jira = FakeJira()
    land(sqlite_store, "EE", "10003")
    jira.rename_project("EE", "NEW1")
    lease = sqlite_store.leases.acquire(lease_name("jira", "EE"))
    found = run(jira, sqlite_store)
    assert found.names == ("WEB_2",)
    assert isinstance(found.missing["NEW1"], LeaseHeld)
    assert owner(sqlite_store, "EE") == "10003"
    sqlite_store.leases.release(lease)
    assert run(jira, sqlite_store).renamed == {"EE": "NEW1"}
