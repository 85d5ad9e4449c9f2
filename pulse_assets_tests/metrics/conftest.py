from pathlib import Path

import pytest

from pulse_assets.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that no file or variable of this machine reaches."""
    monkeypatch.chdir(tmp_path)
    return Settings.load(home=tmp_path)
