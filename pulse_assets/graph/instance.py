"""The lasting Dagster instance in `PULSE_HOME/dagster`; nothing about assets belongs here."""

import importlib.resources
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from pulse_assets.errors import ConfigurationError
from pulse_assets.settings import Settings

CONFIGURATION = "dagster.yaml"
_WITHIN_THIS_PROCESS = {
    # What this process prints is not captured: that would take the terminal away from it.
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
    "storage": {"custom": {"module": "pulse_assets.graph.quick_storage", "class": "QuickPulseStorage", "config": {}}},
}


def prepare_home(settings: Settings) -> Path:
    """Makes the folder that `DAGSTER_HOME` has to name, with Pulse's `dagster.yaml` in it.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    home = settings.home.resolve() / "dagster"
    text = importlib.resources.files("pulse_assets.graph").joinpath(CONFIGURATION).read_text(encoding="utf-8")
    target = home / CONFIGURATION
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            # Another process may read the file at this moment.
            draft = target.with_suffix(f".{os.getpid()}")
            draft.write_text(text, encoding="utf-8")
            draft.replace(target)
    except OSError as error:
        message = f"The folder {home} cannot be written: {error.strerror}."
        raise ConfigurationError(message, hint="Set PULSE_HOME to a folder that this user may write.") from error
    return home


@contextmanager
def lasting_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance that the UI shows as well, for runs within this process."""
    home = prepare_home(settings)
    with storage_settings(settings):
        reference = InstanceRef.from_dir(str(home), overrides=_WITHIN_THIS_PROCESS)
        with dg.DagsterInstance.from_ref(reference) as instance:
            yield instance


@contextmanager
def storage_settings(settings: Settings) -> Iterator[None]:
    """Tells the storage classes of `dagster.yaml` where to keep things: they only read the environment."""
    wanted = {"PULSE_HOME": str(settings.home.resolve())}
    if settings.database_url is not None:
        wanted["PULSE_DATABASE_URL"] = settings.database_url.get_secret_value()
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
