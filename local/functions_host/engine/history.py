"""The vocabulary of an orchestration history: event types, timestamps, new events.

An event is the JSON object that the SDK reads. `IsPlayed` and `Timestamp` are present in all of
them because the SDK takes them as constructor arguments.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

Event = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class EventType(IntEnum):
    """The kinds of event that this host writes; the numbers are those of the protocol."""

    EXECUTION_STARTED = 0
    EXECUTION_COMPLETED = 1
    EXECUTION_TERMINATED = 3
    TASK_SCHEDULED = 4
    TASK_COMPLETED = 5
    TASK_FAILED = 6
    SUB_ORCHESTRATION_CREATED = 7
    SUB_ORCHESTRATION_COMPLETED = 8
    SUB_ORCHESTRATION_FAILED = 9
    TIMER_CREATED = 10
    TIMER_FIRED = 11
    ORCHESTRATOR_STARTED = 12
    ORCHESTRATOR_COMPLETED = 13
    EVENT_RAISED = 15
    GENERIC = 17  # wakes an instance that was rewound
    EXECUTION_SUSPENDED = 19
    EXECUTION_RESUMED = 20


DECISIONS = frozenset(
    {EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_CREATED, EventType.TIMER_CREATED}
)
SUCCESSES = frozenset(
    {EventType.TASK_COMPLETED, EventType.SUB_ORCHESTRATION_COMPLETED, EventType.TIMER_FIRED}
)
FAILURES = frozenset({EventType.TASK_FAILED, EventType.SUB_ORCHESTRATION_FAILED})
COMPLETIONS = SUCCESSES | FAILURES


def to_text(moment: datetime) -> str:
    """As Newtonsoft writes it: UTC with Z, the fraction without trailing zeros."""
    whole, _, fraction = moment.isoformat(timespec="microseconds")[:26].partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def from_text(text: str) -> datetime:
    """Read a timestamp of the SDK or of this host, whatever its number of fractional digits."""
    return datetime.fromisoformat(text)


def to_microseconds(moment: datetime) -> int:
    """Unix time in microseconds: exact, and sortable in SQLite."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The moment that `to_microseconds` stored."""
    return _EPOCH + value * _MICROSECOND


def new_event(kind: EventType, now: datetime, event_id: int = -1, **fields: Any) -> Event:
    """An event as the SDK wants it; `event_id` is -1 for all that is not a decision."""
    return {
        "EventType": int(kind),
        "EventId": event_id,
        "IsPlayed": False,
        "Timestamp": to_text(now),
        **fields,
    }


def completed_id(event: Event) -> int:
    """The sequence id of the task that a completion completes."""
    key = "TimerId" if event["EventType"] == EventType.TIMER_FIRED else "TaskScheduledId"
    return int(event[key])


def recorded(decision: Event) -> Event:
    """A decision as the history keeps it: without the input of what it starts.

    The extension keeps none unless `storeInputsInOrchestrationHistory` is on.
    """
    kept = {**decision, "Input": None} if "Input" in decision else dict(decision)
    if decision["EventType"] == EventType.SUB_ORCHESTRATION_CREATED:
        kept["Version"] = decision["Version"] or None
    return kept


encode = json.JSONEncoder(separators=(",", ":")).encode
"""The JSON text of an event, as it is stored and as it is put into requests."""


def played(event: Event) -> Event:
    """The stored form of a consumed message: played, except the episode's own start."""
    if event["EventType"] == EventType.ORCHESTRATOR_STARTED:
        return event
    return {**event, "IsPlayed": True}


@dataclass(slots=True)
class History:
    """The history of the current execution, parsed and as JSON texts side by side."""

    events: list[Event] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def append(self, event: Event) -> None:
        """Add an event in its stored form."""
        self.events.append(event)
        self.texts.append(encode(event))
