"""Long-running operations: started with an end already known, settled when the clock has passed it.

There are no timers. Every request first settles, in time order, what has ended by now; so the state
of the cloud is a function of the clock, whether it runs, is sped up, or is moved by hand.
"""

import hashlib
import heapq
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.arm_emulator.settings import Settings
from local.arm_emulator.wire.messages import Json

RUNNING = "InProgress"


@dataclass(slots=True)
class Operation:
    """One long-running operation; how it will end is decided when it starts."""

    id: str
    key: str  # of the stored resource it works on
    target: str  # the id in the request: the resource, or a named child inside it
    type: str  # ARM type of the target
    kind: str  # create, update, delete, or the name of an action
    location: str
    caller: str  # object id
    started: datetime
    ends: datetime | None  # None: it is stuck until released
    api_version: str = "2025-04-01"  # that its URLs carry
    retry_after: tuple[int, ...] = (10,)  # seconds, of successive polls; the last one repeats
    name: str = ""  # what its provider calls it, where it has a name of its own
    fingerprint: str = ""  # of the body sent: an identical request joins
    status: str = RUNNING
    error: Json | None = None
    doom: tuple[str, Json] | None = None  # the status and error it will end with, if not well
    holds: dict[str, str] = field(default_factory=dict)  # lock keys, with the refusal's code
    polls: int = 0
    result: Json | None = None  # what an action answers
    monitor_status: int | None = None  # an injected answer to every poll
    awaited_by: list[str] = field(default_factory=list)  # keys of resources told of its end
    ended: datetime | None = None

    @property
    def pace(self) -> dict[str, str]:
        """The Retry-After of an answer; some types send none."""
        if not self.retry_after:
            return {}
        return {"Retry-After": str(self.retry_after[min(self.polls, len(self.retry_after) - 1)])}

    @property
    def running(self) -> bool:
        """Whether it has not reached an end state."""
        return self.status == RUNNING


class Operations:
    """Every operation, the running ones by their end."""

    def __init__(self, *, seed: int, finish: Callable[[Operation, datetime], None]) -> None:
        self.all: dict[str, Operation] = {}
        self.changed: set[str] = set()
        self._seed = seed
        self._finish = finish
        self._due: list[tuple[datetime, int, str]] = []
        self._held: dict[str, dict[str, str]] = {}
        self._held_until: dict[str, list[tuple[Operation, str, datetime]]] = {}
        self._count = 0
        self._ordinals: dict[tuple[str, str], int] = {}

    def add(self, operation: Operation) -> Operation:
        """Take up a new operation, or one read back from the state file."""
        self.all[operation.id] = operation
        self.changed.add(operation.id)
        pair = (operation.target.lower(), operation.kind)
        self._ordinals[pair] = self._ordinals.get(pair, 0) + 1
        if operation.running:
            self.schedule(operation)
            for key, code in operation.holds.items():
                self._held.setdefault(key, {})[operation.id] = code
        return operation

    def schedule(self, operation: Operation) -> None:
        """Let it end at its end; one without an end never does."""
        self._count += 1
        if operation.ends is not None:
            heapq.heappush(self._due, (operation.ends, self._count, operation.id))
        self.changed.add(operation.id)

    def settle(self, now: datetime) -> None:
        """End, in time order, every operation whose end is not after `now`."""
        while self._due and self._due[0][0] <= now:
            at, _, id_ = heapq.heappop(self._due)
            operation = self.all[id_]
            if operation.running and operation.ends == at:
                status, error = operation.doom or ("Succeeded", None)
                self.end(operation, at, status, error=error)

    def end(
        self, operation: Operation, at: datetime, status: str, *, error: Json | None = None
    ) -> None:
        """Bring one operation to an end state now."""
        operation.status, operation.error, operation.ended = status, error, at
        for key in operation.holds:
            self._held.get(key, {}).pop(operation.id, None)
        self.changed.add(operation.id)
        self._finish(operation, at)

    def held(self, key: str, now: datetime | None = None) -> list[tuple[Operation, str]]:
        """The operations that hold a lock key, each with the code of its refusal."""
        holders = [(self.all[id_], code) for id_, code in self._held.get(key, {}).items()]
        timed = self._held_until.get(key, ())
        holders += [
            (operation, code) for operation, code, until in timed if now is not None and until > now
        ]
        return holders

    def hold(self, key: str, operation: Operation, code: str, until: datetime) -> None:
        """Hold a lock key for a time that is shorter than the operation."""
        self._held_until.setdefault(key, []).append((operation, code, until))

    def next_end(self) -> datetime | None:
        """When the next operation ends; None where none will."""
        return min((at for at, _, id_ in self._due if self.all[id_].running), default=None)

    def new_id(self, target: str, kind: str) -> str:
        """A GUID that only the seed, the target and its history decide."""
        return derived_guid(self._seed, target.lower(), kind, self._ordinal(target, kind))

    def duration(self, target: str, kind: str, typical: float, settings: Settings) -> timedelta:
        """How long an operation takes: typical seconds, spread by the seed.

        It depends on what is done to which resource for the nth time, never on the order in which
        requests arrive.
        """
        ordinal = self._ordinal(target, kind)
        draw = random.Random(f"{self._seed}|{target.lower()}|{kind}|{ordinal}")  # noqa: S311
        spread = draw.uniform(-settings.duration_spread, settings.duration_spread)
        return timedelta(seconds=typical * settings.duration_factor * (1 + spread))

    def _ordinal(self, target: str, kind: str) -> int:
        return self._ordinals.get((target.lower(), kind), 0)


def derived_guid(seed: int, *parts: object) -> str:
    """A GUID made of the seed and some words; the same again for the same words."""
    text = "|".join(str(part) for part in (seed, *parts))
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
