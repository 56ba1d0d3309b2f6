"""The resources of the samples as Azure shows them, each beside what the product knows of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.world import World, read_json
from shared.azure.calls import observe
from shared.azure.clients import AzureClients, clients_for
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.owning import Owner, with_marks
from shared.planning.drifting import undeclared
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Watched:
    """One resource of one sample."""

    sample: str
    resource: Resource
    desired: Json
    shown: Json
    baseline: Json
    clients: AzureClients

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
        record: Json = world.request("GET", f"deployments/{name}").json()
        found += _watched(sample.stem, record)
    return found


def _watched(sample: str, record: Json) -> Iterator[Watched]:
    spec, owner = DeploymentSpec.model_validate(record["spec"]), Owner(record["name"], "any")
    for resource in catalogue().wanted(spec):
        identity = resource.id(spec)
        clients = clients_for(identity)
        shown: Any = observe(clients, resource, identity)
        ours = record["inventory"].get(identity, {}).get("provenance") == "created"
        if ours:
            tags = (shown.get("tags") or {}).get("hybriddb-installation", "")
            desired = with_marks(resource, spec, Owner(owner.deployment, tags))
            yield Watched(
                sample, resource, desired, shown, resource.settable(clients, shown), clients
            )
