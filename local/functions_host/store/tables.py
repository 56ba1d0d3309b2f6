"""The rows of a task hub: instances, what is on its way to them, activities to run."""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from local.functions_host.engine.episode import Instance, Message
from local.functions_host.engine.history import (
    COMPLETIONS,
    Event,
    EventType,
    encode,
    from_microseconds,
    new_event,
    to_microseconds,
)
from local.functions_host.store.histories import Histories
from local.functions_host.store.transactions import Transactions, Value

log = logging.getLogger(__name__)

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


class Store(Transactions):
    """An open task hub; `lateness` says how much later each completion is noticed."""

    def __init__(
        self,
        path: Path | None,
        boundary: Callable[[str], None],
        lateness: Callable[[], timedelta] = timedelta,
    ) -> None:
        super().__init__(path, boundary)
        self._lateness = lateness
        self.histories = Histories(self)
        self._wake = Wake()

    def rolled_back(self) -> None:
        """Forget what the transaction would have woken and changed."""
        self._wake = Wake()
        self.histories.clear()

    def take_wake(self) -> Wake:
        """What the committed transactions made ready since the last call."""
        wake, self._wake = self._wake, Wake()
        return wake

    # Instances

    def instance(self, instance_id: str) -> Instance | None:
        """The row of one instance."""
        rows = self.instances("WHERE id = ?", [instance_id])
        return rows[0] if rows else None

    def instances(self, where: str, values: Iterable[Value]) -> list[Instance]:
        """The rows that a WHERE clause selects."""
        sql = f"SELECT {_COLUMNS} FROM instance {where}"  # noqa: S608 the clauses are our own
        return [_to_instance(row) for row in self.execute(sql, values)]

    def create_instance(self, instance: Instance) -> None:
        """Write a new instance over a finished one, and put its start into the inbox."""
        self.forget(instance.id)
        values = [getattr(instance, name.strip()) for name in _COLUMNS.split(",")]
        values[6:8] = [to_microseconds(instance.created), to_microseconds(instance.updated)]
        marks = ",".join("?" * len(values))
        self.execute(
            f"INSERT INTO instance ({_COLUMNS}) VALUES ({marks})",  # noqa: S608
            values,
        )
        self.send_start(instance)

    def send_start(self, instance: Instance) -> None:
        """Put the start of an execution into the inbox."""
        self.send(instance.id, started_event(instance), instance.updated, instance.execution_id)

    def forget(self, instance_id: str) -> int:
        """Delete an instance with its history and messages; the number of instances deleted."""
        self.histories.delete(instance_id)
        self.execute("DELETE FROM inbox WHERE instance_id = ?", (instance_id,))
        return self.execute("DELETE FROM instance WHERE id = ?", (instance_id,)).rowcount

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
        late = self._lateness() if event["EventType"] in COMPLETIONS else timedelta()
        visible_at += late
        text = encode(event)
        warn_if_large(text, EventType(event["EventType"]).name, instance_id)
        self.execute(
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
        if delayed or late:
            self._wake.delayed = min(visible_at, self._wake.delayed or visible_at)
        else:
            self._wake.instances.add(instance_id)

    def messages(self, instance_id: str, now: datetime) -> list[Message]:
        """What is visible for an instance: its start first, then in order of arrival."""
        rows = self.execute(
            "SELECT seq, execution_id, event FROM inbox WHERE instance_id = ? AND visible_at <= ?"
            " ORDER BY event_type != 0, visible_at, seq",
            (instance_id, to_microseconds(now)),
        )
        return [Message(seq, execution, json.loads(text)) for seq, execution, text in rows]

    def delete_messages(self, messages: Iterable[Message]) -> None:
        """Remove consumed or stale messages."""
        self.execute_many("DELETE FROM inbox WHERE seq = ?", [(m.seq,) for m in messages])

    def delete_timers(self, instance_id: str, execution_id: str, ids: Iterable[int]) -> None:
        """Drop the messages of cancelled timers."""
        self.execute_many(
            "DELETE FROM inbox WHERE instance_id = ? AND execution_id = ? AND task_id = ?",
            [(instance_id, execution_id, i) for i in ids],
        )

    def delete_execution_messages(self, instance_id: str, execution_id: str) -> None:
        """Drop what was on its way to an execution that continues as new."""
        self.execute(
            "DELETE FROM inbox WHERE instance_id = ? AND execution_id = ?",
            (instance_id, execution_id),
        )

    def delete_inbox(self, instance_id: str) -> None:
        """Drop everything on its way to an instance that has ended."""
        self.execute("DELETE FROM inbox WHERE instance_id = ?", (instance_id,))

    def due_instances(self, after: datetime | None, until: datetime) -> list[str]:
        """Instances with messages that became visible in a span, in order of due time."""
        rows = self.execute(
            "SELECT instance_id FROM inbox WHERE visible_at > ? AND visible_at <= ?"
            " GROUP BY instance_id ORDER BY min(visible_at), min(seq)",
            (-1 if after is None else to_microseconds(after), to_microseconds(until)),
        )
        return [instance_id for (instance_id,) in rows]

    def next_due(self, after: datetime) -> datetime | None:
        """When the next delayed message becomes visible."""
        (value,) = self.execute(
            "SELECT min(visible_at) FROM inbox WHERE visible_at > ?", (to_microseconds(after),)
        ).fetchone()
        return None if value is None else from_microseconds(value)

    # Activities: see activity_queue.py

    def add_activity(
        self, instance: Instance, task_id: int, name: str, activity_input: str
    ) -> None:
        """Queue an activity; inside a transaction."""
        warn_if_large(activity_input, f"input of activity {name}", instance.id)
        cursor = self.execute(
            "INSERT INTO activity (instance_id, execution_id, task_id, name, input)"
            " VALUES (?, ?, ?, ?, ?)",
            (instance.id, instance.execution_id, task_id, name, activity_input),
        )
        self._wake.activities.append(cursor.lastrowid or 0)


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
            "Version": None,
            "TaskScheduleId": instance.parent_task_id,
        }
    own = {"InstanceId": instance.id, "ExecutionId": instance.execution_id}
    return new_event(
        EventType.EXECUTION_STARTED,
        instance.updated,
        OrchestrationInstance=own,
        ParentInstance=parent,
        Name=instance.name,
        Version=instance.version or None,
        Input=instance.input,
        Tags=None,
        Correlation=None,
        ParentTraceContext=None,
        ScheduledStartTime=None,
        Generation=0 if parent is None else None,
        GenerateNewTrace=False,
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
