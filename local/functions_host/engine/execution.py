"""The replay engine: what the Durable Task Framework keeps in memory during one episode.

Pure: it knows the history and its own counters, no clock, no storage, no SDK. `Execution` hands
out sequence ids, checks what is created against the history, and resolves tasks by completions.
What was created and is not in the history is the new work of the episode.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from local.functions_host.engine.history import (
    COMPLETIONS,
    DECISIONS,
    Event,
    EventType,
    completed_id,
    from_text,
    new_event,
    to_text,
)
from local.functions_host.engine.tasks import OrchestrationFailed, Task

KIND_WORDS = {
    EventType.TASK_SCHEDULED: "an activity",
    EventType.SUB_ORCHESTRATION_CREATED: "a sub-orchestration",
    EventType.TIMER_CREATED: "a timer",
}


NON_DETERMINISM = "Non-Deterministic workflow detected:"


class NonDeterminism(Exception):
    """The history tells of a decision that this replay did not take."""

    def __init__(self, event: Event, pending: Event | None) -> None:
        if pending is None:
            replayed = "hasn't (yet?) scheduled this task"
        else:
            replayed = f"scheduled {describe(pending)} under this ID instead"
        super().__init__(
            f"{NON_DETERMINISM} A previous execution of this orchestration scheduled "
            f"{describe(event)}, but the current replay execution {replayed}. Was a change made to "
            "the orchestrator code after this instance had already started running?"
        )
        self.event, self.pending = event, pending


def describe(decision: Event) -> str:
    """What a decision started, in the words of the Durable Task Framework."""
    kind = f"{KIND_WORDS[decision['EventType']]} task with sequence ID {decision['EventId']}"
    if decision["EventType"] == EventType.TIMER_CREATED:
        return kind
    version = f"(version '{decision['Version'] or ''}')"
    return f"{kind} and name '{decision['Name']}' {version}"


@dataclass
class Wait:
    """An open wait for an external event."""

    name: str
    task: Task


@dataclass
class Execution:
    """One execution of one instance, from its start to the end of the current episode.

    `start` is called at ExecutionStarted and creates tasks through the methods below.
    """

    instance_id: str
    execution_id: str
    start: Callable[["Execution"], None]
    now: datetime = field(init=False)
    next_id: int = 0
    pending: dict[int, Event] = field(default_factory=dict)
    open_tasks: dict[int, Task] = field(default_factory=dict)
    decided: dict[int, Event] = field(default_factory=dict)
    waits: list[Wait] = field(default_factory=list)
    buffered: dict[str, deque[Event]] = field(default_factory=dict)
    cancelled: set[int] = field(default_factory=set)
    carried: list[Event] = field(default_factory=list)
    continue_input: str | None = None
    terminated: str | None = None
    suspended: str | None = None
    _stashed: dict[int, Event] = field(default_factory=dict)
    _queued: deque[Event] = field(default_factory=deque)

    def schedule(self, kind: EventType, **fields: object) -> Task:
        """Create a task: it takes the next id and is open until its completion arrives."""
        task = Task()
        event = new_event(kind, self.now, self.next_id, **fields)
        self.pending[self.next_id] = self.decided[self.next_id] = event
        self.open_tasks[self.next_id] = task
        self.next_id += 1
        return task

    def create_timer(self, fire_at: datetime, *, cancelled: bool = False) -> Task:
        """Create a timer; a cancelled one takes its id too, but nothing waits for it."""
        timer_id = self.next_id
        task = self.schedule(EventType.TIMER_CREATED, FireAt=to_text(fire_at))
        if cancelled:
            self.cancelled.add(timer_id)
            self.open_tasks.pop(timer_id).resolve("cancelled")
        return task

    def wait_for_event(self, name: str) -> Task:
        """Take the oldest buffered event of this name, or wait; takes no id."""
        task = Task()
        buffer = self.buffered.get(name.casefold())
        if buffer:
            buffer.popleft()
            task.resolve()
        else:
            self.waits.append(Wait(name, task))
        return task

    def replay(self, events: Iterable[Event]) -> None:
        """Process the events of the history and of the new batch, in order.

        Raises:
            NonDeterminism: a recorded decision was not taken again.
        """
        for event in events:
            self._process(event)

    def _process(self, event: Event) -> None:
        kind = event["EventType"]
        if kind == EventType.EXECUTION_TERMINATED:
            self.terminated = event.get("Input") or ""
        elif kind == EventType.EXECUTION_SUSPENDED:
            self._suspend(event)
        elif kind == EventType.EXECUTION_RESUMED:
            self._resume()
        elif self.suspended is not None:
            self._queued.append(event)
        else:
            self._apply(event)

    def _apply(self, event: Event) -> None:
        kind = event["EventType"]
        if kind == EventType.ORCHESTRATOR_STARTED:
            self.now = from_text(event["Timestamp"])
        elif kind == EventType.EXECUTION_STARTED:
            self.start(self)
        elif kind in DECISIONS:
            self._confirm(event)
        elif kind in COMPLETIONS:
            task = self.open_tasks.pop(completed_id(event), None)
            if task is not None:
                task.resolve(event.get("Reason"))
        elif kind == EventType.EVENT_RAISED:
            self._raise_event(event)

    def _confirm(self, event: Event) -> None:
        pending = self.pending.get(event["EventId"])
        if pending is None or pending["EventType"] != event["EventType"]:
            raise NonDeterminism(event, pending)
        if (pending.get("Name") or "").casefold() != (event.get("Name") or "").casefold():
            raise NonDeterminism(event, pending)
        del self.pending[event["EventId"]]

    def _raise_event(self, event: Event) -> None:
        if self.continue_input is not None:
            self.carried.append(event)
            return
        name = event["Name"].casefold()
        for wait in reversed(self.waits):  # the most recent wait is served first
            if wait.name.casefold() == name:
                self.waits.remove(wait)
                wait.task.resolve()
                return
        self.buffered.setdefault(name, deque()).append(event)

    def _suspend(self, event: Event) -> None:
        self.suspended = event.get("Reason") or ""
        self._stashed.update(self.pending)
        self.pending.clear()

    def _resume(self) -> None:
        self.suspended = None
        self.pending.update(self._stashed)
        self._stashed.clear()
        while self._queued and self.suspended is None:
            self._apply(self._queued.popleft())


def check_found(exists: bool, kind: str, name: str, known: Iterable[str]) -> None:
    """Fail the orchestration that schedules a function which the app does not have.

    Args:
        exists: whether the function is there.
        kind: ``activity`` or ``orchestrator``.
        name: what was asked for.
        known: the names that there are.
    """
    if exists:
        return
    names = ", ".join(f"'{n}'" for n in sorted(known))
    info = (
        f"The following are the known {kind} functions: {names}."
        if names
        else f"No {kind} functions are currently registered!"
    )
    raise OrchestrationFailed(
        f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. "
        f"Additional info: {info}"
    )
