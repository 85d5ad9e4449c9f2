"""Which process this is, and whether another one of this machine has ended."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_STATE_FIELD = 0
_START_FIELD = 19


@dataclass(frozen=True, slots=True)
class Process:
    """A process, also after its end.

    Args:
        machine: Boot and process-id namespace (Linux): containers may share a host name, but not process ids.
        started: When it started, in the machine's own terms: a process id is given out again.
    """

    host: str
    machine: str | None
    pid: int
    started: str | None


def current_process() -> Process:
    pid = os.getpid()
    _, started = _state_and_start(pid)
    return Process(host=socket.gethostname(), machine=_machine(), pid=pid, started=started)


def has_ended(process: Process, *, here: Process) -> bool:
    """Whether a process is known to have ended; False when that cannot be seen from here.

    Args:
        process: The one in question.
        here: The process that asks.
    """
    if (process.host, process.machine) != (here.host, here.machine):
        return False
    if os.name == "nt":  # Windows has no question about a process that does not also act on it
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    state, started = _state_and_start(process.pid)
    is_zombie = state in {"Z", "X"}
    is_another = None not in {process.started, started} and process.started != started
    return is_zombie or is_another


def _state_and_start(pid: int) -> tuple[str | None, str | None]:
    """State letter and start in clock ticks since boot, from proc(5); Nones where there is no such file."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None, None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return fields[_STATE_FIELD], fields[_START_FIELD]


def _machine() -> str | None:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return None
