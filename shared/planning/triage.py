"""Whether anything can have drifted at all: what Azure tells of changes, and what it shows anew.

A report of everything holds until something moves. Resource Graph tells what has, for most types
and minutes late; one question serves many deployments. What it does not hold (server parameters,
records, locks, the state of a connection) is read at every scan and compared with what it showed
when everything was last read; of diagnostic settings, of which each resource has one, the Activity
Log tells. Whatever has moved, or cannot be told, has everything of its deployment read.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from azure.core.exceptions import AzureError, HttpResponseError

from shared.azure.clients import azure_clients, clients_for
from shared.deployment.changes.attribution import held
from shared.deployment.inventory import UNREAD, Inventory, Item
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId, within
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.beside import PLACES, beside
from shared.planning.history import TooManyChanges, logged_writes, moved_since
from shared.planning.observing import SAYS_NOTHING, Target, observe, targets
from shared.records.entities import Record
from shared.resources.base import RESOURCE_GROUP
from shared.resources.diagnostic_settings import DiagnosticSetting
from shared.resources.locks import ManagementLock

log = logging.getLogger(__name__)

ANEW = timedelta(hours=24)  # everything is read that often, whatever Azure tells
LATE = timedelta(minutes=30)  # twice what Learn says of either memory: 5 and 20 minutes
SKEW = timedelta(minutes=2)  # between the clocks of whoever remembers and whoever was read
BAD_REPORTS = frozenset({"failed", "busy"})


def quiet(records: Iterable[Record], now: datetime) -> set[str]:
    """Names of the deployments of which Resource Graph tells no change since they were read."""
    begins = {r.name: begin for r in records if (begin := _begin(r, now))}
    watched = [record for record in records if record.name in begins]
    try:
        moved = list(_moved(watched, min(begins.values(), default=now)))
    except (AzureError, TooManyChanges) as error:
        log.warning("Resource Graph tells no changes: %s", type(error).__name__)
        return set()
    return {
        record.name
        for record in watched
        if not any(at >= begins[record.name] and _touches(i, record) for i, at in moved)
    }


def _begin(record: Record, now: datetime) -> datetime | None:
    """Since when a change matters to a deployment; None where everything has to be read."""
    last, still = record.drift or {}, record.still
    if record.busy or not still or last.get("status", "failed") in BAD_REPORTS:
        return None
    pending = ((c.get("attribution") or {}).get("status") == "pending" for c in last["changes"])
    read, checked = (datetime.fromisoformat(t) for t in (still["at"], last["checkedAt"]))
    if any(pending) or now - read >= ANEW:
        return None
    return max(read - SKEW, checked - LATE)  # what was read of ARM itself is never late


def _moved(watched: Iterable[Record], since: datetime) -> Iterator[tuple[str, datetime]]:
    ids = [i for record in watched for i in record.inventory]
    for subscription, found in _by_subscription(ids).items():
        groups = {ResourceId.of(i).group.casefold() for i in found}
        yield from moved_since(azure_clients(subscription), groups, since)


def _touches(changed: str, record: Record) -> bool:
    """Whether a change is of something of a deployment, in it or around it, or in its own group."""
    return any(
        within(i, changed) or (within(changed, i) and not _shared_group(item))
        for i, item in record.inventory.items()
    )


def _shared_group(item: Item) -> bool:
    """Whether it is a group that others use as well: what they do in it is no matter."""
    return item["key"] == RESOURCE_GROUP and item["provenance"] != "created"


def looked_at(record: Record, spec: DeploymentSpec) -> list[str]:
    """Ids of what is read where Resource Graph tells no change."""
    wanted = targets(spec, record.inventory).values()
    logged = [t.id for t in wanted if isinstance(t.resource, DiagnosticSetting)]
    return [*(t.id for t in wanted if unheld(t)), *places(record.inventory), *logged[:1]]


def unmoved(record: Record, spec: DeploymentSpec, now: datetime) -> bool:
    """Whether what Resource Graph does not hold shows itself as when everything was last read."""
    begin, still = _begin(record, now), record.still or {}
    if begin is None:
        return False
    wanted = targets(spec, record.inventory)
    asked = {i: target for i, target in wanted.items() if unheld(target)}
    try:
        bodies = observe(clients_for, asked, asked)
        lying = dict(beside(spec, i, key) for i, key in places(record.inventory).items())
        return shown(asked, bodies, lying) == still["shown"] and not _written(wanted, begin)
    except HttpResponseError as refused:  # of a child, which says something of its parent
        if refused.status_code in SAYS_NOTHING:
            raise
        return False


def shown(
    wanted: Mapping[str, Target], bodies: Mapping[str, Json | None], lying: Mapping[str, Json]
) -> dict[str, str]:
    """How all that Resource Graph does not hold shows itself, by id, as digests.

    Args:
        wanted: what was read.
        bodies: as they were read, by id.
        lying: what was read beside the bodies, by id.
    """
    of_bodies = {i: digest(target, bodies[i]) for i, target in wanted.items() if unheld(target)}
    return of_bodies | {i.casefold(): _digest(body) for i, body in lying.items()}


def digest(target: Target, body: Json | None) -> str:
    """What is anybody's to set of a resource, and how it is, in short."""
    if body is None or body is UNREAD:
        return _digest({"there": body is not None})
    resource = target.resource
    told = resource.settable(clients_for(target.id), body)
    return _digest({"set": told, "state": resource.state(body), "health": [*resource.health(body)]})


def _digest(body: Json) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def unheld(target: Target) -> bool:
    """Whether it has to be read; a list tells of all locks, and the log of all settings."""
    elsewhere = isinstance(target.resource, DiagnosticSetting | ManagementLock)
    return not elsewhere and (target.resource.stirs or not held(target.id))


def places(inventory: Inventory) -> dict[str, str]:
    """Of what lies in no body there is a list at each of these: ids, with their keys."""
    ours = {i: item["key"] for i, item in inventory.items() if item["provenance"] == "created"}
    return {i: key for i, key in ours.items() if key in PLACES}


def _written(wanted: Mapping[str, Target], since: datetime) -> bool:
    """Whether the Activity Log tells of a write to a diagnostic setting."""
    settings = [t.id for t in wanted.values() if isinstance(t.resource, DiagnosticSetting)]
    for subscription, ids in _by_subscription(settings).items():
        groups = {ResourceId.of(i).group for i in ids}
        for event in logged_writes(azure_clients(subscription), groups, since):
            if any(within(event["id"], i) for i in ids):
                return True
    return False


def _by_subscription(ids: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for i in ids:
        found.setdefault(ResourceId.of(i).subscription, []).append(i)
    return found
