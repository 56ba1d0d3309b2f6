"""Scheduled activities: leased, run, reported. At least once, never lost.

An attempt counts only as long as its lease is the current one. After a restart all leases are
void, because whoever held them is dead: the file belongs to one host at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.clock import Clock
from local.functions_host.engine.history import Event, EventType, new_event, to_microseconds
from local.functions_host.store.tables import Store


@dataclass(frozen=True, slots=True)
class Activity:
    """A leased activity; `lease` is the token of this attempt."""

    seq: int
    instance_id: str
    execution_id: str
    task_id: int
    name: str
    input: str
    lease: str


class ActivityQueue:
    """The activity rows of a task hub."""

    def __init__(self, store: Store, clock: Clock, new_id: Callable[[], str]) -> None:
        self.store, self.clock, self.new_id = store, clock, new_id

    def lease(self, seq: int, duration: timedelta) -> Activity | None:
        """Take an activity for `duration`, unless it is gone or somebody holds it."""
        now, token = self.clock.now(), self.new_id()
        with self.store.transaction(f"lease activity {seq}"):
            row = self.store.execute(
                "UPDATE activity SET lease = ?, lease_until = ?, attempts = attempts + 1"
                " WHERE seq = ? AND lease_until <= ?"
                " RETURNING seq, instance_id, execution_id, task_id, name, input, lease",
                (token, to_microseconds(now + duration), seq, to_microseconds(now)),
            ).fetchone()
        return None if row is None else Activity(*row)

    def renew(self, activity: Activity, duration: timedelta) -> None:
        """Hold an activity longer."""
        until = to_microseconds(self.clock.now() + duration)
        with self.store.transaction(f"renew activity {activity.seq}"):
            self.store.execute(
                "UPDATE activity SET lease_until = ? WHERE seq = ? AND lease = ?",
                (until, activity.seq, activity.lease),
            )

    def complete(self, activity: Activity, result: str | None, reason: str | None) -> bool:
        """Report how an activity ended; False if its lease was lost and it counts for nothing."""
        now = self.clock.now()
        with self.store.transaction(f"activity {activity.instance_id} {activity.task_id}"):
            deleted = self.store.execute(
                "DELETE FROM activity WHERE seq = ? AND lease = ?", (activity.seq, activity.lease)
            ).rowcount
            if deleted:
                self.store.send(
                    activity.instance_id,
                    _completion(activity, result, reason, now),
                    now,
                    activity.execution_id,
                )
        return bool(deleted)

    def release(self, activity: Activity) -> None:
        """Give an activity back, to be run again."""
        with self.store.transaction(f"release activity {activity.seq}"):
            self.store.execute(
                "UPDATE activity SET lease_until = 0, lease = NULL WHERE seq = ? AND lease = ?",
                (activity.seq, activity.lease),
            )

    def release_all(self) -> None:
        """After a restart: whoever held a lease is dead, since the file is ours alone."""
        with self.store.transaction("release leases"):
            self.store.execute("UPDATE activity SET lease_until = 0, lease = NULL", ())

    def queued(self) -> list[int]:
        """Activities that nobody holds at present, in the order in which they were scheduled."""
        now = to_microseconds(self.clock.now())
        rows = self.store.execute(
            "SELECT seq FROM activity WHERE lease_until <= ? ORDER BY seq", (now,)
        )
        return [seq for (seq,) in rows]


def _completion(activity: Activity, result: str | None, reason: str | None, now: datetime) -> Event:
    scheduled = {"TaskScheduledId": activity.task_id}
    if reason is None:
        return new_event(EventType.TASK_COMPLETED, now, **scheduled, Result=result)
    failure = {"Reason": reason, "Details": None, "FailureDetails": None}
    return new_event(EventType.TASK_FAILED, now) | scheduled | failure
