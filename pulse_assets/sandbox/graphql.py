"""GitHub's GraphQL endpoint over a view of the world: parses, prices and executes."""

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionContext,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
    value_from_ast_untyped,
)

from pulse_assets.sandbox.answers import Answer, Limits, Problem
from pulse_assets.sandbox.graphql_nodes import Nodes
from pulse_assets.sandbox.graphql_pages import Refused
from pulse_assets.sandbox.view import OrganizationView

MOST_NODES = 500_000
LARGEST_PAGE = 100
_POINTS_PER = 100


@lru_cache(1)
def schema() -> GraphQLSchema:
    """The sandbox's part of GitHub's schema."""
    text = files("pulse_assets.sandbox").joinpath("schema.graphql").read_text(encoding="utf-8")
    return build_schema(text)


@lru_cache(256)
def _document(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """The parsed and validated query; a client sends the same few again and again."""
    try:
        document = parse(query, no_location=False)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema(), document))


def _resolve(source: dict[str, Any], info: GraphQLResolveInfo, **arguments: Any) -> Any:
    value = source[info.field_name]
    return value(**arguments) if callable(value) else value


class _Context(ExecutionContext):
    """Nothing here is awaitable; asking every value whether it is costs a fifth of the time."""

    is_awaitable = staticmethod(lambda _: False)


def _shaped(error: GraphQLError) -> dict[str, Any]:
    """The error as GitHub writes it."""
    unknown = re.match(r"Cannot query field '(\w+)' on type '(\w+)'", error.message)
    shaped: dict[str, Any] = {"path": list(error.path)} if error.path else {}
    if unknown:
        field, owner = unknown.groups()
        shaped["extensions"] = {"code": "undefinedField", "typeName": owner, "fieldName": field}
        shaped["message"] = f"Field '{field}' doesn't exist on type '{owner}'"
    else:
        kind = (error.extensions or {}).get("type")
        shaped |= ({"type": kind} if kind else {}) | {"message": error.message}
    if error.locations:
        shaped["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return shaped


class _Bill:
    """Adds up what a query asks for."""

    def __init__(self, document: DocumentNode, variables: dict[str, Any]) -> None:
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._variables = variables
        self.requests = self.nodes = 0

    def add(self, selections: SelectionSetNode | None, kind: Any, times: int) -> None:
        """Everything below a selection whose parent occurs so many times."""
        types = schema().type_map
        for part in selections.selections if selections else ():
            if isinstance(part, FragmentSpreadNode):
                fragment = self._fragments[part.name.value]
                self.add(fragment.selection_set, types[fragment.type_condition.name.value], times)
            elif isinstance(part, InlineFragmentNode):
                inner = types[part.type_condition.name.value] if part.type_condition else kind
                self.add(part.selection_set, inner, times)
            elif isinstance(part, FieldNode) and part.name.value in getattr(kind, "fields", {}):
                field = kind.fields[part.name.value]
                below = self._connection(part, times) if "first" in field.args else times
                self.add(part.selection_set, get_named_type(field.type), below)

    def _connection(self, part: FieldNode, times: int) -> int:
        given = {
            argument.name.value: value_from_ast_untyped(argument.value, self._variables) for argument in part.arguments
        }
        size, name = given.get("first") or given.get("last"), part.name.value
        inner = part.selection_set.selections if part.selection_set else ()
        asked = {selection.name.value for selection in inner if isinstance(selection, FieldNode)}
        if size is None and asked & {"nodes", "edges"}:
            text = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            raise Refused("MISSING_PAGINATION_BOUNDARIES", text, nodes=[part])
        if size is not None and not 1 <= size <= LARGEST_PAGE:
            text = f"Requesting {size} records on the `{name}` connection exceeds the `first` limit of 100 records."
            raise Refused("EXCESSIVE_PAGINATION", text, nodes=[part])
        self.requests += times
        self.nodes += times * (size or 0)
        return times * (size or 1)


def price(document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]) -> tuple[int, int]:
    """(points, nodes) by GitHub's rule: one request for each parent of a connection, divided by a hundred.

    Raises:
        Refused: A connection has no bound or one above a hundred, or there are too many nodes.
    """
    bill = _Bill(document, variables)
    bill.add(operation.selection_set, schema().query_type, 1)
    if bill.nodes > MOST_NODES:
        text = f"This query requests up to {bill.nodes:,} possible nodes which exceeds the maximum limit of"
        raise Refused("MAX_NODE_LIMIT_EXCEEDED", f"{text} {MOST_NODES:,}.")
    return max(1, round(bill.requests / _POINTS_PER)), bill.nodes


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    for operation in operations:
        if name is None or (operation.name and operation.name.value == name):
            if operation.operation is not OperationType.QUERY:
                raise Refused("FORBIDDEN", "The sandbox answers queries only.")
            return operation
    raise Refused("NOT_FOUND", f"No operation named {name!r}")


class GraphQL:
    """Answers queries from one view of the world; keeps what it has ordered."""

    def __init__(self, world: OrganizationView, address: str) -> None:
        self._nodes = Nodes(world, address)
        self._now = world.instant

    def answer(self, body: bytes, credential: str, limits: Limits) -> Answer:
        """The answer to a request's body; errors come with status 200, as GitHub's do."""
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            raise Problem(400, "Problems parsing JSON")
        variables = sent.get("variables") or {}
        document, errors = _document(str(sent.get("query") or ""))
        if document is None or errors:
            return Answer({"errors": [{"path": ["query"], **_shaped(error)} for error in errors]})
        try:
            operation = _operation(document, sent.get("operationName"))
            cost, nodes = price(document, operation, variables)
            if limits.remaining(credential, "graphql") < cost:
                raise Refused("RATE_LIMITED", "API rate limit exceeded for user ID 1900.")
        except GraphQLError as error:
            return Answer({"errors": [_shaped(error)]})
        limits.charge(credential, "graphql", cost)
        result = execute_sync(
            schema(),
            document,
            self._nodes.root(limits.show(credential, "graphql", self._now), cost, nodes),
            variable_values=variables,
            operation_name=sent.get("operationName"),
            field_resolver=_resolve,
            execution_context_class=_Context,
        )
        answered: dict[str, Any] = {"data": result.data}
        if result.errors:
            answered["errors"] = [_shaped(error) for error in result.errors]
        return Answer(answered)
