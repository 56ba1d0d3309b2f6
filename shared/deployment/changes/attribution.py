"""Who changed what has drifted: what Azure knows of it, never a guess, never the nearest event.

Resource Graph tells of a property's change who made it, by which client; minutes late, for 14 days,
not for every type, and long values cut short. The Activity Log tells who wrote to a resource, not
to which property: it is asked for what Resource Graph does not hold, and names somebody only where
nobody else wrote. Whatever neither tells for sure
is `pending` (they are late), `azure`, `tooOld` or `unknown`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NotRequired, TypedDict

from shared.deployment.changes.paths import at as value_at
from shared.deployment.changes.paths import starts, unlabelled
from shared.deployment.messages import Json

LATE = timedelta(minutes=15)  # Learn: Activity Log, "events are available within 3 to 20 minutes"
KEPT = timedelta(days=14)  # Learn: Get resource changes, "change data is retained for 14 days"
SYSTEM = "System"  # Learn: Get resource changes, changedBy of what Azure does in the background
_LOG_ALONE = re.compile(
    r"/privateDnsZones/[^/]+/(A|AAAA|CNAME|MX|PTR|SOA|SRV|TXT)/|/flexibleServers/[^/]+/|/diagnosticSettings/|/locks/",
    re.IGNORECASE,
)
"""Of these Resource Graph holds no changes (Learn: supported tables and resources)."""


class Event(TypedDict):
    """One write, as Resource Graph or the Activity Log tells of it."""

    id: str
    at: str
    by: str
    client: NotRequired[str]
    operation: str  # Microsoft.Network/networkSecurityGroups/write
    correlationId: str
    changes: NotRequired[Json]  # path -> {previousValue, newValue}: only Resource Graph has it


class Attribution(TypedDict):
    """What is known of the author of one difference."""

    status: Literal["known", "pending", "azure", "unknown", "tooOld"]
    by: NotRequired[str]
    at: NotRequired[str]
    client: NotRequired[str]
    operation: NotRequired[str]
    correlationId: NotRequired[str]


def attributed(
    change: Json,
    graph: Iterable[Event],
    log: Iterable[Event],
    *,
    ours: str,
    since: datetime,
    seen_before: bool,
    now: datetime,
) -> Attribution:
    """The author of one difference of a drift report.

    Args:
        change: {id, class, path?, before?}; `before` is what is there now.
        graph: what Resource Graph tells of the resource.
        log: what the Activity Log tells of it.
        ours: the object id of the app itself.
        since: when the resource was last known to be as declared; the app's own last write to it
            counts as that.
        seen_before: whether an earlier report has it already.
        now: the time of the report.
    """
    graph, log = _of(graph, change), _of(log, change)
    since = max([since, *(_time(e) for e in (*graph, *log) if _is(e["by"], ours))])
    graph, log = ([e for e in events if _time(e) > since] for events in (graph, log))
    if author := _author(change, graph, log):
        return author
    if not seen_before or now - since < LATE:
        return Attribution(status="pending")
    if now - since > KEPT:
        return Attribution(status="tooOld")
    return Attribution(status="unknown")


def held(resource_id: str) -> bool:
    """Whether Resource Graph holds the changes of a type."""
    return not _LOG_ALONE.search(resource_id)


def _author(change: Json, graph: Sequence[Event], log: Sequence[Event]) -> Attribution | None:
    """By the property where Resource Graph holds the type; by the resource otherwise."""
    match change["class"]:
        case "missing":
            return _only_one([e for e in log if e["operation"].endswith("/delete")])
        case "extra":
            return _only_one([e for e in log if e["operation"].endswith("/write")])
        case "changed" if held(change["id"]):
            return _of_property(change, graph)
        case "changed":
            return _only_one(log)
    return None  # degraded: a state, which nobody writes


def _of_property(change: Json, graph: Sequence[Event]) -> Attribution | None:
    """The last write to a property, where it has made it what it is now."""
    touching = [(event, made) for event in graph if (made := _values(event, change["path"]))]
    if not touching:
        return None
    event, (_, now) = touching[-1]
    return _attributed(event) if _same(now, change.get("before")) else None


def _values(event: Event, path: str) -> tuple[Any, Any] | None:
    """What a write has made of a path, as (before, after); None where it left it alone."""
    for changed, values in (event.get("changes") or {}).items():
        if starts(unlabelled(path), unlabelled(changed)):
            below = path[len(changed) :] if path.startswith(changed) else ""
            was, now = (_inside(values.get(side), below) for side in ("previousValue", "newValue"))
            if not _same(was, now):
                return was, now
    return None


def _inside(value: Any, below: str) -> Any:
    """What lies at the rest of a path, below a value that changed as a whole."""
    return value_at({"": value}, f'""{below}') if below else value


def _same(one: Any, other: Any) -> bool:
    return str(one).casefold() == str(other).casefold()  # Resource Graph tells values as text


def _only_one(events: Sequence[Event]) -> Attribution | None:
    """The last of these writes, where all are of one author."""
    return _attributed(events[-1]) if len({e["by"].casefold() for e in events}) == 1 else None


def _attributed(event: Event) -> Attribution:
    if _is(event["by"], SYSTEM):
        return Attribution(status="azure", at=event["at"])
    attribution = Attribution(
        status="known",
        by=event["by"],
        at=event["at"],
        operation=event["operation"],
        correlationId=event["correlationId"],
    )
    if client := event.get("client"):
        attribution["client"] = client
    return attribution


def _of(events: Iterable[Event], change: Json) -> list[Event]:
    """What happened to the resource of a change, or inside it, in order of time."""
    return sorted((e for e in events if _concerns(e["id"], change["id"])), key=_time)


def _concerns(written: str, resource: str) -> bool:
    one, other = written.casefold(), resource.casefold()
    return one == other or one.startswith(f"{other}/")


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event["at"])


def _is(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
