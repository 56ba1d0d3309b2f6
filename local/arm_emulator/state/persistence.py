"""The state file: whatever an answer acknowledges is on disk before the answer leaves.

SQLite with a write-ahead log; one transaction per request, none where nothing changed. A process
that is killed loses nothing it has acknowledged. Faults in force and the records of reads are kept
in memory only.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.vault import Secret
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import Caller, Json, Request
from local.arm_emulator.wire.resource_ids import parse_id
from local.clock import Clock, VirtualClock

Row = tuple[str, str, str]


class LaterClock:
    """A clock that goes on where an earlier process left off, if its own began before that."""

    def __init__(self, clock: Clock, ahead: timedelta) -> None:
        self._clock = clock
        self._ahead = ahead

    def now(self) -> datetime:
        """The present, in UTC."""
        return self._clock.now() + self._ahead

    def real_seconds_until(self, moment: datetime) -> float:
        """How long a real wait for `moment` takes."""
        return self._clock.real_seconds_until(moment - self._ahead)

    def __str__(self) -> str:
        """The text of the clock it is made of."""
        return str(self._clock)


class Journal:
    """Writes what changed to the state file; without a file it forgets."""

    def __init__(self, path: str | None) -> None:
        self._file: sqlite3.Connection | None = None
        self._recorded = 0  # calls written so far
        self._subscriptions: list[str] = []
        if path is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=NORMAL")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS items"
                " (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
            )

    def catch_up(self, clock: Clock) -> Clock:
        """The clock that goes on from the time of an earlier process."""
        known = self.remember("time")
        if known is None:
            return clock
        left = datetime.fromisoformat(known["now"])
        if isinstance(clock, VirtualClock):
            clock.advance_to(left)
        elif left > clock.now():
            return LaterClock(clock, left - clock.now())
        return clock

    def load(self, world: World) -> None:
        """Read back what an earlier process left."""
        if self._file is None:
            return
        for value in self._values("resource"):
            world.store.put(_resource(value))
        operations = [_operation(value) for value in self._values("operation")]
        for operation in sorted(operations, key=lambda each: each.started):
            world.operations.add(operation)
        for value in self._values("secret"):
            vault = world.keyvault
            place = vault.deleted if value.get("deleted") else vault.secrets
            place[value["key"]] = [Secret(**each) for each in value["versions"]]
        for value in self._values("lingering"):
            reference = Reference(**value["reference"])
            world.store.linger(reference, datetime.fromisoformat(value["until"]))
        for value in self._values("subscriptions"):
            world.subscriptions = list(value["ids"])
        calls = [_call(value) for value in self._values("call")]
        world.calls += sorted(calls, key=lambda each: each.number)
        world.store.changed.clear()
        world.operations.changed.clear()
        self._recorded = len(world.calls)

    def save(self, world: World) -> None:
        """Write what the last request changed, in one transaction."""
        if self._file is not None:
            rows, gone = self._changes(world)
            if rows or gone:
                now = json.dumps({"now": world.clock.now().isoformat()})
                rows.append(("time", "", now))
                self._file.execute("BEGIN")
                self._file.executemany("DELETE FROM items WHERE kind = ? AND key = ?", gone)
                self._file.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", rows)
                self._file.execute("COMMIT")
        self._recorded = len(world.calls)
        world.store.changed.clear()
        world.operations.changed.clear()
        world.keyvault.changed = False

    def clear(self) -> None:
        """Forget everything but the certificate authority."""
        self._recorded = 0
        if self._file is not None:
            self._file.execute("DELETE FROM items WHERE kind <> 'authority'")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remember(self, kind: str, value: Json | None = None) -> Json | None:
        """One value that lives as long as the file; reads it where none is given."""
        if self._file is None:
            return value
        if value is not None:
            row = (kind, "", json.dumps(value))
            self._file.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", row)
            return value
        return next(iter(self._values(kind)), None)

    def _changes(self, world: World) -> tuple[list[Row], list[tuple[str, str]]]:
        rows: list[Row] = []
        gone: list[tuple[str, str]] = []
        for key in world.store.changed - {"lingering"}:
            resource = world.store.get(key)
            if resource is None:
                gone.append(("resource", key))
            else:
                rows.append(("resource", key, _dump(resource)))
        for id_ in world.operations.changed:
            rows.append(("operation", id_, _dump(world.operations.all[id_])))
        if "lingering" in world.store.changed:
            rows += _lingering(world)
        if world.keyvault.changed:
            rows += _kept(world.keyvault.secrets, deleted=False)
            rows += _kept(world.keyvault.deleted, deleted=True)
            gone += [("secret", key) for key in world.keyvault.gone]
        if world.subscriptions != self._subscriptions:
            self._subscriptions = list(world.subscriptions)
            rows.append(("subscriptions", "", json.dumps({"ids": self._subscriptions})))
        rows += _written(world.calls[self._recorded :])
        return rows, gone

    def _values(self, kind: str) -> Iterable[Json]:
        assert self._file is not None  # noqa: S101 - only read where there is a file
        query = "SELECT value FROM items WHERE kind = ? ORDER BY rowid"
        return [json.loads(value) for (value,) in self._file.execute(query, (kind,)).fetchall()]


def _kept(secrets: dict[str, list[Secret]], *, deleted: bool) -> list[Row]:
    return [
        (
            "secret",
            key,
            json.dumps({"key": key, "deleted": deleted, "versions": [asdict(v) for v in versions]}),
        )
        for key, versions in secrets.items()
    ]


def _dump(item: Resource | Operation) -> str:
    value = {name: getattr(item, name) for name in item.__dataclass_fields__}
    return json.dumps(value, default=_encode)


def _encode(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _resource(value: Json) -> Resource:
    id_ = parse_id(value.pop("id"))
    assert id_ is not None  # noqa: S101 - it was one when it was written
    created, changed = (datetime.fromisoformat(value.pop(each)) for each in ("created", "changed"))
    return Resource(id_, value.pop("body"), created, changed, **value)


def _operation(value: Json) -> Operation:
    for name in ("started", "ends", "ended"):
        value[name] = datetime.fromisoformat(value[name]) if value[name] else None
    value["doom"] = tuple(value["doom"]) if value["doom"] else None
    return Operation(**value)


def _lingering(world: World) -> list[Row]:
    return [
        (
            "lingering",
            f"{reference.target}|{reference.element}|{reference.via}",
            json.dumps({"reference": asdict(reference), "until": until.isoformat()}),
        )
        for links in world.store.lingering.values()
        for reference, until in links
    ]


def _written(calls: Iterable[Call]) -> list[Row]:
    rows: list[Row] = []
    for call in calls:
        if call.writes:
            value = call.as_json() | {"caller": asdict(call.caller) if call.caller else None}
            rows.append(("call", str(call.number), json.dumps(value)))
    return rows


def _call(value: Json) -> Call:
    caller = Caller(**value["caller"]) if value["caller"] else None
    call = Call(
        value["number"],
        Request(value["method"], value["path"]),
        datetime.fromisoformat(value["time"]),
        caller,
    )
    for name in ("type", "name", "target", "action", "operation", "status", "code"):
        setattr(call, name, value[name])
    call.correlation = value["correlationId"]
    return call
