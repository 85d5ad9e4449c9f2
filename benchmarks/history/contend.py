"""One contender in a process of its own: `contend.py NAME FOLDER` prints what it found and how long it took."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from history import figures


def main(name: str, folder: Path) -> str:
    """Lets the contender work; imports are part of its memory, so only its own are made."""
    if name == "pandas":
        from history import in_pandas

        return figures.answer(*in_pandas.run(folder))
    if name == "postgres":
        from history import in_postgres

        return figures.answer(*in_postgres.run(folder))
    from history import pulse

    seconds = pulse.run(folder, **pulse.VARIANTS[name])
    return figures.answer(pulse.figures(folder), seconds)


if __name__ == "__main__":
    print(main(sys.argv[1], Path(sys.argv[2])))
