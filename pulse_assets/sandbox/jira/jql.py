"""JQL: what a query finds among issues, and the words with which Jira refuses one.

Names of values, the clock and the reader's time zone come in as `Known`; nothing here knows how issues are stored.
"""

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulse_assets.sandbox.jira.paging import Refusal

_TOKEN = re.compile(
    r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|!~|>=|<=|[=<>~(),!])|([^\s=<>~(),!"']+))""", re.VERBOSE
)
_EPOCH_MS = re.compile(r"-?\d{9,}")
_PERIOD = re.compile(r"([+-]?)(\d+[wdhm](\s+\d+[wdhm])*)")
_DATES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_UNITS = {
    "w": dt.timedelta(weeks=1),
    "d": dt.timedelta(days=1),
    "h": dt.timedelta(hours=1),
    "m": dt.timedelta(minutes=1),
}
_SAME = {
    "issuekey": "key",
    "issue": "key",
    "type": "issuetype",
    "label": "labels",
    "createddate": "created",
    "updateddate": "updated",
    "resolutiondate": "resolved",
}
_NAMES = {"project", "key", "id", "status", "statuscategory", "sprint", "issuetype", "labels", "assignee", "parent"}
_INSTANTS = {"created", "updated", "resolved"}
_SORTS = {"created", "updated", "resolved", "key", "id", "rank"}
_EMPTY = {"empty", "null"}
_COMPARISONS: dict[str, Callable[[dt.datetime, dt.datetime], bool]] = {
    "=": lambda at, edge: at == edge,
    "!=": lambda at, edge: at != edge,
    ">": lambda at, edge: at > edge,
    ">=": lambda at, edge: at >= edge,
    "<": lambda at, edge: at < edge,
    "<=": lambda at, edge: at <= edge,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """An issue as queries see it: `names` by field in lower case (ids, keys and names alike), instants by field."""

    id: int
    key: str
    names: Mapping[str, frozenset[str]]
    instants: Mapping[str, dt.datetime | None]
    issue: Any = None

    @property
    def key_order(self) -> tuple[str, int]:
        project, _, number = self.key.rpartition("-")
        return project, int(number)


@dataclass(frozen=True)
class Known:
    """What a query is read against.

    Attributes:
        now: The clock, for `now()` and periods such as `-3d`.
        zone: The reader's: dates in JQL are meant in it.
        values: By field the values that exist, in lower case; a query that names another one is refused. Fields that
            are missing here take every value.
        functions: By name, such as `opensprints`, the values that the function stands for.
    """

    now: dt.datetime
    zone: zoneinfo.ZoneInfo
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    functions: Mapping[str, frozenset[str]] = field(default_factory=dict)


Test = Callable[[Subject], bool]


@dataclass(frozen=True)
class Query:
    test: Test | None
    order: tuple[tuple[str, bool], ...]

    @property
    def is_bounded(self) -> bool:
        """Whether it restricts anything: Jira Cloud searches nothing else."""
        return self.test is not None

    def select(
        self, subjects: Iterable[Subject], default: str = "created", *, is_descending: bool = True
    ) -> list[Subject]:
        """The subjects that fit, in the query's order, else in the default one."""
        rows = [row for row in subjects if self.test is None or self.test(row)]
        for name, is_down in reversed(self.order or ((default, is_descending),)):
            rows.sort(key=_SORT_KEYS[name], reverse=is_down)
        return rows


_LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)
_SORT_KEYS: dict[str, Callable[[Subject], Any]] = {
    "created": lambda row: row.instants["created"],
    "updated": lambda row: row.instants["updated"],
    "resolved": lambda row: row.instants["resolved"] or _LATEST,
    "key": lambda row: row.key_order,
    "id": lambda row: row.id,
    "rank": lambda row: row.id,
}


def parse(text: str, known: Known) -> Query:
    """The query that the text spells.

    Raises:
        Refusal: 400, with Jira's words.
    """
    return _Parser(_tokens(text), known).query()


def _bad(text: str) -> Refusal:
    return Refusal(400, f"Error in the JQL Query: {text}")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    is_quoted: bool = False

    def says(self, word: str) -> bool:
        return not self.is_quoted and self.text.lower() == word


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, text = 0, text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _bad(f"The quoted string '{text[at:]}' has not been completed. (line 1, character {at + 1})")
        at = found.end()
        quoted = next((group for group in found.group(1, 2) if group is not None), None)
        if quoted is None:
            tokens.append(_Token(found.group(3) or found.group(4)))
        else:
            tokens.append(_Token(re.sub(r"\\(.)", r"\1", quoted), is_quoted=True))
    return tokens


class _Parser:
    def __init__(self, tokens: Sequence[_Token], known: Known) -> None:
        self._tokens, self._at, self._known = tokens, 0, known

    # ------------------------------------------------------------------ tokens
    def _is_at(self, *words: str) -> bool:
        rest = self._tokens[self._at : self._at + len(words)]
        return len(rest) == len(words) and all(token.says(word) for token, word in zip(rest, words, strict=True))

    def _accept(self, *words: str) -> bool:
        if self._is_at(*words):
            self._at += len(words)
            return True
        return False

    def _next(self, expected: str) -> _Token:
        if self._at >= len(self._tokens):
            raise _bad(f"Expecting {expected} before the end of the query.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _want(self, word: str) -> None:
        token = self._next(f"'{word}'")
        if not token.says(word):
            raise _bad(f"Expecting '{word}' but got '{token.text}'.")

    # ------------------------------------------------------------------ the grammar
    def query(self) -> Query:
        test = None if self._at == len(self._tokens) or self._is_at("order", "by") else self._either()
        order: list[tuple[str, bool]] = []
        if self._accept("order", "by"):
            order.append(self._sort())
            while self._accept(","):
                order.append(self._sort())
        if self._at < len(self._tokens):
            raise _bad(f"Expecting either 'OR' or 'AND' but got '{self._tokens[self._at].text}'.")
        return Query(test, tuple(order))

    def _sort(self) -> tuple[str, bool]:
        word = self._next("a field name").text
        name = _SAME.get(word.lower(), word.lower())
        if name not in _SORTS:
            raise Refusal(400, f"Field '{word}' does not exist or this field cannot be sorted by.")
        is_down = self._accept("desc")
        if not is_down:
            self._accept("asc")
        return name, is_down

    def _either(self) -> Test:
        tests = [self._both()]
        while self._accept("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self._accept("and"):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _single(self) -> Test:
        if self._accept("not") or self._accept("!"):
            inner = self._single()
            return lambda row: not inner(row)
        if self._accept("("):
            inner = self._either()
            self._want(")")
            return inner
        return self._clause()

    def _clause(self) -> Test:
        word = self._next("a field name").text
        name = _SAME.get(word.lower(), word.lower())
        if name not in _NAMES | _INSTANTS:
            raise Refusal(400, f"Field '{word}' does not exist or you do not have permission to view it.")
        operator = self._operator()
        allowed = {"=", "!=", "is", "is not"}
        allowed |= _COMPARISONS.keys() if name in _INSTANTS else {"in", "not in"}
        if operator not in allowed:
            raise Refusal(400, f"The operator '{operator}' is not supported by the '{word}' field.")
        operands = self._operands(operator)
        if name in _INSTANTS:
            return self._instants(name, operator, operands)
        return self._names(name, operator, operands)

    def _operator(self) -> str:
        word = self._next("an operator").text.lower()
        if word == "not":
            self._want("in")
            return "not in"
        if word == "is":
            return "is not" if self._accept("not") else "is"
        return word

    def _operands(self, operator: str) -> list[_Token]:
        if operator not in {"in", "not in"}:
            return [self._operand()]
        if not self._is_at("("):
            return [self._operand()]
        self._want("(")
        found = [self._operand()]
        while self._accept(","):
            found.append(self._operand())
        self._want(")")
        return found

    def _operand(self) -> _Token:
        """A value, or a function's name with its brackets."""
        token = self._next("a value")
        if not token.is_quoted and token.text in {"(", ")", ",", "=", "!=", "<", ">", "<=", ">=", "~"}:
            raise _bad(f"Expecting either a value, list or function but got '{token.text}'.")
        if not token.is_quoted and self._accept("("):
            argument = "" if self._is_at(")") else self._next("an argument").text
            self._want(")")
            return _Token(f"{token.text.lower()}({argument})")
        return token

    # ------------------------------------------------------------------ tests
    def _names(self, name: str, operator: str, operands: Sequence[_Token]) -> Test:
        is_wanted = operator in {"=", "in", "is"}
        if any(not token.is_quoted and token.text.lower() in _EMPTY for token in operands):
            return lambda row: (not row.names[name]) is is_wanted
        if operator in {"is", "is not"}:
            raise Refusal(400, f"The operator '{operator}' is only supported with 'EMPTY' or 'NULL'.")
        asked = frozenset().union(*(self._values(name, token) for token in operands))
        if is_wanted:
            return lambda row: not asked.isdisjoint(row.names[name])
        return lambda row: bool(row.names[name]) and asked.isdisjoint(row.names[name])

    def _values(self, name: str, token: _Token) -> frozenset[str]:
        text = token.text.lower()
        if not token.is_quoted and text.endswith("()"):
            if text[:-2] not in self._known.functions:
                raise Refusal(400, f"Unable to find JQL function '{text}'.")
            return self._known.functions[text[:-2]]
        if name in self._known.values and text not in self._known.values[name]:
            raise Refusal(400, _missing(name, token.text))
        return frozenset({text})

    def _instants(self, name: str, operator: str, operands: Sequence[_Token]) -> Test:
        token = operands[0]
        if not token.is_quoted and token.text.lower() in _EMPTY:
            is_wanted = operator in {"=", "is"}
            return lambda row: (row.instants[name] is None) is is_wanted
        if operator in {"is", "is not"}:
            raise Refusal(400, f"The operator '{operator}' is only supported with 'EMPTY' or 'NULL'.")
        edge, compare = self._instant(name, token), _COMPARISONS[operator]

        def test(row: Subject) -> bool:
            at = row.instants[name]
            return at is not None and compare(at, edge)

        return test

    def _instant(self, name: str, token: _Token) -> dt.datetime:
        text, known = token.text.strip(), self._known
        if text == "now()":
            return known.now
        if text == "startofday()":
            return known.now.astimezone(known.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if _EPOCH_MS.fullmatch(text):
            return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=int(text))
        period = _PERIOD.fullmatch(text)
        if period is not None:
            length = sum((int(part[:-1]) * _UNITS[part[-1]] for part in period.group(2).split()), dt.timedelta())
            return known.now - length if period.group(1) == "-" else known.now + length
        for form in _DATES:
            try:
                return dt.datetime.strptime(text, form).replace(tzinfo=known.zone)
            except ValueError:
                continue
        raise Refusal(
            400,
            f"Date value '{text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
            "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
        )


def _missing(name: str, value: str) -> str:
    if name == "key":
        return f"An issue with key '{value}' does not exist for field 'key'."
    if name == "id":
        return f"A value with ID '{value}' does not exist for the field 'id'."
    return f"The value '{value}' does not exist for the field '{name}'."
