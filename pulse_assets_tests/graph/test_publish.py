"""The published tables as an asset, after a pass and from the daemon."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from pulse_assets.errors import ConfigurationError, ExitCode
from pulse_assets.graph.assembly import build_definitions
from pulse_assets.graph.instance import lasting_instance
from pulse_assets.graph.resources import Pulse
from pulse_assets.graph.runs import run_sync
from pulse_assets.settings import Settings
from pulse_assets.tables.publishing import published_names
from pulse_assets_tests.graph.test_sensors import Graph
from pulse_assets_tests.postgres import PASSWORD

ASSET = dg.AssetKey("published_tables")


@pytest.fixture
def publishing(sandboxed: Settings, postgres_url: str) -> Iterator[Settings]:
    """Settings that publish."""
    yield to(sandboxed, postgres_url)
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS pulse CASCADE")


def to(settings: Settings, url: str, **changes: Any) -> Settings:
    address = sa.make_url(url).set(drivername="postgresql", **changes).render_as_string(hide_password=False)
    checked = Settings.load(home=settings.home, publish_url=address)
    return settings.model_copy(update={"publish_url": checked.publish_url})


def rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def stages(outcome: Any) -> list[str]:
    return [stage for stage, _ in outcome.run_ids]


def test_a_sync_publishes_what_it_built_and_without_news_nothing(publishing: Settings, postgres_url: str) -> None:
    first = run_sync(publishing)
    assert first.exit_code == ExitCode.OK
    assert stages(first)[-1] == "publication"
    counts = dict(rows(postgres_url, "SELECT table_name, row_count FROM pulse.published_tables"))
    assert set(counts) == set(published_names())
    assert {name: counts[name] for name in first.row_counts} == first.row_counts
    published = f"{len(published_names())} tables published to schema pulse of "
    assert any(published in message for message in first.messages)

    second = run_sync(publishing)
    assert stages(second) == ["collection"]
    assert second.messages == ("No news since the last time.",)
    with lasting_instance(publishing) as instance:
        event = instance.get_latest_materialization_event(ASSET)
        assert event is not None
        assert event.asset_materialization is not None
        metadata = event.asset_materialization.metadata
    assert metadata["schema"].value == "pulse"
    assert metadata["dagster/row_count"].value == sum(counts.values())


def test_tables_that_were_built_before_the_address_was_set_are_published(
    sandboxed: Settings, publishing: Settings
) -> None:
    assert "publication" not in stages(run_sync(sandboxed))
    later = run_sync(publishing)
    assert stages(later) == ["collection", "publication"]
    assert "No news since the last time." not in later.messages


def test_a_publication_that_fails_is_told_without_the_secret_and_made_good_by_the_next_sync(
    publishing: Settings, postgres_url: str
) -> None:
    outcome = run_sync(to(publishing, postgres_url, port=1))
    assert outcome.exit_code == ExitCode.CONFIGURATION
    assert isinstance(outcome.error, ConfigurationError)
    assert "PULSE_PUBLISH_URL: the database 127.0.0.1:1/" in str(outcome.error)
    assert "refuses connections" in str(outcome.error)
    assert outcome.reports
    assert {each.status for each in outcome.partitions.values()} == {"completed"}
    run_id = dict(outcome.run_ids)["publication"]
    with lasting_instance(publishing) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE
        log = "\n".join(str(record) for record in instance.all_logs(run_id))
    assert "refuses connections" in log
    assert PASSWORD not in log
    assert PASSWORD not in str(outcome)

    assert stages(run_sync(publishing)) == ["collection", "publication"]


def test_without_an_address_the_asset_says_so_and_is_not_materialized(sandboxed: Settings) -> None:
    pulse = Pulse(sandboxed)
    definitions = build_definitions(sandboxed, pulse=pulse)
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("publish_tables").execute_in_process(instance=instance)
        assert result.success
        assert instance.get_latest_materialization_event(ASSET) is None
        (observed,) = instance.fetch_observations(ASSET, limit=5).records
    assert observed.asset_observation is not None
    assert observed.asset_observation.description == "PULSE_PUBLISH_URL is not set: nothing was published."


def test_the_daemon_publishes_after_the_reports_and_tries_again_after_an_hour(
    publishing: Settings, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lasting_instance(publishing) as instance:
        graph = Graph(to(publishing, postgres_url, port=1), instance)
        (sync,) = graph.tick("discover_repositories").run_requests
        assert graph.run(sync, "github_sync")
        asked = ask(graph)
        assert asked.pop() == ["publish_tables"]
        assert asked[0] == ["build_tables"]
        # The run failed: no database listens there. The same is not asked for again at once.
        assert isinstance(graph.tick("build_what_is_due"), dg.SkipReason)
        now = graph.pulse.clock()
        monkeypatch.setattr(graph.pulse, "clock", lambda: now.replace(hour=(now.hour + 1) % 24))
        (request,) = graph.tick("build_what_is_due").run_requests
        assert request.job_name == "publish_tables"

        mended = Graph(publishing, instance)
        mended.cursors = graph.cursors
        (request,) = mended.tick("build_what_is_due").run_requests
        assert mended.run(request, "publish_tables")
        assert isinstance(mended.tick("build_what_is_due"), dg.SkipReason)
    assert rows(postgres_url, "SELECT count(*) FROM pulse.published_tables") == [(len(published_names()),)]


def ask(graph: Graph) -> list[list[str]]:
    """Runs what the sensor asks for, up to the publication; the names of the jobs, tick by tick."""
    asked: list[list[str]] = []
    while asked[-1:] != [["publish_tables"]]:
        requests = graph.tick("build_what_is_due").run_requests
        asked.append(sorted({request.job_name for request in requests}))
        done = [graph.run(request, request.job_name) for request in requests]
        assert all(done) == (asked[-1] != ["publish_tables"])
    return asked
