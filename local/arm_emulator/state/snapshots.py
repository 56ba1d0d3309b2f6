"""The whole cloud at one moment, to be gone back to: for simulations that try many ways on.

A state file is for a process that was killed, and leaves out what may be lost with it. Here faults
in force with what they have counted, buckets and records of reads come along. What stays is the
cloud itself: its clock, its seed, its settings and its state file, if it has one.
"""

import copy
import json
from dataclasses import dataclass, fields
from typing import Any

from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Json

PARTS = (
    "store",
    "moment",
    "operations",
    "faults",
    "throttle",
    "keyvault",
    "calls",
    "subscriptions",
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of what a cloud is made of."""

    parts: dict[str, Any]

    def state(self) -> Json:
        """What decides how things go on, less how often somebody has asked.

        Left out are records of calls, counts of polls, and what is left of rate limits.
        """
        store, operations = self.parts["store"], self.parts["operations"].all
        return {
            "resources": {key: _fields(each) for key, each in store.resources.items()},
            "lingering": store.lingering,
            "operations": {key: _fields(each, "polls") for key, each in operations.items()},
            "faults": [_fields(each) for each in self.parts["faults"].all],
            "secrets": self.parts["keyvault"].secrets,
            "deletedSecrets": self.parts["keyvault"].deleted,
            "subscriptions": self.parts["subscriptions"],
        }

    def __str__(self) -> str:
        """The state as text: equal texts, equal futures."""
        return json.dumps(self.state(), sort_keys=True, default=str)


def take_snapshot(world: World) -> Snapshot:
    """The cloud as it is now; nothing that happens to it later changes the snapshot."""
    with world.lock:
        return Snapshot(_copied(world, {name: getattr(world, name) for name in PARTS}))


def go_back(world: World, snapshot: Snapshot) -> None:
    """Make a cloud what it was; the snapshot can be gone back to again."""
    with world.lock:
        for name, part in _copied(world, snapshot.parts).items():
            setattr(world, name, part)


def _copied(world: World, parts: dict[str, Any]) -> dict[str, Any]:
    """A copy whose references to the cloud lead to the cloud; a record of a call never changes."""
    stays = (world, world.clock, world.settings, world.identity, *parts["calls"])
    known = {id(each): each for each in stays}
    known[id(parts["keyvault"].clock)] = world.clock  # which may be another one by now
    return copy.deepcopy(parts, known)


def _fields(item: Any, *without: str) -> Json:
    return {f.name: getattr(item, f.name) for f in fields(item) if f.name not in without}
