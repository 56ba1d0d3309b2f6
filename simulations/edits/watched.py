"""The resources of the samples as Azure shows them, each beside what the product knows of it.

Whether a scan would read a resource at all that somebody has edited is tried on each: a write of
somebody's, and what the emulated Resource Graph and Activity Log tell of it once they are as late
as Azure's. Where neither tells, an edit has to show in what every scan reads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from local.world import World, read_json
from shared.azure.calls import observe
from shared.azure.clients import AzureClients, clients_for
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.owning import Owner, with_marks
from shared.planning.drifting import undeclared
from shared.planning.history import logged_writes, moved_since
from shared.planning.observing import Target
from shared.planning.triage import digest, quiet, unheld, unmoved
from shared.records.entities import Record
from shared.records.records import records
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue
from shared.resources.locks import ManagementLock


@dataclass(frozen=True, slots=True)
class Watched:
    """One resource of one sample."""

    sample: str
    resource: Resource
    desired: Json
    shown: Json
    baseline: Json
    clients: AzureClients
    target: Target
    told: bool  # whether Azure tells that somebody wrote to it

    def noticed(self, there: Json) -> bool:
        """Whether a scan has everything read where the resource is shown like this now."""
        listed = isinstance(self.resource, ManagementLock) and there != self.shown
        read = unheld(self.target) and digest(self.target, there) != digest(self.target, self.shown)
        return self.told or listed or read

    def drift(self, there: Json) -> list[str]:
        """What a drift check says of the resource as it is shown now: the paths that differ."""
        changed = [c["path"] for c in self.resource.differences(self.desired, there)]
        now = self.resource.settable(self.clients, there)
        more = undeclared(self.resource.key, self.desired, self.baseline, now, changed)
        unwell = [c["path"] for c in self.resource.health(there)]
        return [*changed, *(c["path"] for c in more), *unwell]


def deployed(world: World, samples: Iterable[Path]) -> list[Watched]:
    """Deploy some samples, one after the other, and read them as the product does."""
    found: list[Watched] = []
    for sample in samples:
        world.empty()
        name = f"edits-{sample.stem}"
        given: Json = read_json(sample) | {"name": name, "resourceGroup": f"rg-{name}"}
        given.pop("approval", None)
        given |= {"validation": {"require": "none"}}
        told = world.deploy(given)
        if told["status"] != "Succeeded":
            raise RuntimeError(f"{sample.stem} was not deployed: {told['failure']}")
        world.advance(minutes=2 * LATE)
        record = records().get(name)
        if not _still(world, record):
            raise RuntimeError(f"{sample.stem}: a scan would read all of it, though nothing moved")
        found += _watched(world, sample.stem, record)
    return found


LATE = 10  # minutes; what Azure remembers is there by then
COLLECTION = "/configurations"  # of parameters, which are resources one by one
SETTING = "/diagnosticsettings/"


def _still(world: World, record: Record) -> bool:
    """Whether a scan finds that nothing has moved in a deployment that was read ten minutes ago."""
    later = world.clock.now()
    read = (later - timedelta(minutes=LATE)).isoformat()
    record = replace(
        record,
        still={**(record.still or {}), "at": read},
        drift={**(record.drift or {}), "checkedAt": read},
    )
    spec = DeploymentSpec.model_validate(record.spec)
    return record.name in quiet([record], later) and unmoved(record, spec, later)


def _told(world: World, record: Record) -> set[str]:
    """Ids of the resources of which Azure tells, in time, that somebody has written to them."""
    began, ids = world.clock.now(), [i for i in record.inventory if not i.endswith(COLLECTION)]
    for i in ids:
        world.azure.edit(i, {})
    world.advance(minutes=LATE)
    clients, groups = clients_for(ids[0]), {ResourceId.of(i).group for i in ids}
    told = {i.casefold() for i, _ in moved_since(clients, groups, began)}
    settings = (e["id"].casefold() for e in logged_writes(clients, groups, began))
    return told | {i for i in settings if SETTING in i}


def _watched(world: World, sample: str, record: Record) -> Iterator[Watched]:
    spec, owner = DeploymentSpec.model_validate(record.spec), Owner(record.name, "any")
    told = _told(world, record)
    for resource in catalogue().wanted(spec):
        identity = resource.id(spec)
        clients = clients_for(identity)
        shown: Any = observe(clients, resource, identity)
        item = record.inventory.get(identity)
        if item and item["provenance"] == "created":
            target = Target(identity, resource)
            tags = (shown.get("tags") or {}).get("hybriddb-installation", "")
            desired = with_marks(resource, spec, Owner(owner.deployment, tags))
            yield Watched(
                sample,
                resource,
                desired,
                shown,
                resource.settable(clients, shown),
                clients,
                target,
                identity.casefold() in told,
            )
