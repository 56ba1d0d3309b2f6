"""What is attached to subnets: its users must go on working, and it outlives their leaving."""

from typing import ClassVar

from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.providers.network.virtual_networks.required_rules import check_subnet
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import Json


class AttachedType(NetworkType):
    """What is attached to subnets; gateways in those subnets must go on working."""

    lag = "reference_lag_seconds"
    via: ClassVar[str]

    def takes(self, change: Change) -> tuple[str, ...]:
        """A network that names it may be in the middle of a write."""
        return (change.id.key,) if self.world.settings.vnet_locking else ()

    def supersedes(self, change: Change, running: Operation) -> bool:
        """A write of one child cancels that of another (field reports)."""
        children = running.target.lower() != running.key and change.target.lower() != running.key
        return children and running.kind != "delete"

    def check_attached(self, change: Change) -> None:
        """Check every subnet it is attached to as it would be with the new rules."""
        prior = change.prior
        if prior is None:
            return
        kept, prior.body = prior.body, self.judged(change)
        try:
            for reference in self.world.store.references_to(prior.key):
                subnet = self.world.store.find(reference.element)
                if (
                    reference.via == self.via
                    and subnet is not None
                    and "subnets" in reference.element
                ):
                    check_subnet(self.world, subnet, reference.element)
        finally:
            prior.body = kept

    def judged(self, change: Change) -> Json:
        """The body that is judged."""
        return change.body | {"id": str(change.id)}
