"""One write on its way through the engine and the type that it concerns."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json
from local.arm_emulator.wire.resource_ids import ResourceId


@dataclass(slots=True)
class Change:
    """One write on its way: what was sent, what was there, what will be stored."""

    world: World
    id: ResourceId  # of the stored resource
    target: str  # of what was addressed: the resource, or a named child inside it
    sent: Json
    body: Json
    prior: Resource | None
    call: Call | None  # None where the emulator's user creates something beforehand
    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    notes: Json = field(default_factory=dict)

    @property
    def creates(self) -> bool:
        """Whether the resource was absent."""
        return self.prior is None

    @property
    def properties(self) -> Json:
        """The properties that will be stored."""
        found: Json = self.body.setdefault("properties", {})
        return found

    def before(self, *path: str) -> Any:
        """A value as it was before; None where there was none."""
        node: Any = self.prior.body if self.prior else None
        for key in path:
            node = node.get(key) if isinstance(node, dict) else None
        return node
