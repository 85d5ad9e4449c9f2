"""The people, bots and outsiders of a generated organization, and the hours at which they work.

Instants are whole seconds since 1970 (UTC) here and in the other generating modules; `instant` makes a datetime.
"""

import datetime as dt
import random
from dataclasses import dataclass

from pulse_assets.sandbox.organization import Person

HOUR = 3600
DAY = 24 * HOUR
_SATURDAY = 5
_WORK_BEGINS, _WORK_ENDS = 9 * HOUR, 18 * HOUR
_LONGEST_BREAKFAST = 90 * 60

_NAMES = (
    "Ada Lindqvist",
    "Bao Nguyen",
    "Chiara Rossi",
    "Dmitri Orlov",
    "Efua Mensah",
    "Farid Haddad",
    "Greta Vogel",
    "Hiro Tanaka",
    "Ines Duarte",
    "Jonas Berg",
    "Kavya Rao",
    "Liam Walsh",
    "Mei Chen",
    "Nils Åkesson",
    "Olga Petrova",
    "Pablo Núñez",
)
_UTC_OFFSETS = (1, 7, 1, 3, 0, 2, 1, 9, -3, 1, 5, -5, 8, 1, -8, -6)


def instant(second: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(second, dt.UTC)


def weekday(second: int) -> int:
    """0 is Monday; the first of January 1970 was a Thursday."""
    return (second // DAY + 3) % 7


def at_work(rng: random.Random, second: int, person: Person) -> int:
    """The given instant, or when that person's next working day has begun."""
    local = second + person.utc_offset_hours * HOUR
    midnight, time_of_day = local - local % DAY, local % DAY
    if time_of_day >= _WORK_ENDS:
        midnight, time_of_day = midnight + DAY, 0
    if weekday(midnight) >= _SATURDAY:
        midnight, time_of_day = midnight + (7 - weekday(midnight)) * DAY, 0
    if time_of_day < _WORK_BEGINS:
        time_of_day = _WORK_BEGINS + rng.randrange(_LONGEST_BREAKFAST)
    return midnight + time_of_day - person.utc_offset_hours * HOUR


def employee(number: int) -> Person:
    """The person of that number, counted from 0; the same whatever the size of the organization."""
    name = _NAMES[number % len(_NAMES)]
    given = name.split()[0].lower()
    again = number // len(_NAMES)
    return Person(
        id=2001 + number,
        login=f"{given}-{again}" if again else given,
        name=f"{name} {again}" if again else name,
        utc_offset_hours=_UTC_OFFSETS[number % len(_UTC_OFFSETS)],
    )


DEPENDABOT = Person(id=1001, login="dependabot[bot]", name="dependabot[bot]", is_bot=True, association="CONTRIBUTOR")
REVIEW_BOT = Person(id=1002, login="review-helper[bot]", name="review-helper[bot]", is_bot=True, association="NONE")
DEPLOY_BOT = Person(id=1003, login="github-actions[bot]", name="github-actions[bot]", is_bot=True, association="NONE")
OUTSIDERS = (
    Person(id=1501, login="quinn-oss", name="Quinn Abara", utc_offset_hours=-5, association="CONTRIBUTOR"),
    Person(id=1502, login="rosa-dev", name="Rosa Lima", utc_offset_hours=-3, association="FIRST_TIME_CONTRIBUTOR"),
)


@dataclass(frozen=True)
class Team:
    """Who works in the organization."""

    members: tuple[Person, ...]

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (*self.members, *OUTSIDERS, DEPENDABOT, REVIEW_BOT, DEPLOY_BOT)
