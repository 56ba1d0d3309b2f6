"""Resource Manager: a world with the types that live in it, and what it asks of them all."""

from datetime import datetime, timedelta

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.registry import Types
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id


class ResourceManager(World):
    """What the engine and the providers' routes are given."""

    types: Types  # set by whoever composes it

    def show(self, resource: Resource) -> Json:
        """A copy of a resource's body with what others and time add to it."""
        return self.types.show(resource)

    def view(self, target: str) -> Json | None:
        """What a GET shows of a resource or of a named child; None where it does not exist."""
        return self.types.view(target)

    def remove(self, resource: Resource, now: datetime) -> None:
        """Take a resource and what is stored below it away."""
        for child in self.store.children(resource.key):
            self.store.remove(child.key)
        type_ = self.types.get(resource.id.type)
        self.store.remove(resource.key)
        if type_ is not None:
            type_.deleted(resource, now)

    def lost(self, reference: Reference) -> None:
        """A lost reference still blocks the deletion of its target: Azure's index lags behind."""
        owner = self.types.get(self.store.owner_type(reference.target))
        if owner is not None and owner.lag:
            span = timedelta(seconds=float(getattr(self.settings, owner.lag)))
            if span:
                self.store.linger(reference, self.moment + span)

    def start(
        self,
        call: Call | None,
        target: str,
        kind: str,
        *,
        seconds: float,
        key: str,
        holds: dict[str, str],
    ) -> Operation:
        """Start a long-running operation on a stored resource."""
        named = parse_id(target)
        type_name = named.type if named else ""
        resource = self.store.get(key)
        fault = call.fault if call else None
        typical = self.settings.durations.get(f"{type_name}|{kind}", seconds)
        length = self.operations.duration(target, kind, typical, self.settings)
        if fault is not None and fault.fails_after_seconds is not None:
            length = timedelta(seconds=fault.fails_after_seconds)
        now = call.time if call else self.clock.now()
        operation = Operation(
            id=self.operations.new_id(target, kind),
            key=key,
            target=target,
            type=type_name,
            kind=kind,
            location=str((resource.body.get("location") if resource else "") or "global"),
            caller=call.caller.object_id if call and call.caller else "",
            started=now,
            ends=now + length,
            holds=holds,
        )
        owner = self.types.owner(type_name)
        if owner is not None:
            deletes = kind == "delete"
            paces = owner.delete_retry_after if deletes else owner.pace_of(type_name)
            operation.api_version, operation.retry_after = owner.api_versions[0], paces
            operation.name = owner.operation_names.get(kind, "")
        if fault is not None:
            fault.spoil(operation)
        if call is not None:
            call.operation = operation.id
        return self.operations.add(operation)

    def check_gates(self, call: Call, target: ResourceId) -> None:
        """What stands before every write: the group exists and lives, locks, policies."""
        if target.group:
            group = self.require_group(target.subscription, target.group)
            if group.state == "Deleting":
                message = (
                    f"The resource group '{target.group}' is in deprovisioning state and cannot "
                    "perform this operation."
                )
                raise ArmError(409, "ResourceGroupBeingDeleted", message)
        for type_ in self.types.all():
            type_.gate(call, target)

    def check_link(self, call: Call, target: ResourceId, linked: ResourceId) -> None:
        """What stands before every reference from one resource to another: permissions."""
        for type_ in self.types.all():
            type_.link_gate(call, target, linked)

    def check_api_version(self, target: ResourceId, version: str) -> None:
        """Refuse a type that is not known, and a version that its provider does not have."""
        type_, _, _ = self.types.resolve(target)
        if self.settings.strict_api_versions and version not in type_.api_versions:
            message = (
                f"No registered resource provider found for location and API version '{version}' "
                f"for type '{'/'.join(target.types)}'. The supported api-versions are "
                f"'{', '.join(type_.api_versions)}'."
            )
            raise ArmError(400, "NoRegisteredProviderFound", message)
