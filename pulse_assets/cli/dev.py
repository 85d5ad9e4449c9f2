"""`pulse dev`: Dagster's UI and daemon with a lasting home."""

import contextlib
import os
import signal
import subprocess
import sys
from importlib.resources import as_file, files

import typer

from pulse_assets.cli.demo_home import DemoHome, demo_values, sandbox_process
from pulse_assets.graph.instance import prepare_home
from pulse_assets.settings import Settings


def run(*, host: str, port: int) -> int:
    """Runs `dagster dev` until it ends. In a home of the demo, its sandbox is served beside it."""
    settings = Settings.load()
    environment = dict(os.environ)
    environment["DAGSTER_HOME"] = str(prepare_home(settings))
    environment["PULSE_HOME"] = str(settings.home.resolve())
    demo = DemoHome(settings.home)
    with contextlib.ExitStack() as stack:
        if demo.exists():
            served = stack.enter_context(sandbox_process(demo.world()))
            environment |= {
                f"PULSE_{name.upper()}": text for name, text in demo_values(demo.home.resolve(), served).items()
            }
            typer.echo(f"This home holds the demo: {served.organization} is served on {served.address}.", err=True)
        # The workspace file gives the location the name under which runs and switches are remembered.
        workspace = stack.enter_context(as_file(files("pulse_assets.graph") / "workspace.yaml"))
        command = [sys.executable, "-m", "dagster", "dev", "-w", str(workspace)]
        return _run_until_told([*command, "--host", host, "--port", str(port)], environment)


def _run_until_told(command: list[str], environment: dict[str, str]) -> int:
    """Runs the command in a process group of its own, and hands on what asks this process to end."""
    process = subprocess.Popen(  # noqa: S603
        command,
        env=environment,
        process_group=0,
        # A shell starts background jobs with SIGINT ignored, and Dagster would inherit that and never end.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads yet
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: process.send_signal(signal.SIGINT))
    return process.wait()
