"""What exists in one emulated Azure, and what of it depends on nobody's type.

A world is abstract in the few things that only types can decide: how a resource is shown, what goes
with it, how an operation ends. `Cloud`, at the top, knows the types and decides.
"""

import threading
from abc import ABC, abstractmethod
from datetime import datetime

from local.arm_emulator.settings import Settings
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.faults import Faults
from local.arm_emulator.state.guests import Guests, NoGuests
from local.arm_emulator.state.identity import Identity
from local.arm_emulator.state.operations import Operation, Operations
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource, Store
from local.arm_emulator.state.throttle import Throttle
from local.arm_emulator.state.vault import KeyVault
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId, group_key
from local.clock import Clock

GATEWAY = {"x-ms-failure-cause": "gateway"}  # Resource Manager answers, and no provider


class World(ABC):
    """Everything that is there; it is given its clock and its seed and reads nothing else."""

    def __init__(self, *, clock: Clock, seed: int, settings: Settings) -> None:
        self.lock = threading.RLock()
        self.guests: Guests = NoGuests()
        self.clock = clock
        self.seed = seed
        self.settings = settings
        self.identity = Identity(seed=seed, tenant_id=settings.tenant_id)
        self.begin()

    def begin(self) -> None:
        """Empty the world; clock, seed, settings and identity stay."""
        self.store = Store(self.lost)
        self.moment = self.clock.now()  # of the request or of the operation that ends
        self.operations = Operations(seed=self.seed, finish=self.finish)
        self.faults = Faults()
        self.throttle = Throttle(self.settings)
        self.keyvault = KeyVault(self.clock, self.identity, self.faults)
        self.calls: list[Call] = []
        self.subscriptions = [self.settings.subscription_id, *self.settings.other_subscriptions]

    @property
    def url(self) -> str:
        """The endpoint of Resource Manager and of the vault."""
        return self.identity.url

    @property
    def next_number(self) -> int:
        """The number of the next call."""
        return self.calls[-1].number + 1 if self.calls else 1

    # --- what types decide ----------------------------------------------------------------------

    @abstractmethod
    def serve(self, call: Call) -> Response:
        """Answer a call and record it; one that has a caller already is made by a deployment."""

    @abstractmethod
    def finish(self, operation: Operation, at: datetime) -> None:
        """Bring the effect of an operation that has just reached an end state."""

    @abstractmethod
    def lost(self, reference: Reference) -> None:
        """A stored resource no longer points where it did."""

    @abstractmethod
    def remove(self, resource: Resource, now: datetime) -> None:
        """Take a resource and what is stored below it away."""

    @abstractmethod
    def show(self, resource: Resource) -> Json:
        """A copy of a resource's body with what others and time add to it."""

    @abstractmethod
    def view(self, target: str) -> Json | None:
        """What a GET shows of a resource or of a named child; None where it does not exist."""

    # --- what nobody's type changes -------------------------------------------------------------

    def running(self, resource: Resource) -> Operation | None:
        """The operation that runs on a resource now."""
        if resource.operation is None:
            return None
        found = self.operations.all.get(resource.operation)
        return found if found is not None and found.running else None

    def require_group(self, subscription: str, group: str) -> Resource:
        """The resource group, or Azure's 404."""
        found = self.store.get(group_key(subscription, group))
        if found is None:
            message = f"Resource group '{group}' could not be found."
            raise ArmError(404, "ResourceGroupNotFound", message, headers=GATEWAY)
        return found

    def require_subscription(self, path: str) -> None:
        """Refuse a path below a subscription that nobody has."""
        parts = path.strip("/").split("/")
        if parts[0].lower() == "subscriptions" and len(parts) > 1:
            known = {each.lower() for each in self.subscriptions}
            if parts[1].lower() not in known:
                message = f"The subscription '{parts[1]}' could not be found."
                raise ArmError(404, "SubscriptionNotFound", message, headers=GATEWAY)

    def not_found(self, target: ResourceId, *, inside: bool = False) -> ArmError:
        """Azure's 404 for a resource; `inside` for a named child in its parent's body."""
        if target.group:
            self.require_group(target.subscription, target.group)
        if target.type == "Microsoft.Resources/resourceGroups":
            message = f"Resource group '{target.name}' could not be found."
            return ArmError(404, "ResourceGroupNotFound", message, headers=GATEWAY)
        if inside:
            return ArmError(404, "NotFound", f"Resource {target} not found.")
        if target.parent is not None and self.store.get(target.parent.key) is None:
            return self.parent_not_found(target)
        message = (
            f"The Resource '{target.path}' under resource group '{target.group}' was not found. "
            "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
        )
        return ArmError(404, "ResourceNotFound", message, headers=GATEWAY)

    def parent_not_found(self, target: ResourceId) -> ArmError:
        """Azure's 404 for a child whose parent is absent."""
        message = (
            f"Can not perform requested operation on nested resource. Parent resource "
            f"'{target.names[0]}' not found."
        )
        return ArmError(404, "ParentResourceNotFound", message, headers=GATEWAY)
