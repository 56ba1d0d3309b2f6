"""The resource types that are emulated, found by ARM type, and how a stored resource is shown."""

from collections.abc import Iterable

from local.arm_emulator.state.references import child_id
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.declarations import BackReference
from local.arm_emulator.types.families import COMPUTE, Family
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError, Json, clone
from local.arm_emulator.wire.resource_ids import ResourceId


class Types:
    """Every type, one instance each."""

    def __init__(self, world: World, classes: Iterable[type[ResourceType]]) -> None:
        self._world = world
        self._types: dict[str, ResourceType] = {}
        for each in classes:
            if each.type.lower() in self._types:
                raise ValueError(f"{each.type} is emulated by another class")
            self._types[each.type.lower()] = each(world, self._types)
        self.namespaces = {each.partition("/")[0] for each in self._types}

    def all(self) -> list[ResourceType]:
        """Every type that is emulated."""
        return list(self._types.values())

    def get(self, type_name: str) -> ResourceType | None:
        """The type of that name, without regard to case."""
        return self._types.get(type_name.lower())

    def resolve(self, target: ResourceId) -> tuple[ResourceType, ResourceId, str]:
        """The stored type behind an id, the stored resource's id, and the child's collection.

        Raises:
            ArmError: 404, Azure's, for a type that it does not know or that we do not emulate.
        """
        found = self.get(target.type)
        if found is not None:
            return found, self._canonical(found, target), ""
        parent = target.parent
        owner = self.get(parent.type) if parent else None
        if owner is not None and parent is not None:
            for collection in owner.children:
                if collection.lower() == target.types[-1].lower():
                    return owner, self._canonical(owner, parent), collection
        raise self.unknown(target)

    def unknown(self, target: ResourceId) -> ArmError:
        """The refusal of a type that is not emulated."""
        if target.namespace.lower() not in self.namespaces:
            message = (
                f"The resource namespace '{target.namespace}' is invalid, "
                "or this emulator does not know it."
            )
            return ArmError(404, "InvalidResourceNamespace", message)
        message = (
            f"The resource type '{'/'.join(target.types)}' could not be found in the namespace "
            f"'{target.namespace}', or this emulator does not know it."
        )
        return ArmError(404, "InvalidResourceType", message)

    def view(self, target: str) -> Json | None:
        """What a GET shows of a resource or of a named child; None where it does not exist."""
        owner_key, _, down = self._world.store.owner_of(target)
        resource = self._world.store.get(owner_key)
        if resource is None:
            return None
        body = self.show(resource)
        for collection, name in zip(down[::2], down[1::2], strict=True):
            found = _child(body, collection, name)
            if found is None:
                return None
            body = found
        return body

    def show(self, resource: Resource) -> Json:
        """A copy of a resource's body with what others and time add to it."""
        type_ = self._types[resource.id.type.lower()]
        body: Json = clone(resource.body)
        for back in type_.back_references:
            self._show_back_reference(resource, body, back)
        type_.show(resource, body, self._world.clock.now())
        return body

    def family(self, type_name: str) -> Family:
        """The wire shapes of the operations on a type, or on named children inside it."""
        found = self.owner(type_name)
        return found.family if found else COMPUTE

    def owner(self, type_name: str) -> ResourceType | None:
        """The type of that name, or the one whose named children it stands for."""
        return self.get(type_name) or self.get(type_name.rpartition("/")[0])

    def _canonical(self, type_: ResourceType, target: ResourceId) -> ResourceId:
        existing = self._world.store.get(target.key)
        if existing is not None:
            return existing.id
        namespace, *types = type_.type.split("/")
        return ResourceId(target.scope, namespace, tuple(types), target.names)

    def _show_back_reference(self, resource: Resource, body: Json, back: BackReference) -> None:
        holders = [(str(resource.id), body)]
        if back.child:
            items = body["properties"].get(back.child) or []
            holders = [(item["id"], item) for item in items]
        for id_, holder in holders:
            found = [
                {"id": reference.element}
                for reference in self._world.store.references_to(id_)
                if reference.via == back.via and back.of.lower() in reference.element.lower()
            ]
            if found:
                holder["properties"][back.shows] = found[0] if back.single else found


def _child(body: Json, collection: str, name: str) -> Json | None:
    for key, items in (body.get("properties") or {}).items():
        if key.lower() == collection.lower() and isinstance(items, list):
            for item in items:
                if child_id("", key, item) and item["name"].lower() == name.lower():
                    found: Json = item
                    return found
    return None
