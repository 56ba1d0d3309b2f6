"""The tables of the documentation, out of the classes and routes that they tell of."""

from collections.abc import Iterable
from datetime import timedelta

import function_app  # noqa: F401  # it registers the routes
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from triggers.routing import ROUTES, Described

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

The roles are those of the app's registration in Microsoft Entra, while App Service authentication
is on (`WEBSITE_AUTH_ENABLED`). Where keys guard the app, whoever has one may call every route;
a key is known by the first eight digits of its SHA-256, or as `KEY_NAMES` names those.
Where nothing guards it, as on a laptop, every caller is `local`. `ROLE_SCOPES`, a JSON object of
lists of patterns by Entra group, limits what a group's members change to the resource groups that
fit. Who asked for a plan does not approve it, unless `APPROVE_OWN_PLANS` is `true`.

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


def _who(route: Described) -> str:
    return "anybody" if route.open else " or ".join(route.roles)


def routes() -> str:
    """One row a method of a path."""
    rows = [
        [f"`{method.upper()} /api{path}`", route.summary, _who(route)]
        for (method, path), route in ROUTES.items()
    ]
    return ROUTES_HEAD + table(("route", "does", "takes"), rows)
