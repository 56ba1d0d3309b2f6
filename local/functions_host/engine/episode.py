"""One episode: a batch of messages in, the SDK's answer followed, decisions out. Pure.

The caller loads the work item and commits the outcome in one transaction; in between nothing is
written, so an episode can be thrown away at any moment and run again.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.functions_host.engine.actions import Answer, Catalogue, Follower
from local.functions_host.engine.execution import Execution, NonDeterminism
from local.functions_host.engine.history import (
    COMPLETIONS,
    DECISIONS,
    Event,
    EventType,
    History,
    completed_id,
    encode,
    from_text,
    new_event,
    played,
    recorded,
    to_text,
)
from local.functions_host.errors import InvocationFailed

FINISHED = frozenset({"Completed", "Failed", "Terminated", "Canceled"})


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the inbox: an event that is not in the history yet."""

    seq: int
    execution_id: str | None  # None: meant for whatever execution is current
    event: Event


@dataclass(frozen=True, slots=True)
class Instance:
    """The row of an orchestration instance."""

    id: str
    execution_id: str
    name: str
    version: str
    status: str
    input: str | None  # JSON text, as it was sent
    created: datetime
    updated: datetime
    output: str | None = None  # JSON text; the plain failure text or reason if not Completed
    custom_status: str | None = None  # JSON text
    parent_id: str | None = None
    parent_execution_id: str | None = None
    parent_name: str | None = None
    parent_task_id: int | None = None


@dataclass(slots=True)
class Outcome:
    """What one episode decided; everything in it is committed together."""

    status: str = "Running"
    output: str | None = None
    custom_status: str | None = None
    new_events: list[Event] = field(default_factory=list)
    decisions: list[Event] = field(default_factory=list)
    cancelled_timers: set[int] = field(default_factory=set)
    continue_input: str | None = None
    carried: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Episode:
    """A work item: an instance, its history, and the messages that woke it."""

    instance: Instance
    history: History
    batch: list[Event]
    now: datetime

    def request(self) -> str:
        """The JSON that the SDK replays."""
        instance, texts = self.instance, list(self.history.texts)
        texts += [encode(event) for event in self.new_events()]
        parent = json.dumps(instance.parent_id)
        replaying = json.dumps(bool(self.history.events))
        return (
            f'{{"history":[{",".join(texts)}],"input":{instance.input or "null"},'
            f'"instanceId":{json.dumps(instance.id)},"isReplaying":{replaying},'
            f'"parentInstanceId":{parent},"sourceInstanceId":null,'
            '"upperSchemaVersion":1,"upperSchemaVersionNew":3,'
            '"longRunningTimerIntervalDuration":"3.00:00:00",'
            '"maximumShortTimerDuration":"6.00:00:00",'
            '"defaultHttpAsyncRequestSleepTimeMillseconds":30000}'
        )

    def new_events(self) -> list[Event]:
        """The block that this episode adds before its decisions."""
        return [new_event(EventType.ORCHESTRATOR_STARTED, self.now), *self.batch]


@dataclass(frozen=True, slots=True)
class Replay:
    """What an episode left behind in memory, for those who want to look closer."""

    execution: Execution
    follower: Follower


def prepare(
    instance: Instance, history: History, messages: Sequence[Message], now: datetime
) -> Episode | None:
    """The work item for these messages, or None when all of them are stale."""
    batch = [m.event for m in admit(instance, history, messages)]
    if not batch:
        return None
    if history.events:
        started = next(
            e for e in reversed(history.events) if e["EventType"] == EventType.ORCHESTRATOR_STARTED
        )
        now = max(now, from_text(started["Timestamp"]))
    return Episode(instance, history, batch, now)


def admit(instance: Instance, history: History, messages: Iterable[Message]) -> list[Message]:
    """Drop what the engine must not see twice or too late."""
    if instance.status in FINISHED:
        return []
    expected, started = set[int](), False
    for event in history.events:
        kind = event["EventType"]
        started = started or kind == EventType.EXECUTION_STARTED
        if kind in DECISIONS:
            expected.add(event["EventId"])
        elif kind in COMPLETIONS:
            expected.discard(completed_id(event))
    admitted = []
    for message in messages:
        kind = message.event["EventType"]
        if message.execution_id not in (None, instance.execution_id):
            continue
        if kind == EventType.EXECUTION_STARTED:
            if started:
                continue
            started = True
        elif not started:
            continue
        if kind in COMPLETIONS:
            if completed_id(message.event) not in expected:
                continue
            expected.discard(completed_id(message.event))
        admitted.append(message)
    return admitted


def run(
    episode: Episode, invoke: Callable[[str], Answer], catalogue: Catalogue
) -> tuple[Outcome, Replay | None]:
    """Ask the SDK and follow its answer.

    Args:
        episode: the work item.
        invoke: runs the orchestrator function on a request; may raise InvocationFailed.
        catalogue: the functions that the orchestration may call.
    """
    name = episode.instance.name
    try:
        answer = invoke(episode.request())
    except InvocationFailed as failure:
        text = f"Orchestrator function '{name}' failed: {failure}"
        return failed(episode, text), None
    follower = Follower(answer, name, catalogue)
    execution = Execution(episode.instance.id, episode.instance.execution_id, follower.start)
    return _decide(episode, execution, follower), Replay(execution, follower)


def failed(episode: Episode, text: str) -> Outcome:
    """The outcome of an episode whose instance fails without being replayed."""
    nothing = Execution(episode.instance.id, episode.instance.execution_id, lambda _: None)
    return _ended(episode, nothing, "Failed", text)


def _decide(episode: Episode, execution: Execution, follower: Follower) -> Outcome:
    try:
        execution.replay([*episode.history.events, *episode.new_events()])
    except NonDeterminism as failure:
        execution.pending.clear()
        outcome = _ended(episode, execution, "Failed", str(failure))
        outcome.custom_status = follower.custom_status
        return outcome
    if execution.terminated is not None:
        execution.pending.clear()
        outcome = _ended(episode, execution, "Terminated", execution.terminated)
    elif execution.suspended is not None:
        outcome = Outcome("Suspended", json.dumps(execution.suspended))
        _record(episode, execution, outcome)
    elif follower.ended and not execution.open_tasks:
        outcome = _finish(episode, execution, follower)
    else:
        outcome = Outcome()
        _record(episode, execution, outcome)
    outcome.custom_status = follower.custom_status
    return outcome


def _finish(episode: Episode, execution: Execution, follower: Follower) -> Outcome:
    if follower.failure is not None:
        return _ended(episode, execution, "Failed", follower.failure)
    if execution.continue_input is None:
        return _ended(episode, execution, "Completed", follower.output)
    outcome = Outcome("Running")
    outcome.continue_input = execution.continue_input
    outcome.carried = execution.carried
    return outcome


def _ended(episode: Episode, execution: Execution, status: str, output: str | None) -> Outcome:
    outcome = Outcome(status, output)
    final = new_event(
        EventType.EXECUTION_COMPLETED,
        episode.now,
        execution.next_id,
        OrchestrationStatus=status,
        Result=output,
        FailureDetails=None,
    )
    _record(episode, execution, outcome, final)
    return outcome


def _record(
    episode: Episode, execution: Execution, outcome: Outcome, final: Event | None = None
) -> None:
    stamp = to_text(episode.now)
    outcome.cancelled_timers = execution.cancelled
    outcome.decisions = [
        {**event, "Timestamp": stamp} for _, event in sorted(execution.pending.items())
    ]
    outcome.new_events = [played(event) for event in episode.new_events()]
    outcome.new_events += [recorded(decision) for decision in outcome.decisions]
    if final is not None:
        outcome.new_events.append(final)
    outcome.new_events.append(new_event(EventType.ORCHESTRATOR_COMPLETED, episode.now))
