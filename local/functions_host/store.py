"""The task hub in one SQLite file: rows in, rows out, one transaction per work item.

WAL with synchronous=NORMAL: a killed process loses nothing that was committed. The connection
holds the file exclusively, so two hosts never work on one hub. All calls come from the thread of
the host's event loop; a transaction takes tens of microseconds, less than a thread switch.
"""

import json
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from local.functions_host.database import open_database
from local.functions_host.episode import History, Instance, Message
from local.functions_host.errors import HostKilled
from local.functions_host.history import (
    Event,
    EventType,
    encode,
    from_microseconds,
    new_event,
    to_microseconds,
)

log = logging.getLogger(__name__)

CACHED_HISTORIES = 512
LARGE_MESSAGE = 45 * 1024
_COLUMNS = (
    "id, execution_id, name, version, status, input, created, updated, output, custom_status, "
    "parent_id, parent_execution_id, parent_name, parent_task_id"
)


@dataclass(slots=True)
class Wake:
    """What a transaction made ready: instances with messages, activities, delayed messages."""

    instances: set[str] = field(default_factory=set)
    activities: list[int] = field(default_factory=list)
    delayed: datetime | None = None  # when the first of the delayed messages is due


class Store:
    """An open task hub.

    `boundary` is called around every commit, with a text that names the place; a HostKilled that
    it raises is a crash at that place: nothing later reaches the file.
    """

    def __init__(self, path: Path | None, boundary: Callable[[str], None]) -> None:
        self._boundary = boundary
        self._histories: OrderedDict[str, History] = OrderedDict()
        self._wake = Wake()
        self.dead = False
        self._db = open_database(path)

    def close(self) -> None:
        """Close in good order; committed work is in the file."""
        self.dead = True
        self._db.close()

    def contents(self) -> bytes:
        """The file as it is committed; another host can start on these bytes."""
        self.check_alive()
        return self._db.serialize()

    @contextmanager
    def transaction(self, label: str) -> Iterator[sqlite3.Connection]:
        """All or nothing; what it woke is kept for `take_wake` once it is committed."""
        self.check_alive()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self.reach(f"before commit: {label}")
            self._db.execute("COMMIT")
        except BaseException:
            self._wake = Wake()
            self._histories.clear()
            if not self.dead:
                self._db.execute("ROLLBACK")
            raise
        self.reach(f"after commit: {label}")

    def reach(self, place: str) -> None:
        """Tell the crash hook where we are."""
        try:
            self._boundary(place)
        except HostKilled:
            self.close()
            raise

    def check_alive(self) -> None:
        """Refuse to go on after a crash."""
        if self.dead:
            raise HostKilled

    def take_wake(self) -> Wake:
        """What the committed transactions made ready since the last call."""
        wake, self._wake = self._wake, Wake()
        return wake

    def execute(self, sql: str, values: Iterable[str | int | None]) -> sqlite3.Cursor:
        """Run one statement; inside a transaction if it writes."""
        self.check_alive()
        return self._db.execute(sql, tuple(values))

    # Instances

    def instance(self, instance_id: str) -> Instance | None:
        """The row of one instance."""
        rows = self.instances("WHERE id = ?", [instance_id])
        return rows[0] if rows else None

    def instances(self, where: str, values: Iterable[str | int]) -> list[Instance]:
        """The rows that a WHERE clause selects."""
        self.check_alive()
        sql = f"SELECT {_COLUMNS} FROM instance {where}"  # noqa: S608 the clauses are our own
        return [_to_instance(row) for row in self._db.execute(sql, list(values))]

    def create_instance(self, instance: Instance) -> None:
        """Write a new instance over a finished one, and put its start into the inbox."""
        self.forget(instance.id)
        values = [getattr(instance, name.strip()) for name in _COLUMNS.split(",")]
        values[6:8] = [to_microseconds(instance.created), to_microseconds(instance.updated)]
        marks = ",".join("?" * len(values))
        self._db.execute(
            f"INSERT INTO instance ({_COLUMNS}) VALUES ({marks})",  # noqa: S608
            values,
        )
        self.send_start(instance)

    def send_start(self, instance: Instance) -> None:
        """Put the start of an execution into the inbox."""
        self.send(instance.id, started_event(instance), instance.updated, instance.execution_id)

    def forget(self, instance_id: str) -> int:
        """Delete an instance with its history and messages; the number of instances deleted."""
        self._histories.pop(instance_id, None)
        self._db.execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))
        self._db.execute("DELETE FROM inbox WHERE instance_id = ?", (instance_id,))
        return self._db.execute("DELETE FROM instance WHERE id = ?", (instance_id,)).rowcount

    # History

    def history(self, instance_id: str) -> History:
        """The history of the current execution, from memory where possible."""
        cached = self._histories.get(instance_id)
        if cached is None:
            self.check_alive()
            rows = self._db.execute(
                "SELECT event FROM history WHERE instance_id = ? ORDER BY seq", (instance_id,)
            )
            texts = [text for (text,) in rows]
            cached = History([json.loads(text) for text in texts], texts)
            self._histories[instance_id] = cached
            if len(self._histories) > CACHED_HISTORIES:
                self._histories.popitem(last=False)
        else:
            self._histories.move_to_end(instance_id)
        return cached

    def append_history(self, instance_id: str, events: Iterable[Event]) -> None:
        """Add events; a rolled-back transaction also clears the copy in memory."""
        history = self.history(instance_id)
        first = len(history.events)
        for event in events:
            history.append(event)
        self._db.executemany(
            "INSERT INTO history VALUES (?, ?, ?)",
            [(instance_id, seq, history.texts[seq]) for seq in range(first, len(history.texts))],
        )

    def replace_history(self, instance_id: str, events: Iterable[Event]) -> None:
        """Begin a history anew: for a new execution, or after a rewind."""
        self._histories.pop(instance_id, None)
        self._db.execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))
        self.append_history(instance_id, events)

    def drop_cached_history(self, instance_id: str) -> None:
        """Free the memory of an instance that will not run again."""
        self._histories.pop(instance_id, None)

    # Inbox

    def send(
        self,
        instance_id: str,
        event: Event,
        visible_at: datetime,
        execution_id: str | None = None,
        *,
        delayed: bool = False,
        task_id: int | None = None,
    ) -> None:
        """Put an event into an inbox; inside a transaction."""
        text = encode(event)
        warn_if_large(text, EventType(event["EventType"]).name, instance_id)
        self._db.execute(
            "INSERT INTO inbox (instance_id, execution_id, visible_at, event_type, task_id, event)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                instance_id,
                execution_id,
                to_microseconds(visible_at),
                event["EventType"],
                task_id,
                text,
            ),
        )
        if delayed:
            self._wake.delayed = min(visible_at, self._wake.delayed or visible_at)
        else:
            self._wake.instances.add(instance_id)

    def messages(self, instance_id: str, now: datetime) -> list[Message]:
        """What is visible for an instance: its start first, then in order of arrival."""
        self.check_alive()
        rows = self._db.execute(
            "SELECT seq, execution_id, event FROM inbox WHERE instance_id = ? AND visible_at <= ?"
            " ORDER BY event_type != 0, visible_at, seq",
            (instance_id, to_microseconds(now)),
        )
        return [Message(seq, execution, json.loads(text)) for seq, execution, text in rows]

    def delete_messages(self, messages: Iterable[Message]) -> None:
        """Remove consumed or stale messages."""
        self._db.executemany("DELETE FROM inbox WHERE seq = ?", [(m.seq,) for m in messages])

    def delete_timers(self, instance_id: str, execution_id: str, ids: Iterable[int]) -> None:
        """Drop the messages of cancelled timers."""
        self._db.executemany(
            "DELETE FROM inbox WHERE instance_id = ? AND execution_id = ? AND task_id = ?",
            [(instance_id, execution_id, i) for i in ids],
        )

    def delete_execution_messages(self, instance_id: str, execution_id: str) -> None:
        """Drop what was on its way to an execution that continues as new."""
        self._db.execute(
            "DELETE FROM inbox WHERE instance_id = ? AND execution_id = ?",
            (instance_id, execution_id),
        )

    def delete_inbox(self, instance_id: str) -> None:
        """Drop everything on its way to an instance that has ended."""
        self._db.execute("DELETE FROM inbox WHERE instance_id = ?", (instance_id,))

    def due_instances(self, after: datetime | None, until: datetime) -> list[str]:
        """Instances with messages that became visible in a span, in order of due time."""
        self.check_alive()
        rows = self._db.execute(
            "SELECT instance_id FROM inbox WHERE visible_at > ? AND visible_at <= ?"
            " GROUP BY instance_id ORDER BY min(visible_at), min(seq)",
            (-1 if after is None else to_microseconds(after), to_microseconds(until)),
        )
        return [instance_id for (instance_id,) in rows]

    def next_due(self, after: datetime) -> datetime | None:
        """When the next delayed message becomes visible."""
        self.check_alive()
        (value,) = self._db.execute(
            "SELECT min(visible_at) FROM inbox WHERE visible_at > ?", (to_microseconds(after),)
        ).fetchone()
        return None if value is None else from_microseconds(value)

    # Activities: see activity_queue.py

    def add_activity(
        self, instance: Instance, task_id: int, name: str, activity_input: str
    ) -> None:
        """Queue an activity; inside a transaction."""
        warn_if_large(activity_input, f"input of activity {name}", instance.id)
        cursor = self._db.execute(
            "INSERT INTO activity (instance_id, execution_id, task_id, name, input)"
            " VALUES (?, ?, ?, ?, ?)",
            (instance.id, instance.execution_id, task_id, name, activity_input),
        )
        self._wake.activities.append(cursor.lastrowid or 0)

    # Meta

    def meta(self, key: str) -> str | None:
        """A value that belongs to the hub as a whole."""
        self.check_alive()
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a value that belongs to the hub as a whole."""
        with self.transaction("meta"):
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def started_event(instance: Instance) -> Event:
    """The ExecutionStarted of an instance."""
    parent = None
    if instance.parent_id is not None:
        parent = {
            "OrchestrationInstance": {
                "InstanceId": instance.parent_id,
                "ExecutionId": instance.parent_execution_id,
            },
            "Name": instance.parent_name,
            "Version": "",
            "TaskScheduleId": instance.parent_task_id,
        }
    own = {"InstanceId": instance.id, "ExecutionId": instance.execution_id}
    return new_event(
        EventType.EXECUTION_STARTED,
        instance.updated,
        OrchestrationInstance=own,
        ParentInstance=parent,
        Name=instance.name,
        Version=instance.version,
        Input=instance.input,
        Tags=None,
    )


def warn_if_large(text: str, what: str, instance_id: str) -> None:
    """Warn of what Azure Storage would move from its queues to blobs."""
    if len(text) > LARGE_MESSAGE:
        log.warning(
            "%s of instance %s has %d KB, above the 45 KB that a queue message holds: pass a "
            "reference instead",
            what,
            instance_id,
            len(text) // 1024,
        )


def _to_instance(row: tuple[object, ...]) -> Instance:
    values = list(row)
    values[6:8] = [from_microseconds(int(str(v))) for v in values[6:8]]
    return Instance(*values)  # type: ignore[arg-type]
