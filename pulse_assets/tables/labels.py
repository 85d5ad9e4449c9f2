"""What the labels of an issue or a pull request say beside their own names."""

import re
from collections.abc import Iterable

from pulse_assets.tables.values import text


def label_prefix(prefix: str) -> re.Pattern[str]:
    """A pattern for labels that begin so; GitHub's labels ignore case."""
    return re.compile(re.escape(prefix), re.IGNORECASE)


def named_by(prefix: re.Pattern[str], labels: Iterable[str]) -> str | None:
    """What stands behind the prefix in the first label, by the alphabet, that has it and names something."""
    for label in sorted(labels):
        if (found := prefix.match(label)) and (name := label[found.end() :].strip()):
            return text(name)
    return None
