"""Which fields of an issue are asked for: found by their schema, since their ids and names differ between sites."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pulse_assets.errors import ConfigurationError
from pulse_assets.sources.jira.records import Board, Field

_SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
_STORY_POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
_EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
_EPIC_NAME = "com.pyxis.greenhopper.jira:gh-epic-label"
_NUMBER = "com.atlassian.jira.plugin.system.customfieldtypes:float"
_LONG_TEXT = "com.atlassian.jira.plugin.system.customfieldtypes:textarea"
_OTHERWISE_NAMED = {"Fix Version": "fixVersions", "Component": "components", "Version": "versions"}
_USUAL_NAMES = frozenset({"story points", "story point estimate"})
#: Their texts are nobody's business here.
_TEXTS = frozenset({"description", "environment", "comment"})
_ALWAYS = (
    "summary",
    "issuetype",
    "project",
    "status",
    "priority",
    "resolution",
    "assignee",
    "reporter",
    "creator",
    "parent",
    "labels",
    "components",
    "fixVersions",
    "created",
    "updated",
    "resolutiondate",
)


@dataclass(frozen=True, slots=True)
class IssueFields:
    """Ids of the fields with a meaning; None where the site has none.

    Attributes:
        hidden: Names and ids, in lower case, of fields whose texts are not kept.
        ids: Id by (kind, name) as histories name a field; Data Center tells no ids there.
    """

    sprint: str | None
    epic_link: str | None
    epic_name: str | None
    estimates: tuple[str, ...]
    hidden: frozenset[str] = _TEXTS
    ids: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, fields: Iterable[Field], estimates: Sequence[str]) -> "IssueFields":
        known = list(fields)
        texts = {each["id"].lower() for each in known if each["schema_custom"] == _LONG_TEXT}
        return cls(
            sprint=sprint_field(known),
            epic_link=_by_schema(known, _EPIC_LINK),
            epic_name=_by_schema(known, _EPIC_NAME),
            estimates=tuple(dict.fromkeys(estimates)),
            hidden=_TEXTS | texts,
            ids=_ids_in_histories(known),
        )

    @property
    def asked(self) -> list[str]:
        """What is asked for, each once."""
        special = [name for name in (self.sprint, self.epic_link, self.epic_name) if name]
        return list(dict.fromkeys([*_ALWAYS, *special, *self.estimates]))


def sprint_field(fields: Iterable[Field]) -> str | None:
    return _by_schema(fields, _SPRINT)


def estimate_fields(fields: Sequence[Field], boards: Iterable[Board], setting: str | None) -> list[str]:
    """Ids of all fields that may hold estimates, the most certain first.

    Args:
        fields: Of the site.
        boards: Whose configuration names a field.
        setting: Id or name of a further one.

    Raises:
        ConfigurationError: The site does not have the field of the setting.
    """
    found = [board["estimation_field"] for board in boards if board["estimation_field"]]
    if setting is not None:
        asked = setting.strip().casefold()
        named = [each["id"] for each in fields if asked in {each["id"].casefold(), each["name"].casefold()}]
        if not named:
            raise ConfigurationError(
                f"Jira has no field {setting!r}.",
                hint="Correct PULSE_JIRA_STORY_POINTS_FIELD: a field's id, such as customfield_10016, or its name.",
            )
        found += named
    found += [each["id"] for each in fields if _holds_points(each)]
    return list(dict.fromkeys(found))


def _ids_in_histories(fields: Sequence[Field]) -> dict[tuple[str, str], str]:
    """System fields are named by their id, but for some; a name that several custom fields have tells none."""
    customs = Counter(each["name"] for each in fields if each["is_custom"])
    own = {("custom", each["name"]): each["id"] for each in fields if each["is_custom"] and customs[each["name"]] == 1}
    system = {each["id"] for each in fields if not each["is_custom"]}
    named = {("jira", name): field_id for name, field_id in _OTHERWISE_NAMED.items() if field_id in system}
    return own | named | {("jira", field_id): field_id for field_id in system}


def _holds_points(field: Field) -> bool:
    return field["schema_custom"] == _STORY_POINTS or (
        field["schema_custom"] == _NUMBER and field["name"].strip().casefold() in _USUAL_NAMES
    )


def _by_schema(fields: Iterable[Field], schema: str) -> str | None:
    return next((each["id"] for each in fields if each["schema_custom"] == schema), None)
