"""Stored instances as a whole: lists with filter and continuation, purge, rewind."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from local.functions_host.engine.episode import FINISHED, Instance
from local.functions_host.engine.history import (
    FAILURES,
    Event,
    EventType,
    new_event,
    to_microseconds,
)
from local.functions_host.store.tables import Store
from local.functions_host.store.task_hub import TaskHub

STATUSES = ("Running", "Pending", "Suspended", "ContinuedAsNew", *sorted(FINISHED))
DEFAULT_PAGE = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """Which instances a list or a purge is about; None and empty mean no condition."""

    created_from: datetime | None = None
    created_to: datetime | None = None
    statuses: tuple[str, ...] = ()
    prefix: str = ""
    top: int = DEFAULT_PAGE

    def where(self) -> tuple[str, list[str | int]]:
        """A SQL condition and its values."""
        clauses, values = ["1"], list[str | int]()
        if self.created_from is not None:
            clauses.append("created >= ?")
            values.append(to_microseconds(self.created_from))
        if self.created_to is not None:
            clauses.append("created <= ?")
            values.append(to_microseconds(self.created_to))
        if self.statuses:
            clauses.append(f"status IN ({','.join('?' * len(self.statuses))})")
            values += self.statuses
        if self.prefix:
            clauses.append("substr(id, 1, ?) = ?")
            values += [len(self.prefix), self.prefix]
        return " AND ".join(clauses), values


def parse_filter(query: Mapping[str, str]) -> Filter:
    """The filter in a query string; what cannot be read is ignored, as the extension does."""
    known = {status.lower(): status for status in STATUSES}
    asked = [part.strip().lower() for part in query.get("runtimeStatus", "").split(",")]
    top = query.get("top", "")
    return Filter(
        created_from=_moment(query.get("createdTimeFrom", "")),
        created_to=_moment(query.get("createdTimeTo", "")),
        statuses=tuple(known[part] for part in asked if part in known),
        prefix=query.get("instanceIdPrefix", ""),
        top=int(top) if top.isdecimal() and int(top) else DEFAULT_PAGE,
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def page(store: Store, chosen: Filter, token: str | None) -> tuple[list[Instance], str | None]:
    """One page of instances by id, and the token for the next page if there is one."""
    where, values = chosen.where()
    if token:
        where += " AND id > ?"
        values.append(base64.urlsafe_b64decode(token).decode())
    values.append(chosen.top + 1)
    found = store.instances(f"WHERE {where} ORDER BY id LIMIT ?", values)
    if len(found) <= chosen.top:
        return found, None
    found.pop()
    return found, base64.urlsafe_b64encode(found[-1].id.encode()).decode()


def purge(store: Store, chosen: Filter, now: datetime) -> int:
    """Delete the finished instances that fit; how many there were."""
    chosen = replace(chosen, created_to=chosen.created_to or now)
    where, values = chosen.where()
    doomed = [i for i in store.instances(f"WHERE {where}", values) if i.status in FINISHED]
    with store.transaction("purge"):
        return sum(store.forget(instance.id) for instance in doomed)


def rewind(hub: TaskHub, instance: Instance, reason: str) -> None:
    """Forget the failures of an instance and of its failed children, and run them again."""
    with hub.store.transaction(f"rewind {instance.id}"):
        _rewind(hub, instance, reason)


def _rewind(hub: TaskHub, instance: Instance, reason: str) -> None:
    events, now = hub.store.histories.of(instance.id).events, hub.clock.now()
    failed = {e["TaskScheduledId"] for e in events if e["EventType"] in FAILURES}
    # It keeps the output of its failure until it ends again.
    renewed = replace(instance, execution_id=hub.new_id(), status="Pending", updated=now)
    hub.store.histories.replace(instance.id, [e for e in events if not _is_failure(e, failed)])
    hub.update(renewed)
    wake = new_event(EventType.GENERIC, now, Data=reason)
    hub.store.send(instance.id, wake, now, renewed.execution_id)
    for event in events:
        if event["EventType"] == EventType.SUB_ORCHESTRATION_CREATED and event["EventId"] in failed:
            child = hub.store.instance(event["InstanceId"])
            if child is not None and child.status == "Failed":
                adopted = replace(child, parent_execution_id=renewed.execution_id)
                _rewind(hub, adopted, reason)


def _is_failure(event: Event, failed: set[int]) -> bool:
    kind = event["EventType"]
    if kind == EventType.TASK_SCHEDULED:
        return event["EventId"] in failed
    return kind in FAILURES or kind == EventType.EXECUTION_COMPLETED
