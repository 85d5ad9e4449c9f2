import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pulse_assets.store import process as module
from pulse_assets.store.process import current_process, has_ended


def test_this_process_has_not_ended() -> None:
    here = current_process()
    assert here.pid == os.getpid()
    assert not has_ended(here, here=here)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
def test_a_killed_process_has_ended_before_its_parent_looks() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        here = current_process()
        there = replace(here, pid=child.pid, started=None)
        assert not has_ended(there, here=here)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert has_ended(there, here=here)


def test_without_proc_only_a_free_process_id_shows_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_PROC", tmp_path)
    here = current_process()
    assert (here.machine, here.started) == (None, None)
    assert not has_ended(replace(here, started="other"), here=here)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert has_ended(replace(here, pid=child.pid), here=here)
