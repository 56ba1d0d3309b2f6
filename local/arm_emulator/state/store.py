"""Everything that exists, indexed for every question that a request asks.

No request scans: resources are found by key, by group, by collection, by type, and by who refers
to them. A deleted resource's references may linger, as Azure's reverse indexes lag.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.arm_emulator.state.references import Reference, find_references
from local.arm_emulator.wire.messages import Json
from local.arm_emulator.wire.resource_ids import ResourceId


@dataclass(slots=True)
class Resource:
    """One stored resource. Its body is what a GET shows, before back-references are added."""

    id: ResourceId
    body: Json
    created: datetime
    changed: datetime
    secrets: dict[str, str] = field(default_factory=dict)  # write-only values by path
    version: int = 1
    operation: str | None = None  # the running operation, if any
    notes: Json = field(default_factory=dict)  # what the type remembers, never shown

    @property
    def key(self) -> str:
        """Its key in the store."""
        return self.id.key

    @property
    def properties(self) -> Json:
        """The body's properties."""
        found: Json = self.body.setdefault("properties", {})
        return found

    @property
    def state(self) -> str:
        """Its provisioning state; resources without one are always Succeeded."""
        return str(self.properties.get("provisioningState", "Succeeded"))


class Store:
    """The resources with their indexes. Groups are resources too, under their own key."""

    def __init__(self, on_lost: Callable[[Reference], None] = lambda _: None) -> None:
        self._on_lost = on_lost  # told of every reference that is no more
        self.resources: dict[str, Resource] = {}
        self.lingering: dict[str, list[tuple[Reference, datetime]]] = {}
        self.changed: set[str] = set()  # keys to be written to the state file
        self._groups: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._collections: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._below: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._types: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._references: defaultdict[str, dict[Reference, None]] = defaultdict(dict)
        self._outgoing: dict[str, tuple[Reference, ...]] = {}

    def get(self, key: str) -> Resource | None:
        """The resource under a key."""
        return self.resources.get(key.lower())

    def put(self, resource: Resource) -> None:
        """Add a resource, or take note that it has changed."""
        key = resource.key
        if key not in self.resources:
            self._groups[resource.id.group_key][key] = None
            self._collections[resource.id.collection][key] = None
            kind = (resource.id.subscription.lower(), resource.id.type.lower())
            self._types[kind][key] = None
            for above in _parents(resource.id):
                self._below[above][key] = None
        self.resources[key] = resource
        self.changed.add(key)
        self._index_references(resource)

    def remove(self, key: str) -> None:
        """Forget a resource and everything that it refers to."""
        resource = self.resources.pop(key, None)
        if resource is None:
            return
        self.changed.add(key)
        self._groups[resource.id.group_key].pop(key, None)
        self._collections[resource.id.collection].pop(key, None)
        kind = (resource.id.subscription.lower(), resource.id.type.lower())
        self._types[kind].pop(key, None)
        for above in _parents(resource.id):
            self._below[above].pop(key, None)
        self._forget_references(key)

    def linger(self, reference: Reference, until: datetime) -> None:
        """Let a reference of something deleted block its target a little longer."""
        self.lingering.setdefault(reference.target, []).append((reference, until))
        self.changed.add("lingering")

    def in_group(self, group_key: str) -> list[Resource]:
        """Every resource of a group, children too, in order of creation."""
        return [self.resources[key] for key in self._groups.get(group_key, ())]

    def in_collection(self, collection: str) -> list[Resource]:
        """The resources of one type below one parent or group."""
        return [self.resources[key] for key in self._collections.get(collection.lower(), ())]

    def of_type(self, subscription: str, type_name: str) -> list[Resource]:
        """The resources of one type in a subscription."""
        keys = self._types.get((subscription.lower(), type_name.lower()), ())
        return [self.resources[key] for key in keys]

    def children(self, key: str) -> list[Resource]:
        """Stored resources below a resource, at any depth."""
        return [self.resources[each] for each in self._below.get(key, ())]

    def references_to(self, target: str) -> list[Reference]:
        """Who points at an id now."""
        return list(self._references.get(target.lower(), ()))

    def blocking(self, target: str, now: datetime) -> Iterator[Reference]:
        """Who keeps an id from being deleted: pointers to it, and those still lingering."""
        yield from self.references_to(target)
        for reference, until in self.lingering.get(target.lower(), ()):
            if until > now:
                yield reference

    def find(self, target: str) -> Any:
        """The body of a resource, or of a named child inside one; None if there is neither."""
        key = target.lower()
        resource = self.resources.get(key)
        if resource is not None:
            return resource.body
        owner_key, _, rest = self.owner_of(key)
        return _descend(self.resources[owner_key].body, rest) if owner_key else None

    def owner_of(self, target: str) -> tuple[str, str, list[str]]:
        """The key of the stored resource that holds a named child, and the way down to it."""
        key, down = target.lower(), list[str]()
        while key and key not in self.resources:
            key, _, name = key.rpartition("/")
            key, _, collection = key.rpartition("/")
            down[:0] = [collection, name]
        return key, target, down

    def owner_type(self, target: str) -> str:
        """The ARM type of the stored resource that an id is, or is inside of."""
        resource = self.resources.get(self.owner_of(target)[0])
        return resource.id.type if resource else ""

    def _index_references(self, resource: Resource) -> None:
        found = tuple(find_references(resource.key, str(resource.id), resource.body))
        self._forget_references(resource.key, but=set(found))
        self._outgoing[resource.key] = found
        for reference in found:
            self._references[reference.target][reference] = None

    def _forget_references(self, key: str, *, but: Collection[Reference] = ()) -> None:
        for reference in self._outgoing.pop(key, ()):
            self._references[reference.target].pop(reference, None)
            if reference not in but:
                self._on_lost(reference)


def _parents(id_: ResourceId) -> Iterator[str]:
    parent = id_.parent
    while parent is not None:
        yield parent.key
        parent = parent.parent


def _descend(body: Json, down: list[str]) -> Json | None:
    node: Json | None = body
    for collection, name in zip(down[::2], down[1::2], strict=True):
        if node is None:
            return None
        lists = {key.lower(): items for key, items in (node.get("properties") or {}).items()}
        items = lists.get(collection) or []
        node = next((i for i in items if str(i.get("name", "")).lower() == name), None)
    return node
