"""The tables of the documentation, out of the classes and routes that they tell of."""

from collections.abc import Iterable
from datetime import timedelta

from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from triggers.description import every_route

RESOURCES = """\
# Resources

What a deployment consists of, in the order in which it can be created: one class each in
`shared/resources/`, out of which this page is written (`make generate`). Times are what ARM is
expected to take; each has its source beside it in the class.

"""
ROUTES_HEAD = """\
# Routes

`GET /api/openapi.json` describes them with parameters, bodies and answers; this page is written
from the same table (`make generate`).

"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(head), ["---" for _ in head], *map(list, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def resources() -> str:
    """One row a resource."""
    rows = [_row(resource) for resource in catalogue().resources]
    return RESOURCES + table(("key", "ARM type", "what it is", "create", "delete", "costs"), rows)


def _row(resource: Resource) -> list[str]:
    summary = (type(resource).__doc__ or "").split("\n")[0]
    timing = resource.timing
    cost = f"[nothing]({resource.free})" if resource.free else "by its size"
    spans = (_span(timing.create), _span(timing.delete))
    return [f"`{resource.key}`", f"`{resource.arm_type}`", summary, *spans, cost]


def _span(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds / 60:g} min"


def routes() -> str:
    """One row a method of a path."""
    rows = [
        [f"`{method.upper()} /api{path}`", route.summary, "anybody" if route.open else "a key"]
        for (method, path), route in every_route().items()
    ]
    return ROUTES_HEAD + table(("route", "does", "asks for"), rows)
