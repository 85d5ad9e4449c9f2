"""Facts and metrics over long histories: Pulse, pandas and Postgres side by side, growth, and an increment of a week.

Each contender runs in a process of its own over the same lake, and there is a result only where the figures are equal.
Pulse does more than the others: three definitions, intervals, team metrics and the counts of what is open.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from history.world import Size, write

_HERE = Path(__file__).parent
_STDERR_TAIL = 3000
AIM_SECONDS, AIM_GIB, AIM_WEEK_SECONDS = 60.0, 2.0, 2.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What one contender took.

    Attributes:
        seconds: By its own clock, around the work: by stage.
        cpu_seconds: Of its process; Postgres works in others.
        peak_bytes: Largest resident memory of its process.
    """

    digest: str
    seconds: dict[str, float]
    cpu_seconds: float
    peak_bytes: int

    @property
    def total_seconds(self) -> float:
        return sum(self.seconds.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what is asked for; 1 when two contenders differ."""
    options = _options(arguments)
    with _compiled_once():
        if options.growth:
            return _growth([int(size) for size in options.sizes.split(",")])
        return _comparison(Size(options.pull_requests), options.only.split(","), has_increment=not options.no_increment)


def _comparison(size: Size, names: Sequence[str], *, has_increment: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        lake = Path(folder) / "lake"
        write(size, lake)
        print(_heading(size), flush=True)
        found = {name: _measured(name, lake) for name in names}
        for name, each in found.items():
            _print(name, each, found["pulse"])
        if len({each.digest for each in found.values()}) > 1:
            print("The figures differ: there is no result.", file=sys.stderr)
            return 1
        pulse = found["pulse"]
        _aim("full history, seconds", pulse.total_seconds, AIM_SECONDS)
        _aim("full history, GiB", pulse.peak_bytes / 2**30, AIM_GIB)
        if has_increment:
            _increment(size, lake)
    return 0


def _increment(size: Size, lake: Path) -> None:
    """The lake as it was a week ago, with all facts and metrics; then the week comes, and what it asks for is built."""
    whole = _measured("pulse", lake)
    for variant in ("week in all repositories", "week in one repository"):
        write(size, lake, weeks=1)
        _measured("pulse", lake)
        write(size, lake, only=1 if variant.endswith("one repository") else None)
        found = _measured(variant, lake)
        _print(variant, found, whole)
        _aim(f"{variant}, seconds", found.total_seconds, AIM_WEEK_SECONDS)


def _growth(sizes: Sequence[int]) -> int:
    found: list[tuple[Size, Figures]] = []
    for number in sizes:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            size = Size(number)
            write(size, Path(folder))
            print(_heading(size), flush=True)
            found.append((size, _measured("pulse", Path(folder))))
            _print("pulse", found[-1][1], found[-1][1])
    (small, first), (large, last) = found[0], found[-1]
    rows, seconds = large.pull_requests / small.pull_requests, last.total_seconds / first.total_seconds
    memory = last.peak_bytes / first.peak_bytes
    print(f"{rows:.0f} times the rows: {seconds:.1f} times the seconds, {memory:.1f} times the memory")
    _aim("growth of seconds by growth of rows", seconds / rows, 1.0)
    return 0


def _measured(name: str, lake: Path) -> Figures:
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as problems:
        command = [sys.executable, str(_HERE / "history" / "contend.py"), name, str(lake)]
        process = subprocess.Popen(command, stdout=out, stderr=problems, env=_environment())
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        problems.seek(0)
        if process.returncode:
            raise SystemExit(f"{name} ended with {process.returncode}:\n{problems.read()[-_STDERR_TAIL:]}")
        told: dict[str, Any] = json.loads(out.read().splitlines()[-1])
    cpu = usage.ru_utime + usage.ru_stime
    return Figures(told["digest"], told["seconds"], cpu, usage.ru_maxrss * 1024)


def _heading(size: Size) -> str:
    return (
        f"{size.pull_requests:,} pull requests, {size.commits:,} commits, {size.deployments:,} deployments, "
        f"{size.repositories:,} repositories"
    )


def _print(name: str, each: Figures, pulse: Figures) -> None:
    stages = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in each.seconds.items())
    print(
        f"  {name:26} {each.total_seconds:8.2f} s ({stages})  CPU {each.cpu_seconds:7.2f} s  "
        f"peak {each.peak_bytes / 2**20:6.0f} MiB  ratio to pulse {each.total_seconds / pulse.total_seconds:5.2f}",
        flush=True,
    )


def _aim(what: str, value: float, aim: float) -> None:
    print(f"  aim: {what} {value:.2f}, at most {aim:g}: {'met' if value <= aim else 'NOT met'}", flush=True)


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PULSE_")}
    return {**kept, "PYTHONPATH": os.pathsep.join([str(_HERE), str(_HERE.parent)])}


@contextmanager
def _compiled_once() -> Iterator[None]:
    """Within it bytecode is kept, as in an installation that was used before."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as cache:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = cache
        yield


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pull-requests", type=int, default=1_000_000, help="a multiple of five")
    parser.add_argument("--only", default="pulse,pandas,postgres", help="contenders; pulse is always one of them")
    parser.add_argument("--no-increment", action="store_true", help="leave out the week of news")
    parser.add_argument("--growth", action="store_true", help="Pulse alone over growing histories")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="pull requests, for --growth")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
