"""Strict mode: adds failures where the platform would go wrong silently, and changes nothing else.

Every episode is replayed twice, and the sequence ids of the SDK are compared with those of the
engine by observing the SDK's numbering, since both count on their own and nothing on the platform
notices when they part.
"""

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from azure.durable_functions.models.DurableOrchestrationContext import DurableOrchestrationContext
from azure.durable_functions.models.Task import AtomicTask, RetryAbleTask

from local.functions_host.actions import (
    CALL_ACTIVITY_WITH_RETRY,
    CALL_SUB_WITH_RETRY,
    CREATE_TIMER,
    WAIT_FOR_EVENT,
    WHEN_ANY,
    Action,
    Answer,
    Catalogue,
)
from local.functions_host.engine import NON_DETERMINISM, Execution
from local.functions_host.episode import Episode, InvocationFailed, Outcome, Replay, failed, run
from local.functions_host.history import Event, EventType

log = logging.getLogger(__name__)

TIMER = "(timer)"
TIMER_CREATED = EventType.TIMER_CREATED
_observed = threading.local()


@dataclass
class Checked:
    """An invocation that is watched: what the SDK answered and how it numbered its tasks."""

    answer: Answer | None = None
    numbered: dict[int, str] = field(default_factory=dict)
    fault: str | None = None


def run_strictly(episode: Episode, invoke: Any, catalogue: Catalogue) -> Outcome:
    """Run an episode with every check; a fault becomes the failure of the orchestration."""
    checked = Checked()

    def ask(request: str) -> Answer:
        with _numbering(checked.numbered):
            answer: Answer = invoke(request)
        checked.answer = answer
        checked.fault = _compare(answer, invoke, request)
        return answer

    outcome, replay = run(episode, ask, catalogue)
    if checked.answer is None or replay is None:
        return outcome
    fault = checked.fault
    if fault is None and (outcome.output or "").startswith(NON_DETERMINISM):
        outcome.output = f"{outcome.output}{_hint(checked.answer)}"
        return outcome
    fault = fault or _cross_check(checked, replay.execution)
    if fault is not None:
        return failed(episode, f"Strict mode: {fault}")
    for remark in remarks(replay, [*episode.history.events, *episode.batch]):
        log.warning("strict mode: %s: %s", episode.instance.id, remark)
    return outcome


def remarks(replay: Replay, events: Sequence[Event]) -> list[str]:
    """What is not wrong yet, but is how orchestrations come to hang."""
    execution, found = replay.execution, list[str]()
    timers = [n for n in execution.open_tasks if execution.decided[n]["EventType"] == TIMER_CREATED]
    if replay.follower.ended and timers:
        found.append(
            f"the orchestrator returned, but its timers {timers} are not cancelled: it stays "
            "Running until they are due"
        )
    names = [wait.name for wait in execution.waits]
    for name in {name for name in names if names.count(name) > 1}:
        found.append(f"two waits for the event {name!r} are open, the later one is served first")
    raised = {e["Name"] for e in events if e["EventType"] == EventType.EVENT_RAISED}
    awaited = {a["externalEventName"] for a in waits_of(replay.follower.answer)}
    for name in sorted(raised - awaited):
        if name.casefold() in {other.casefold() for other in awaited}:
            found.append(f"the event {name!r} is awaited in another case, so the SDK misses it")
    return found


def waits_of(answer: Answer) -> list[Action]:
    """Every wait for an event among the actions of an answer."""
    actions = answer["actions"][0] if answer["actions"] else []
    return [a for a in _flat(actions) if a["actionType"] == WAIT_FOR_EVENT]


def _compare(answer: Answer, invoke: Any, request: str) -> str | None:
    try:
        again = invoke(request)
    except InvocationFailed as failure:
        return f"a second replay of the same history failed: {failure}"
    if again == answer:
        return None
    return (
        "two replays of the same history gave different answers: the orchestrator depends on more "
        f"than its history. First {_short(answer)}, then {_short(again)}."
    )


def _short(answer: Answer) -> str:
    text = json.dumps(answer)
    return text if len(text) <= 400 else f"{text[:400]}..."


def _cross_check(checked: Checked, execution: Execution) -> str | None:
    for number, event in sorted(execution.decided.items()):
        host = TIMER if event["EventType"] == EventType.TIMER_CREATED else event["Name"]
        sdk = checked.numbered.get(number, host)
        if sdk.casefold() != host.casefold():
            return (
                f"sequence id {number} is {sdk!r} in the orchestrator but {host!r} on the host, so "
                "results would reach the wrong task: a task_all failed while one of its children "
                "was still being retried, or a retry was raced with something that ended. Move "
                "the retry into a sub-orchestration that returns its failure."
            )
    return None


def _hint(answer: Answer) -> str:
    actions = answer["actions"][0] if answer["actions"] else []
    raced = [
        child
        for action in actions
        if action["actionType"] == WHEN_ANY
        for child in _flat(action["compoundActions"])
    ]
    retries = {CALL_ACTIVITY_WITH_RETRY, CALL_SUB_WITH_RETRY}
    cancelled = any(c["actionType"] == CREATE_TIMER and c["isCanceled"] for c in raced)
    if cancelled and any(c["actionType"] in retries for c in raced):
        return (
            " Strict mode: a retry was raced with a timer that was then cancelled; once cancelled, "
            "the host runs ahead of the retry. Move the retry into a sub-orchestration."
        )
    return ""


def _flat(actions: list[Action]) -> list[Action]:
    return [leaf for a in actions for leaf in (_flat(a.get("compoundActions", [])) or [a])]


@contextmanager
def _numbering(numbered: dict[int, str]) -> Iterator[None]:
    """Note the ids that the SDK hands out in this thread."""
    _observe()
    _observed.numbered = numbered
    try:
        yield
    finally:
        _observed.numbered = None


def _observe() -> None:
    original = DurableOrchestrationContext._add_to_open_tasks
    if getattr(original, "observed", False):
        return

    def observing(context: Any, task: Any) -> None:
        fresh = isinstance(task, AtomicTask) and task.id is None
        original(context, task)
        numbered = getattr(_observed, "numbered", None)
        if fresh and numbered is not None and isinstance(task.id, int):
            numbered[task.id] = _name_of(task)

    observing.observed = True  # type: ignore[attr-defined]
    DurableOrchestrationContext._add_to_open_tasks = observing


def _name_of(task: Any) -> str:
    action = task.action_repr
    if isinstance(task.parent, RetryAbleTask):
        waits = "timer" in str(getattr(action, "metadata", ""))
        if waits:
            return TIMER
        first = task.parent.actions
        return str(getattr(first, "function_name", TIMER))
    return str(getattr(action, "function_name", TIMER))
