"""Contention: who keeps whom from writing, and with which of Azure's codes.

Lock keys are plain texts; a type says which it takes and which its operations hold. Virtual
networks are the case that matters: writes to one network go one at a time, and a gateway operation
refuses them for as long as it runs.
"""

from collections.abc import Iterable
from datetime import timedelta

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import find_references
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError
from local.arm_emulator.wire.resource_ids import parse_id

BUSY = "AnotherOperationInProgress"


def check_locks(world: World, keys: Iterable[str], target: str) -> None:
    """Refuse a write while a running operation holds one of its lock keys.

    Raises:
        ArmError: with the code that the holder causes, and a Retry-After.
    """
    for key in keys:
        for holder, code in world.operations.held(key, world.clock.now()):
            message = (
                f"Operation on {target} cannot start: {holder.kind} of {holder.target} "
                f"({holder.id}) is in progress."
            )
            headers = {"Retry-After": "10"}
            # https://github.com/hashicorp/terraform-provider-azurerm/issues/3780, and a setting
            raise ArmError(world.settings.lock_status, code, message, headers=headers)


def join_networks(world: World, type_: ResourceType, change: Change, operation: Operation) -> None:
    """Let a service that enters a subnet hold the subnet's network for a moment, if so set."""
    span = timedelta(seconds=world.settings.join_lock_seconds)
    if not span or not world.settings.vnet_locking:
        return
    for reference in find_references(change.id.key, str(change.id), change.body):
        target = parse_id(reference.target)
        if target is None or target.types[-1:] != ("subnets",) or target.parent is None:
            continue
        if target.parent.key != change.id.key:
            code = "RetryableErrorDueToAnotherOperation"
            world.operations.hold(target.parent.key, operation, code, change.now + span)
