"""What a deployment consists of, as any tool could make it: one ARM resource each, in order; pure.

Our marks are left out: what another tool makes is not ours. A secret is a parameter of the export.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.deployment.messages import Json
from shared.deployment.resource_id import same, within
from shared.deployment.specs.secrets import MARK, is_secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.owning import without_marks
from shared.resources.base import Resource, edges
from shared.resources.by_id import ResourceById
from shared.resources.catalogue import catalogue

PROVIDERS = "/providers/"
WITHOUT_RESTART = (
    "Server parameters that need a restart are set and wait for one: restart the server afterwards."
)

VERSIONS = {
    "Microsoft.Network/privateDnsZones": "2024-06-01",
    "Microsoft.Network": "2026-03-01",
    "Microsoft.DBforPostgreSQL": "2026-10-01",
    "Microsoft.Resources": "2025-04-01",
}
"""Those that the SDKs send, which say them to nobody; the first prefix that fits."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One ARM resource."""

    symbol: str  # letters, digits and underscores
    id: str
    version: str  # of Azure's API, that the body was written for
    body: Json  # of a PUT
    after: tuple[str, ...]  # symbols of what stands before it

    @property
    def parent(self) -> str:
        """The id of what it lies in, extends or belongs to; of a group its subscription."""
        holder = self.id.rsplit("/", 2)[0]
        return re.sub(r"/providers/[^/]+$", "", holder, flags=re.IGNORECASE)

    @property
    def kind(self) -> str:
        """Its type, whatever it extends."""
        _, found, last = self.id.rpartition(PROVIDERS)
        if not found:
            return "Microsoft.Resources/resourceGroups"
        namespace, *rest = last.split("/")
        return "/".join((namespace, *rest[0::2]))

    @property
    def name(self) -> str:
        """Its last name."""
        return self.id.rpartition("/")[2]

    @property
    def extends(self) -> bool:
        """Whether it lies on a resource of another provider, such as a lock."""
        return self.id.count(PROVIDERS) > 1


@dataclass(frozen=True, slots=True)
class Export:
    """All of a deployment."""

    name: str
    group_id: str
    items: list[Exported]

    @property
    def inside(self) -> list[Exported]:
        """What lies in its group; not the group."""
        return [i for i in self.items if within(i.id, self.group_id) and i.id != self.group_id]

    @property
    def outside(self) -> list[Exported]:
        """What it makes elsewhere: in the network of a hub, in a zone of others."""
        return [item for item in self.items if not within(item.id, self.group_id)]

    @property
    def secrets(self) -> dict[str, str]:
        """Names of the parameters that hold secrets, with where their values are kept."""
        found: dict[str, str] = {}
        for item in self.items:
            found |= dict(_secrets(item.body))
        return found

    def found(self, resource_id: str) -> Exported | None:
        """The resource of this id, if it is one of these."""
        return next((item for item in self.items if same(item.id, resource_id)), None)


def version_of(resource: Resource) -> str:
    """The version of Azure's API that its body is written for, which is what is sent."""
    if isinstance(resource, ResourceById):
        return resource.api_version
    kind = resource.arm_type
    return next(version for prefix, version in VERSIONS.items() if kind.startswith(prefix))


def exported(spec: DeploymentSpec) -> Export:
    """A deployment as it is declared."""
    items: list[Exported] = []
    last: dict[str, str] = {}  # lock -> symbol of the last that holds it: none run at once
    symbols: dict[str, list[str]] = {}
    for resource in catalogue().wanted(spec):
        below = [s for key in edges(resource) for s in symbols.get(key, [])]
        symbols[resource.key] = []
        for resource_id, body in resource.parts(spec):
            own = resource_id.removeprefix(resource.id(spec)).strip("/")
            symbol = re.sub(r"\W", "_", f"{resource.key}_{own}" if own else resource.key)
            held = [last[lock] for lock in resource.locks(spec) if lock in last]
            after = tuple(dict.fromkeys([*below, *held]))
            items.append(
                Exported(symbol, resource_id, version_of(resource), without_marks(body), after)
            )
            symbols[resource.key].append(symbol)
            last |= dict.fromkeys(resource.locks(spec), symbol)
    group = f"/subscriptions/{spec.subscription_id}/resourceGroups/{spec.group}"
    return Export(spec.name, group, items)


def parameter(reference: Mapping[str, Any]) -> str:
    """The name of the parameter that stands for a secret."""
    words = re.split(r"[^A-Za-z0-9]+", reference["name"].rpartition("/secrets/")[2])
    return "secret" + "".join(word.capitalize() for word in words if word)


def _secrets(value: Any) -> Iterator[tuple[str, str]]:
    if is_secret(value):
        reference = value[MARK]
        half = "the public half of " if reference.get("generate") == "ssh-key" else ""
        where = reference["name"]
        kept = where if "/" in where else f"the secret {where} of the app's vault"
        yield parameter(reference), f"{half}{kept}"
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each)
