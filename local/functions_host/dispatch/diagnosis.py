"""Why an instance is still Running: what it waits for, told by a replay that changes nothing."""

import asyncio
from functools import partial
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from local.functions_host.dispatch.runner import Runner
from local.functions_host.engine.episode import Episode, Instance, Replay, run
from local.functions_host.engine.execution import Execution
from local.functions_host.engine.history import EventType, History

_WORDS = {
    EventType.TASK_SCHEDULED: "activity",
    EventType.SUB_ORCHESTRATION_CREATED: "sub-orchestration",
    EventType.TIMER_CREATED: "timer",
}


class Diagnosis:
    """Answers `GET /admin/instances/{id}`."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def answer(self, encoded_id: str) -> web.Response:
        """The open tasks, waits, buffered events and queued messages of an instance."""
        store = self._runner.hub.store
        instance = store.instance(unquote(encoded_id))
        if instance is None:
            return web.Response(status=404)
        now = self._runner.hub.clock.now()
        queued = [m.event for m in store.messages(instance.id, now)]
        stored = store.histories.of(instance.id)
        body: dict[str, Any] = {
            "instanceId": instance.id,
            "runtimeStatus": instance.status,
            "queuedMessages": [EventType(e["EventType"]).name for e in queued],
        }
        if stored.events and instance.status in ("Running", "Suspended"):
            body |= await self._replay(instance, History([*stored.events], [*stored.texts]))
        return web.json_response(body)

    async def _replay(self, instance: Instance, history: History) -> dict[str, Any]:
        episode = Episode(instance, history, [], self._runner.hub.clock.now())
        call = partial(run, episode, self._runner.invoker(instance.name), self._runner.catalogue)
        loop = asyncio.get_running_loop()
        _, replay = await loop.run_in_executor(self._runner.worker.pool, call)
        return explain(replay) if replay is not None else {}


def explain(replay: Replay) -> dict[str, Any]:
    """What an execution waits for, as JSON."""
    execution, ended = replay.execution, replay.follower.ended
    open_tasks = [_describe(execution, number) for number in sorted(execution.open_tasks)]
    buffered = {name: len(events) for name, events in execution.buffered.items() if events}
    return {
        "openTasks": open_tasks,
        "waitsForEvents": [wait.name for wait in execution.waits],
        "bufferedEvents": buffered,
        "suspended": execution.suspended is not None,
        "orchestratorReturned": ended,
        "because": _because(execution, open_tasks, ended=ended),
    }


def _describe(execution: Execution, number: int) -> dict[str, Any]:
    event = execution.decided[number]
    described = {"id": number, "kind": _WORDS[EventType(event["EventType"])]}
    for shown, name in (("name", "Name"), ("instanceId", "InstanceId"), ("fireAt", "FireAt")):
        if event.get(name) is not None:
            described[shown] = event[name]
    return described


def _because(execution: Execution, open_tasks: list[dict[str, Any]], *, ended: bool) -> str:
    waits = [wait.name for wait in execution.waits]
    names = ", ".join(f"{t['kind']} {t.get('name') or t['id']}" for t in open_tasks)
    if execution.suspended is not None:
        return "It is suspended; resume it."
    if ended and open_tasks:
        return f"The orchestrator has returned, but tasks are open: {names}."
    if open_tasks:
        return f"It waits for {names}."
    if waits:
        return f"It waits for the event {', '.join(waits)}."
    return (
        "Nothing is open on the host, yet the orchestrator has not returned: the host and the SDK "
        "disagree about which task was completed (an event name in another case, or an event that "
        "was delivered twice)."
    )
