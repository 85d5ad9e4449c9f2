"""A home that belongs to the demo: what marks it, and the sandbox that goes with it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pulse_assets.errors import ConfigurationError, PulseError
from pulse_assets.sandbox.generator import ORGANIZATION, REPOSITORY_NAMES
from pulse_assets.sandbox.people import employee

#: Projects of the generated Jira.
JIRA_PROJECTS = 3
_MARKER = "demo.json"
_TEAMS = "teams.toml"
_OWN = ("lake", "reports", "dagster", "logs", "pulse.db", "pulse.db-wal", "pulse.db-shm", _TEAMS)
#: A list without entries, which an empty variable would not be: `.env` would fill it.
_NONE = ","


@dataclass(frozen=True, slots=True)
class World:
    """What the generated organisation is made from; the same values give the same one."""

    seed: int
    repositories: int
    people: int
    months: int
    until: str

    def arguments(self, port: int) -> list[str]:
        """The sandbox's command line."""
        values = {
            "seed": self.seed,
            "repositories": self.repositories,
            "people": self.people,
            "months": self.months,
            "until": self.until,
            "jira-projects": JIRA_PROJECTS,
            "port": port,
        }
        return [f"--{name}={value}" for name, value in values.items()]


class DemoHome:
    """The folder in which `pulse demo` works. A home with other data is never touched."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def exists(self) -> bool:
        """The last thing that worked here was the demo."""
        return (self.home / _MARKER).exists()

    def world(self) -> World:
        """The organisation that this home was filled from."""
        return World(**json.loads((self.home / _MARKER).read_text(encoding="utf-8")))

    def begin(self, world: World) -> None:
        """Removes what an earlier demo left, and marks the home.

        Raises:
            ConfigurationError: The home holds data of another origin, or cannot be written.
        """
        if not self.exists() and (self.home / "pulse.db").exists():
            raise ConfigurationError(
                f"PULSE_HOME: {self.home} holds collected data, which the demo must not mix with its own.",
                hint="Set PULSE_HOME to another folder for the demo, for instance PULSE_HOME=.pulse-demo.",
            )
        try:
            for name in _OWN:
                path = self.home / name
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            self.home.mkdir(parents=True, exist_ok=True)
            (self.home / _MARKER).write_text(json.dumps(asdict(world), indent=1), encoding="utf-8")
            (self.home / _TEAMS).write_text(_teams(world), encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(
                f"PULSE_HOME: the folder {self.home} cannot be written: {error.strerror}.",
                hint="Choose another folder, or give write permission.",
            ) from error


def _teams(world: World) -> str:
    """Two teams of the generated organisation, as a user would write them down."""
    people = [employee(number).login for number in range(world.people)]
    teams = {"platform": ("api", "worker", "handbook"), "product": ("web", "docs", "scratch")}
    there = REPOSITORY_NAMES[: world.repositories]
    projects = {"platform": ("OPS",), "product": ("PAY", "WEB_2")}
    lines = []
    for place, (team, names) in enumerate(teams.items()):
        if repositories := [f"{ORGANIZATION}/{name}" for name in names if name in there]:
            members = people[place :: len(teams)]
            lines += [
                f"[teams.{team}]",
                f"repositories = {json.dumps(repositories)}",
                f"projects = {json.dumps(projects[team])}",
                f"members = {json.dumps(members)}",
                "",
            ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Served:
    """What the sandbox announces: addresses, the organisation's name, and the keys of Jira's projects."""

    address: str
    organization: str
    jira_address: str
    projects: tuple[str, ...]


def demo_values(home: Path, served: Served) -> dict[str, str]:
    """The settings by name that put the sandbox in GitHub's and Jira's place, whatever the user has set."""
    return {
        "github_url": served.address,
        "github_graphql_url": f"{served.address}/graphql",
        "github_token": "any-token-opens-the-sandbox",
        "github_organizations": served.organization,
        "jira_url": served.jira_address,
        "jira_email": "demo@example.invalid",
        "jira_token": "any-token-opens-the-sandbox",
        "jira_projects": ",".join(served.projects),
        "jira_flavor": "cloud",
        "jira_auth": "auto",
        "github_users": _NONE,
        "github_repositories": _NONE,
        "deployment_source": "deployments",
        "teams_file": str(home / _TEAMS),
        # The generated history ends with the last whole week.
        "fresh_hours": "200",
    }


@contextlib.contextmanager
def sandbox_process(world: World, *, port: int = 0) -> Iterator[Served]:
    """Serves the organisation and its Jira from a process of its own.

    Raises:
        PulseError: The server does not start.
    """
    command = [sys.executable, "-m", "pulse_assets.sandbox", "--until-stdin-closes", *world.arguments(port)]
    # The user's token is none of its business.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULSE_")}
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise PulseError("The sandbox does not start.", hint="Try `pulse sandbox`, which shows why.")
            announced = json.loads(line)
            jira = announced["jira"]
            yield Served(announced["address"], announced["organization"], jira["address"], tuple(jira["projects"]))
        finally:
            process.terminate()
