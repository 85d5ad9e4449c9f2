"""One contender in a process of its own: `contend.py NAME collect|rows TASK` prints its answer as JSON."""

import importlib
import json
import sys
from dataclasses import asdict

from rivals.task import Task


def main() -> None:
    name, action, text = sys.argv[1:]
    contender, task = importlib.import_module(f"rivals.{name}"), Task.from_json(text)
    if action == "rows":
        print(json.dumps(asdict(contender.rows(task))))
    else:
        print(json.dumps(contender.collect(task) or {}))


if __name__ == "__main__":
    main()
