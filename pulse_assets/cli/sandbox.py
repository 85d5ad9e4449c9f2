"""`pulse sandbox`: the generated organisation as a server."""

from pulse_assets.cli.demo_home import JIRA_PROJECTS
from pulse_assets.sandbox.__main__ import main


def run(*, seed: int, repositories: int, people: int, months: int, port: int) -> int:
    """Serves until it is interrupted."""
    sizes = {"seed": seed, "repositories": repositories, "people": people, "months": months, "port": port}
    main([f"--{name}={value}" for name, value in sizes.items()] + [f"--jira-projects={JIRA_PROJECTS}"])
    return 0
