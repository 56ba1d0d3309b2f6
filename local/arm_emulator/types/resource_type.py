"""What one ARM resource type is: data about it, and small functions where it differs.

Longer than most modules: all that a type may say for itself is in one class.

A provider's file holds subclasses of `ResourceType`; adding a type is adding one class. Everything
that all types share (ids, groups, tags, etags, long-running operations, in-use checks, references,
locks) is done by the core from the class attributes.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import Reference, named_children
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.bounds import Bound, check_bounds
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Child, Quota, Timing, Where
from local.arm_emulator.types.families import NETWORK, Family
from local.arm_emulator.types.locations import check_location
from local.arm_emulator.wire.definitions import defined_shape
from local.arm_emulator.wire.messages import ArmError, Json, fill_in, merge
from local.arm_emulator.wire.names import NETWORK_NAME, NameRule
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.schema import Shape, check_body, declared, sdk_shape


class ResourceType:
    """A type of Azure; subclasses are data plus the few functions below that they override."""

    type: ClassVar[str]
    api_versions: ClassVar[tuple[str, ...]]
    sdk: ClassVar[str] = "network"
    model: ClassVar[str] = ""
    declared_body: ClassVar[Mapping[str, Any]] = {}  # else what Azure's definitions say
    declared_required: ClassVar[tuple[str, ...]] = ()
    family: ClassVar[Family] = NETWORK
    timing: ClassVar[Timing]
    synchronous_put: ClassVar[bool] = False
    done_statuses: ClassVar[tuple[int, int]] = (201, 200)  # of a first and a later write at once
    announces: ClassVar[bool] = False  # what is done at once, as an operation that has ended
    synchronous_create: ClassVar[bool] = False  # only the first write is done at once
    synchronous_patch: ClassVar[bool] = True
    synchronous_delete: ClassVar[bool] = False
    implicit: ClassVar[bool] = False  # there by itself, so that a PATCH may be the first write
    patchable: ClassVar[bool] = True
    grouped: ClassVar[bool] = True  # lies in a resource group, and nowhere else
    deletable: ClassVar[bool] = True
    retry_after: ClassVar[tuple[int, ...]] = (10,)
    delete_retry_after: ClassVar[tuple[int, ...]] = (10,)
    operation_names: ClassVar[Mapping[str, str]] = {}  # of the provider, by kind
    absent_delete: ClassVar[int] = 204
    delete_shows: ClassVar[bool] = False  # what a deletion that is done at once has deleted
    etag_header: ClassVar[bool] = False  # whether a GET shows the etag as a header, too
    location: ClassVar[Where] = "regional"
    name_rule: ClassVar[NameRule] = NETWORK_NAME
    bounds: ClassVar[tuple[Bound, ...]] = ()
    bound_code: ClassVar[str] = "value_out_of_bounds_code"  # or the setting that holds it
    defaults: ClassVar[Mapping[str, Any]] = {}  # of the body: what Azure always fills (recorded)
    secrets: ClassVar[tuple[str, ...]] = ()  # paths in properties; [] stands for list items
    dressed: ClassVar[bool] = True  # named children get id, etag and state
    children: ClassVar[Mapping[str, Child]] = {}
    back_references: ClassVar[tuple[BackReference, ...]] = ()
    in_use: ClassVar[str] = "InUseResourceCannotBeDeleted"
    tolerated: ClassVar[tuple[str, ...]] = ()  # references that do not keep it from deletion
    unchecked: ClassVar[tuple[str, ...]] = ()  # references that the type itself looks at
    lag: ClassVar[str] = ""  # setting: how long references *to* this type outlive their owner
    # POST actions with their seconds; 0 answers at once
    actions: ClassVar[Mapping[str, float]] = {}
    action_models: ClassVar[Mapping[str, str]] = {}  # of the bodies of those that have one
    actions_not_emulated: ClassVar[tuple[str, ...]] = ()  # that Azure has; named at start
    # https://learn.microsoft.com/azure/reliability/availability-zones-service-support
    most_tags: ClassVar[int] = 50
    zonal: ClassVar[bool] = False  # can be put into availability zones
    joined: ClassVar[bool] = False  # to attach something to it takes its permission join/action
    quotas: ClassVar[tuple[Quota, ...]] = ()

    def __init__(self, world: World, peers: Mapping[str, "ResourceType"]) -> None:
        self.world = world
        self.peers = peers  # every type of the same world, by its name in lower case

    @property
    def shape(self) -> Shape:
        """What a PUT body may hold."""
        if self.model:
            return sdk_shape(self.sdk, self.model)
        if self.declared_body:
            return declared(self.type, self.declared_body, self.declared_required)
        return defined_shape(self.type)

    def partial(self, sent: Any) -> Json:
        """The body of a PATCH; by default it may hold any part of what a PUT holds."""
        return check_body(self.shape, sent, self.family.schema_error, self.shown_only, whole=False)

    @property
    def shown_only(self) -> frozenset[str]:
        """Names of members that Azure fills, whether the SDK's model has them or not."""
        children = (child.defaults for child in self.children.values())
        filled = {name for each in (self.defaults, *children) for name in _names(each)}
        return frozenset({"provisioningState", "resourceGuid", *filled})

    def pace_of(self, type_name: str) -> tuple[int, ...]:
        """The Retry-After of writes to the type itself or to its named children."""
        child = self.children.get(type_name.rpartition("/")[2])
        return (child.retry_after if child else ()) or self.retry_after

    def shape_of(self, collection: str) -> Shape:
        """What the body of a named child may hold."""
        return sdk_shape(self.sdk, self.children[collection].model)

    # --- what a type may say for itself ---------------------------------------------------------

    def gate(self, call: Call, target: ResourceId) -> None:
        """Refuse a write to any resource: what locks, permissions, policies, providers do."""

    def link_gate(self, call: Call, target: ResourceId, linked: ResourceId) -> None:
        """Refuse to attach any resource to another: what permissions do."""

    def accept(self, sent: Any) -> Any:
        """The body of a PUT without what the service shows though its schema lacks it."""
        return sent

    def check_bounds(self, change: Change) -> None:
        """Refuse a value that is not what it may be, wherever it came from."""
        check_bounds(change.body, self.bounds, self.out_of_bounds)

    def out_of_bounds(self, bound: Bound, at: str, value: Any) -> ArmError:
        """The refusal of a value; it names the path.

        Who says so stands beside the bound; the code is the provider's, as recorded, or a setting.
        """
        code = bound.code or self.bound_code
        message = f"The value '{value}' of {at} is not valid: {bound}."
        return ArmError(400, getattr(self.world.settings, code, code), message, target=at)

    def check(self, change: Change) -> None:
        """Refuse a PUT or PATCH by raising ArmError; `change.body` is complete, not yet filled."""

    def check_quota(self, change: Change) -> None:
        """Refuse a PUT or PATCH that takes more than the subscription may have in the region."""

    def fill_defaults(self, change: Change) -> None:
        """Add to a body and to its named children what their types always have."""
        fill_in(change.body, self.defaults)
        for collection, child in self.children.items():
            for item in change.properties.get(collection) or []:
                fill_in(item.setdefault("properties", {}), child.defaults)

    def fill(self, change: Change) -> None:
        """Add to `change.body` what the service adds."""

    def patch(self, change: Change, sent: Json) -> None:
        """Bring a PATCH into `change.body`: it is merged; tags are one value."""
        merge(change.body, {name: each for name, each in sent.items() if name != "tags"})
        if "tags" in sent:
            change.body["tags"] = sent["tags"]

    def takes(self, change: Change) -> tuple[str, ...]:
        """Lock keys that no running operation may hold when a write starts."""
        return ()

    def holds(self, change: Change) -> dict[str, str]:
        """Lock keys held while the write runs, each with the code of the refusal it causes."""
        return {}

    def seconds(self, change: Change, kind: str) -> float:
        """Typical seconds of a create or an update, by what is in the body."""
        return self.timing.create if kind == "create" else self.timing.update

    def delete_seconds(self, resource: Resource) -> float:
        """Typical seconds of a deletion."""
        return self.timing.delete

    def doom(self, change: Change) -> ArmError | None:
        """The failure in which an accepted write will end, if it must."""
        return None

    def delete_doom(self, change: Change) -> ArmError | None:
        """The failure in which an accepted deletion will end, if it must."""
        return None

    def supersedes(self, change: Change, running: Operation) -> bool:
        """Whether a write cancels a different one that runs, instead of being refused."""
        return False

    def busy_error(self, running: Operation) -> ArmError:
        """The refusal of a write while another operation on the resource runs."""
        message = (
            f"Another operation on this or dependent resource is in progress. "
            f"To retrieve status of the operation use uri: {running.target}/{running.id}."
        )
        return ArmError(409, "AnotherOperationInProgress", message)

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Refuse a deletion; by default whatever is referred to stays."""
        self.refuse_in_use(str(resource.id), self.in_use, now)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """A PUT or PATCH has succeeded."""

    def failed(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """A PUT or PATCH has failed; the state says so already."""

    def deleted(self, resource: Resource, now: datetime) -> None:
        """It is gone from the store."""

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """What a POST action answers, or will answer when its operation ends."""
        raise NotImplementedError(f"{self.type} declares {action} and does not do it")

    def acted(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """The operation of an action has succeeded."""

    def awaited(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """An operation has ended that names a resource of this type in its `awaited_by`."""

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Change a copy of the body before it is shown: what depends on time or on others."""

    def not_found(self, target: ResourceId) -> ArmError:
        """The 404 of a resource whose parent is there, or that has none."""
        return self.world.not_found(target)

    def parent_not_found(self, target: ResourceId) -> ArmError:
        """The 404 of a deletion below what is not there."""
        assert target.parent is not None  # noqa: S101 - only children are asked about
        return self.world.not_found(target.parent)

    def check_preconditions(self, call: Call, view: Json | None) -> None:
        """Refuse a write by its If-Match or If-None-Match; `view` is what a GET shows now."""

    # --- what the core does for all of them -----------------------------------------------------

    def refuse_in_use(self, target: str, code: str, now: datetime) -> None:
        """Raise if somebody outside of `target` still refers to it."""
        users = [
            reference
            for reference in self.world.store.blocking(target, now)
            if reference.via not in self.tolerated
            and not reference.element.lower().startswith(target.lower() + "/")
        ]
        if users:
            raise self.in_use_error(target, code, users)

    def in_use_error(self, target: str, code: str, users: list[Reference]) -> ArmError:
        """The refusal to delete something in use; it names who uses it.

        The codes of the types are recorded or documented where the types declare them.
        """
        name = target.rpartition("/")[2]
        first = users[0].element
        message = f"{name} is in use by {first} and cannot be deleted."
        return ArmError(400, code, message)

    def check_location(self, change: Change) -> None:
        """The location must be known, and may never change."""
        check_location(self.type, self.location, change)

    def dress(self, resource: Resource) -> None:
        """Write id, name, type and etag on a resource and on its named children."""
        body, id_ = resource.body, resource.id
        etag = f'W/"{self.guid(id_.key, resource.version)}"'
        body |= {"id": str(id_), "name": id_.name, "type": self.type}
        if not self.dressed:
            return
        body["etag"] = etag
        for inner, collection, item in named_children(str(id_), body):
            item |= {"id": inner, "etag": etag}
            parent = item.get("type") or f"{self.type}/{collection}"
            item["type"] = parent

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """Write a provisioning state on a resource and on its named children."""
        resource.properties["provisioningState"] = state
        if self.dressed:
            for inner, _, item in named_children(str(resource.id), resource.body):
                touched = only is None or inner.lower() == only.lower() or state != "Updating"
                if touched or "provisioningState" not in item["properties"]:
                    item["properties"]["provisioningState"] = state

    def guid(self, *parts: object) -> str:
        """A GUID that only the seed and the words decide."""
        text = "|".join(str(part) for part in (self.world.seed, *parts))
        digest = hashlib.sha256(text.encode()).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def _names(defaults: Mapping[str, Any]) -> Iterator[str]:
    for name, value in defaults.items():
        yield name
        if isinstance(value, Mapping):
            yield from _names(value)
