"""The JSON that the management API shows: status, history, management URLs."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from local.functions_host.engine.episode import FINISHED, Instance
from local.functions_host.engine.history import (
    COMPLETIONS,
    Event,
    EventType,
    completed_id,
)

HISTORY_NAMES = {
    EventType.EXECUTION_STARTED: "ExecutionStarted",
    EventType.EXECUTION_COMPLETED: "ExecutionCompleted",
    EventType.EXECUTION_TERMINATED: "ExecutionTerminated",
    EventType.TASK_SCHEDULED: "TaskScheduled",
    EventType.TASK_COMPLETED: "TaskCompleted",
    EventType.TASK_FAILED: "TaskFailed",
    EventType.SUB_ORCHESTRATION_CREATED: "SubOrchestrationInstanceCreated",
    EventType.SUB_ORCHESTRATION_COMPLETED: "SubOrchestrationInstanceCompleted",
    EventType.SUB_ORCHESTRATION_FAILED: "SubOrchestrationInstanceFailed",
    EventType.TIMER_CREATED: "TimerCreated",
    EventType.TIMER_FIRED: "TimerFired",
    EventType.EVENT_RAISED: "EventRaised",
    EventType.EXECUTION_SUSPENDED: "ExecutionSuspended",
    EventType.EXECUTION_RESUMED: "ExecutionResumed",
}
_FOLDED = (EventType.TASK_SCHEDULED, EventType.SUB_ORCHESTRATION_CREATED)
_WITH_RESULT = (
    EventType.TASK_COMPLETED,
    EventType.SUB_ORCHESTRATION_COMPLETED,
    EventType.EXECUTION_COMPLETED,
)
_NEVER_SHOWN = ("EventId", "IsPlayed", "TaskScheduledId", "TimerId")
_START_INTERNALS = ("OrchestrationInstance", "ParentInstance", "Version", "Tags")


def parsed(text: str | None) -> Any:
    """JSON where it is JSON, the text itself where it is not."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _seconds(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def status_body(
    instance: Instance, *, show_input: bool = True, history: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The status of an instance as the extension shows it."""
    body = {
        "name": instance.name,
        "instanceId": instance.id,
        "runtimeStatus": instance.status,
        "input": parsed(instance.input) if show_input else None,
        "customStatus": parsed(instance.custom_status),
        "output": parsed(instance.output),
        "createdTime": _seconds(instance.created),
        "lastUpdatedTime": _seconds(instance.updated),
    }
    if history is not None:
        body["historyEvents"] = history
    return body


def status_code(instance: Instance, *, error_on_failure: bool) -> int:
    """202 while it runs; 200 once it has ended; 500 for a failure if the caller wants that."""
    if instance.status not in FINISHED:
        return 202
    return 500 if instance.status == "Failed" and error_on_failure else 200


def shape_history(
    events: Iterable[Event], *, show_input: bool, show_output: bool
) -> list[dict[str, Any]]:
    """The history as `showHistory` shows it: scheduling folded into completion."""
    events = list(events)
    completed = {
        completed_id(e)
        for e in events
        if e["EventType"] in COMPLETIONS and e["EventType"] != EventType.TIMER_FIRED
    }
    scheduled = {e["EventId"]: e for e in events if e["EventType"] in _FOLDED}
    shaped = []
    for event in events:
        kind = event["EventType"]
        folded = kind in _FOLDED and event["EventId"] in completed
        if kind in HISTORY_NAMES and not folded:
            origin = scheduled.get(event["TaskScheduledId"]) if "TaskScheduledId" in event else None
            shaped.append(_shape(event, origin, show_input=show_input, show_output=show_output))
    return shaped


def _shape(
    event: Event, origin: Event | None, *, show_input: bool, show_output: bool
) -> dict[str, Any]:
    kind = EventType(event["EventType"])
    shown = {k: v for k, v in event.items() if k not in _NEVER_SHOWN}
    shown["EventType"] = HISTORY_NAMES[kind]
    if origin is not None:
        shown["ScheduledTime"] = origin["Timestamp"].replace("Z", "+00:00")
        shown["FunctionName"] = origin["Name"]
        shown["Input"] = origin["Input"]
        if "InstanceId" in origin:
            shown["InstanceId"] = origin["InstanceId"]
    if kind == EventType.EXECUTION_STARTED:
        for name in _START_INTERNALS:
            shown.pop(name, None)
        shown["FunctionName"] = shown.pop("Name")
    if kind in _WITH_RESULT:
        if show_output:
            shown["Result"] = parsed(shown.get("Result"))
        else:
            shown.pop("Result", None)
    if not show_input:
        shown.pop("Input", None)
    return shown


class Urls:
    """Management URLs, seen from outside."""

    def __init__(self, base: str, hub_name: str, key: str) -> None:
        self.base = f"{base}/runtime/webhooks/durabletask"
        self._hub_name = hub_name
        self.required = f"code={key}"
        self._common = f"taskHub={hub_name}&connection=Storage&{self.required}"

    def management(self, instance_id: str) -> dict[str, str]:
        """Every URL of one instance, rewind included."""
        instance = f"{self.base}/instances/{instance_id}"
        reason = "reason={text}&"
        return {
            "id": instance_id,
            "statusQueryGetUri": f"{instance}?{self._common}",
            "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{self._common}",
            "terminatePostUri": f"{instance}/terminate?{reason}{self._common}",
            "rewindPostUri": f"{instance}/rewind?{reason}{self._common}",
            "purgeHistoryDeleteUri": f"{instance}?{self._common}",
            "restartPostUri": f"{instance}/restart?{self._common}",
            "suspendPostUri": f"{instance}/suspend?{reason}{self._common}",
            "resumePostUri": f"{instance}/resume?{reason}{self._common}",
        }

    def check_status(self, instance_id: str) -> dict[str, str]:
        """The body of a start over HTTP: without rewind."""
        urls = self.management(quote(instance_id, safe=""))
        del urls["rewindPostUri"]
        return urls | {"id": instance_id}

    def client_binding(self, rpc_base: str) -> str:
        """What a durable client parameter receives, as JSON."""
        create = f"{self.base}/orchestrators/{{functionName}}[/{{instanceId}}]?"
        waiting = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}&"
        return json.dumps(
            {
                "taskHubName": self._hub_name,
                "creationUrls": {
                    "createNewInstancePostUri": create + self.required,
                    "createAndWaitOnNewInstancePostUri": create + waiting + self.required,
                },
                "managementUrls": self.management("INSTANCEID"),
                "baseUrl": self.base,
                "requiredQueryStringParameters": self.required,
                "rpcBaseUrl": f"{rpc_base}/durabletask/",
            }
        )
