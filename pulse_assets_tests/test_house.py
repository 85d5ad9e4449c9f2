"""The rules of the house that no linter checks."""

import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MAX_LINES = 400


def locked(name: str) -> dict[str, Version]:
    text = (ROOT / name).read_text()
    return {
        n.lower(): Version(v)
        for n, v in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)", text, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]),
        ("requirements-bench.lock", PROJECT["project"]["optional-dependencies"]["bench"]),
    ],
)
def test_the_lock_satisfies_what_the_project_asks_for(lock: str, requirements: list[str]) -> None:
    versions = locked(lock)
    for requirement in map(Requirement, requirements):
        version = versions.get(requirement.name.lower())
        assert version is not None, f"{requirement.name} is not in {lock}: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} in {lock}: run `make lock`"


def test_each_locked_package_has_a_hash_and_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text, lock
        assert len(locked(lock.name)) <= text.count("--hash=sha256:"), lock


def test_no_module_grows_into_a_drawer() -> None:
    modules = [*ROOT.glob("pulse_assets/**/*.py"), *ROOT.glob("benchmarks/*.py")]
    long = {str(m.relative_to(ROOT)): n for m in modules if (n := len(m.read_text().splitlines())) > MAX_LINES}
    assert not long


def test_nothing_is_left_for_later_in_the_code() -> None:
    # In comments: Jira calls a category by the first of these words.
    pattern = r"(#|--|<!--).*\b(TO" + r"DO|FIX" + r"ME|X{3})\b"
    found = subprocess.run(
        ["git", "grep", "-nE", pattern, "--", "*.py", "*.sql", "*.html"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not found.stdout


def test_every_module_says_what_it_is_for() -> None:
    modules = [m for m in ROOT.glob("pulse_assets/**/*.py") if m.read_text().strip()]
    silent = [str(m.relative_to(ROOT)) for m in modules if not m.read_text().startswith(('"""', 'r"""'))]
    assert not silent


def test_every_module_can_be_imported() -> None:
    # Alembic runs its `env` and a program its `__main__`; nothing imports them.
    names = [m.relative_to(ROOT).with_suffix("") for m in ROOT.glob("pulse_assets/**/*.py")]
    modules = [".".join(name.parts).removesuffix(".__init__") for name in names if name.name not in {"env", "__main__"}]
    assert "pulse_assets.cli.app" in modules
    for module in modules:
        importlib.import_module(module)
