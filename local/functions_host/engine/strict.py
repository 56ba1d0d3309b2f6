"""Strict mode: adds failures where the platform would go wrong silently, and changes nothing else.

Episodes are replayed twice, the sequence ids of the SDK are compared with those of the engine (both
count on their own, and nothing on the platform notices when they part), and what is known to hang
or to mislead is refused by name. What the platform refuses by itself keeps its own words.

A replay goes over all that came before, with every input. So the second one is made at the first,
second, fourth, eighth ... episode of an execution and at its last, and misses nothing in between.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from local.functions_host.engine.actions import (
    CALL_ACTIVITY,
    CALL_ACTIVITY_WITH_RETRY,
    CALL_SUB,
    CALL_SUB_WITH_RETRY,
    CONTINUE_AS_NEW,
    CREATE_TIMER,
    WAIT_FOR_EVENT,
    WHEN_ANY,
    Action,
    Answer,
    Catalogue,
)
from local.functions_host.engine.episode import Episode, Outcome, Replay, failed, run
from local.functions_host.engine.execution import NON_DETERMINISM, Execution
from local.functions_host.engine.history import Event, EventType
from local.functions_host.engine.sdk_observer import TIMER, Observed, watching
from local.functions_host.errors import InvocationFailed


def run_strictly(episode: Episode, invoke: Any, catalogue: Catalogue) -> Outcome:
    """Run an episode with every check; a fault becomes the failure of the orchestration."""
    observed, differences = Observed(), list[str]()
    number = sum(e["EventType"] == EventType.ORCHESTRATOR_STARTED for e in episode.history.events)
    again = (number + 1).bit_count() == 1

    def ask(request: str) -> Answer:
        with watching(observed):
            answer: Answer = invoke(request)
        if again or _ends(answer):
            differences.extend(_differences(answer, invoke, request))
        return answer

    outcome, replay = run(episode, ask, catalogue)
    if replay is None or outcome.status == "Terminated":
        return outcome
    answer, faults = replay.follower.answer, differences
    if not (outcome.output or "").startswith(NON_DETERMINISM):
        faults += _parted(observed, replay.execution)
    if outcome.status == "Failed" and not faults:
        hints = [*_misnamed(observed), *_trap(answer)]
        outcome.output = " Strict mode: ".join([outcome.output or "", *hints])
        return outcome
    events = [*episode.history.events, *episode.batch]
    faults += [*_misnamed(observed), *_carried(observed), *_hazards(replay, events)]
    faults += _unknown(answer, catalogue)
    return failed(episode, f"Strict mode: {faults[0]}") if faults else outcome


def _hazards(replay: Replay, events: Sequence[Event]) -> Iterator[str]:
    """How orchestrations come to hang, or to see the event of somebody else."""
    execution, answer = replay.execution, replay.follower.answer
    created = EventType.TIMER_CREATED
    timers = [n for n in execution.open_tasks if execution.decided[n]["EventType"] == created]
    if replay.follower.ended and timers:
        yield (
            f"the orchestrator returned, but its timers {timers} are not cancelled: it would stay "
            "Running until they are due."
        )
    waits = Counter(a["externalEventName"].casefold() for a in _waits(answer))
    for name in (name for name, count in waits.items() if count > 1):
        yield (
            f"there are two waits for the event {name!r} in one execution: open at once, the later "
            "one is served first; one after the other, both may see the first event. Put a number "
            "or an id into the name."
        )
    awaited = {a["externalEventName"] for a in _waits(answer)}
    for name in sorted({e["Name"] for e in events if e["EventType"] == EventType.EVENT_RAISED}):
        if name not in awaited and name.casefold() in waits:
            yield f"the event {name!r} is awaited in another case, so the SDK misses it."


def _carried(observed: Observed) -> Iterator[str]:
    for name in observed.carried:
        yield (
            f"the task {name!r} was scheduled before and is yielded again beside new ones: the "
            "host awaits only the new ones, and all in order, so what is created later is not "
            "scheduled before they end. Begin every round with fresh tasks."
        )


def _misnamed(observed: Observed) -> Iterator[str]:
    for sent, registered in observed.misnamed.items():
        yield (
            f"the function object {sent} is called by its Python name, but it is registered as "
            f"{registered!r}: call it by that name."
        )


def _unknown(answer: Answer, catalogue: Catalogue) -> Iterator[str]:
    """Names that the host will refuse, but only once it gets there."""
    known = {
        CALL_ACTIVITY: catalogue.activities,
        CALL_ACTIVITY_WITH_RETRY: catalogue.activities,
        CALL_SUB: catalogue.orchestrators,
        CALL_SUB_WITH_RETRY: catalogue.orchestrators,
    }
    for action in _leaves(answer):
        name = action.get("functionName")
        if name is not None and name.casefold() not in known[action["actionType"]]:
            yield f"the function {name!r} is not registered."


def _waits(answer: Answer) -> list[Action]:
    """Every wait for an event among the actions of an answer."""
    return [a for a in _leaves(answer) if a["actionType"] == WAIT_FOR_EVENT]


def _ends(answer: Answer) -> bool:
    """Whether an execution returns, raises or continues as new with this answer."""
    return answer["isDone"] or any(a["actionType"] == CONTINUE_AS_NEW for a in _actions(answer))


def _differences(answer: Answer, invoke: Any, request: str) -> Iterator[str]:
    try:
        again = invoke(request)
    except InvocationFailed as failure:
        yield f"a second replay of the same history failed: {failure}"
        return
    if again != answer:
        yield (
            "two replays of the same history gave different answers: the orchestrator depends on "
            f"more than its history. First {_short(answer)}, then {_short(again)}."
        )


def _short(answer: Answer) -> str:
    text = json.dumps(answer)
    return text if len(text) <= 400 else f"{text[:400]}..."


def _parted(observed: Observed, execution: Execution) -> Iterator[str]:
    """Ids that mean one task to the SDK and another one to the host."""
    for number, event in sorted(execution.decided.items()):
        host = TIMER if event["EventType"] == EventType.TIMER_CREATED else event["Name"]
        sdk = observed.numbered.get(number, host)
        if sdk.casefold() != host.casefold():
            yield (
                f"sequence id {number} is {sdk!r} in the orchestrator but {host!r} on the host, so "
                "results would reach the wrong task: a task_all failed while one of its children "
                "was still being retried, or a retry was raced with something that ended. Move "
                "the retry into a sub-orchestration that returns its failure."
            )


def _trap(answer: Answer) -> Iterator[str]:
    """Why two counters that agreed until a timer was cancelled do not agree any more."""
    raced = [
        child
        for action in _actions(answer)
        if action["actionType"] == WHEN_ANY
        for child in _flat(action["compoundActions"])
    ]
    retries = {CALL_ACTIVITY_WITH_RETRY, CALL_SUB_WITH_RETRY}
    cancelled = any(c["actionType"] == CREATE_TIMER and c["isCanceled"] for c in raced)
    if cancelled and any(c["actionType"] in retries for c in raced):
        yield (
            "a retry was raced with a timer that was then cancelled; once cancelled, "
            "the host runs ahead of the retry. Move the retry into a sub-orchestration."
        )


def _actions(answer: Answer) -> list[Action]:
    return answer["actions"][0] if answer["actions"] else []


def _leaves(answer: Answer) -> list[Action]:
    return _flat(_actions(answer))


def _flat(actions: list[Action]) -> list[Action]:
    return [leaf for a in actions for leaf in (_flat(a.get("compoundActions", [])) or [a])]
