"""The SDK's answer, followed as the Durable Task extension follows it.

The SDK returns every action since the start of the execution. They are created and awaited
strictly in order; only what the history does not hold is new. So a task that the SDK no longer
waits for still holds up whatever comes after it, here as on Azure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypedDict

from local.functions_host.engine.execution import Execution, check_found
from local.functions_host.engine.history import EventType, from_text
from local.functions_host.engine.tasks import OrchestrationFailed, Task, drive, when_all, when_any

Action = dict[str, Any]

CALL_ACTIVITY, CALL_ACTIVITY_WITH_RETRY, CALL_SUB, CALL_SUB_WITH_RETRY = 0, 1, 2, 3
CONTINUE_AS_NEW, CREATE_TIMER, WAIT_FOR_EVENT = 4, 5, 6
CALL_ENTITY, CALL_HTTP, SIGNAL_ENTITY, SCHEDULED_SIGNAL_ENTITY = 7, 8, 9, 10
WHEN_ANY, WHEN_ALL = 11, 12

# In UTF-16, as .NET counts. The extension counts whole kilobytes, so that it was seen to accept
# 17,407 bytes; what is documented is 16 KB, and nobody should depend on more.
MAX_CUSTOM_STATUS_BYTES = 16 * 1024
MAX_ACTIONS = 100_000

_REFUSED = {
    CALL_ENTITY: "call_entity",
    CALL_HTTP: "call_http",
    SIGNAL_ENTITY: "signal_entity",
    SCHEDULED_SIGNAL_ENTITY: "signal_entity",
}


class Answer(TypedDict, total=False):
    """What the SDK returns for one episode; see `OrchestratorState` in the SDK."""

    isDone: bool
    schemaVersion: Literal[1, 2]
    actions: list[list[Action]]
    output: Any
    error: str
    customStatus: Any


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The durable functions of the app, by lower-case name, with the name that they have."""

    orchestrators: Mapping[str, str]
    activities: Mapping[str, str]
    default_version: str | None = None


class Follower:
    """Follows one answer inside one execution.

    After the replay, `ended` says whether the orchestrator is through, `output` holds its JSON
    text, `failure` what made it fail, `custom_status` the JSON text of a new custom status.
    """

    def __init__(self, answer: Answer, name: str, catalogue: Catalogue) -> None:
        self.answer = answer
        self.name = name
        self.catalogue = catalogue
        self.ended = False
        self.output: str | None = None
        self.failure: str | None = None
        self.custom_status: str | None = None

    def start(self, execution: Execution) -> None:
        """Begin at ExecutionStarted; completions then drive it on."""
        self.execution = execution
        drive(self._follow(), self._end)

    def _end(self, result: object) -> None:
        self.ended = True
        if isinstance(result, OrchestrationFailed):
            self.failure = str(result)
        elif result is not None:
            self.output = str(result)

    async def _follow(self) -> str | None:
        answer = self.answer
        if "customStatus" in answer:
            try:
                self.custom_status = check_custom_status(answer["customStatus"])
            except OrchestrationFailed as large:
                self.custom_status = "null"  # what was set before goes too
                error = f"Orchestrator function '{self.name}' failed: {large}"
                raise OrchestrationFailed(error) from large
        for action in _actions_of(answer):
            await self._create(action)
        if answer.get("error"):
            error = f"Orchestrator function '{self.name}' failed: {answer['error']}"
            raise OrchestrationFailed(error)
        if not answer["isDone"]:
            await Task()  # the next message brings another answer
        return compact(answer["output"]) if "output" in answer else None

    def _create(self, action: Action) -> Task:
        kind = action["actionType"]
        if kind == CALL_ACTIVITY:
            return self._call_activity(action)
        if kind == CALL_SUB:
            return self._call_sub(action)
        if kind in (CALL_ACTIVITY_WITH_RETRY, CALL_SUB_WITH_RETRY):
            return self._retry(action)
        if kind == CREATE_TIMER:
            fire_at = from_text(action["fireAt"])
            return self.execution.create_timer(fire_at, cancelled=action["isCanceled"])
        if kind == WAIT_FOR_EVENT:
            return self.execution.wait_for_event(action["externalEventName"])
        if kind in (WHEN_ALL, WHEN_ANY):
            children = [self._create(child) for child in action["compoundActions"]]
            return when_all(children) if kind == WHEN_ALL else when_any(children)
        if kind == CONTINUE_AS_NEW:
            return self._continue_as_new(action)
        raise OrchestrationFailed(
            f"Orchestrator function '{self.name}' uses {_REFUSED.get(kind, f'action {kind}')}, "
            "which this local host does not run: do it in an activity."
        )

    def _continue_as_new(self, action: Action) -> Task:
        self.execution.continue_input = json.dumps(action.get("input") or "null")
        done = Task()
        done.resolve()
        return done

    def _call_activity(self, action: Action) -> Task:
        name, known = action["functionName"], self.catalogue.activities
        check_found(name.casefold() in known, "activity", name, known.values())
        text = json.dumps([action.get("input") or "null"])
        return self.execution.schedule(
            EventType.TASK_SCHEDULED,
            Name=known[name.casefold()],
            Version="",
            Input=text,
            ParentTraceContext=None,
            Tags=None,
        )

    def _call_sub(self, action: Action) -> Task:
        name, known = action["functionName"], self.catalogue.orchestrators
        check_found(name.casefold() in known, "orchestrator", name, known.values())
        execution = self.execution
        child_id = action.get("instanceId") or f"{execution.execution_id}:{execution.next_id}"
        check_child_id(child_id, execution.instance_id)
        return execution.schedule(
            EventType.SUB_ORCHESTRATION_CREATED,
            Name=known[name.casefold()],
            Version=action.get("version") or self.catalogue.default_version or "",
            InstanceId=child_id,
            Input=json.dumps(action.get("input") or "null"),
            ClientSpanId=None,
            Tags=None,
        )

    def _retry(self, action: Action) -> Task:
        whole = Task()
        drive(self._attempt(action), lambda end: _settle(whole, end))
        return whole

    async def _attempt(self, action: Action) -> str | None:
        """Attempt, timer, attempt, ...; a timer follows the last failure too, as in DTFx."""
        options = action["retryOptions"]
        attempts = int(options["maxNumberOfAttempts"])
        pause = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
        is_activity = action["actionType"] == CALL_ACTIVITY_WITH_RETRY
        call = self._call_activity if is_activity else self._call_sub
        for attempt in range(1, attempts + 1):
            task = call(action)
            await task
            if task.error is None:
                return None
            now = self.execution.now
            await self.execution.create_timer(now + pause if attempt < attempts else now)
        return task.error


def _settle(whole: Task, end: object) -> None:
    if isinstance(end, OrchestrationFailed):
        raise end
    whole.resolve(end if isinstance(end, str) else None)


def _actions_of(answer: Answer) -> list[Action]:
    if "schemaVersion" not in answer:
        raise OrchestrationFailed(
            "The SDK answered in replay schema V1; this host needs azure-functions-durable 1.3 "
            "or later, which answers in V3."
        )
    actions = answer["actions"][0] if answer["actions"] else []
    if len(actions) > MAX_ACTIONS:
        raise OrchestrationFailed(f"More than {MAX_ACTIONS} actions in one execution.")
    return actions


def check_custom_status(status: object) -> str:
    """The JSON text of a custom status.

    Raises:
        OrchestrationFailed: it is larger than the extension stores.
    """
    text = compact(status)
    size = len(text.encode("utf-16-le"))
    if size > MAX_CUSTOM_STATUS_BYTES:
        raise OrchestrationFailed(
            "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. The current "
            f"payload size is {max(size // 1024, 17)} KB."
        )
    return text


def compact(value: object) -> str:
    """The JSON text of a value as Newtonsoft writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def check_child_id(child_id: str, own_id: str) -> None:
    """Refuse an instance id that a sub-orchestration cannot have."""
    fault = fault_in_instance_id(child_id)
    if child_id == own_id:
        fault = "is the id of the parent itself"
    if fault:
        raise OrchestrationFailed(f"The sub-orchestration instance id '{child_id}' {fault}.")


def fault_in_instance_id(instance_id: str) -> str | None:
    """What is wrong with an instance id, if something is."""
    if len(instance_id) > 100:
        return "is longer than 100 characters"
    if instance_id.startswith("@"):
        return "begins with @"
    if any(c in "/\\#?" or ord(c) < 32 or 127 <= ord(c) < 160 for c in instance_id):
        return "contains one of / \\ # ? or a control character"
    return None
