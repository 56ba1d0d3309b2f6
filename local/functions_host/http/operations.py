"""What the management API does to one instance: raise an event, terminate, suspend and so on."""

import json
from collections.abc import Callable
from functools import partial

from aiohttp import web

from local.functions_host.engine.episode import FINISHED, Instance
from local.functions_host.engine.history import EventType
from local.functions_host.errors import RequestError
from local.functions_host.store.instances import rewind
from local.functions_host.store.task_hub import TaskHub

Answer = web.Response
GONE = 410  # to an instance that has ended


class Operations:
    """`POST instances/{id}/{operation}`; `accepted` answers where a new instance was started."""

    def __init__(self, hub: TaskHub, accepted: Callable[[str], Answer]) -> None:
        self._hub, self._accepted = hub, accepted
        self._by_name: dict[str, Callable[[web.BaseRequest, Instance], Answer]] = {
            "terminate": partial(self._send, EventType.EXECUTION_TERMINATED, "Input"),
            "suspend": partial(self._send, EventType.EXECUTION_SUSPENDED, "Reason"),
            "resume": partial(self._send, EventType.EXECUTION_RESUMED, "Reason"),
            "rewind": self._rewind,
            "restart": self._restart,
        }

    async def handle(self, request: web.BaseRequest, rest: list[str]) -> Answer:
        """Answer; `rest` is the id of the instance, the operation, and what follows."""
        instance_id, name, names = rest[0], rest[1].lower(), rest[2:]
        is_event = name == "raiseevent" and bool(names)
        if not is_event and name not in self._by_name:
            return web.Response(status=404)
        instance = self._hub.store.instance(instance_id)
        if instance is None:
            if name == "restart":
                raise RequestError(400, f"No instance with ID '{instance_id}' was found.")
            return web.Response(status=404)
        if is_event:
            return await self._raise_event(request, instance, "/".join(names))
        return self._by_name[name](request, instance)

    async def _raise_event(self, request: web.BaseRequest, instance: Instance, name: str) -> Answer:
        if instance.status in FINISHED:
            return web.Response(status=GONE)
        if await request.text() and request.content_type.lower() != "application/json":
            raise RequestError(400, "Only application/json request content is supported.")
        text = await json_text(request)
        self._hub.send(
            instance.id,
            EventType.EVENT_RAISED,
            Name=name,
            Input=text or "null",
            ParentTraceContext=None,
        )
        return web.Response(status=202)

    def _send(
        self, kind: EventType, field: str, request: web.BaseRequest, instance: Instance
    ) -> Answer:
        if instance.status in FINISHED:
            return web.Response(status=GONE)
        self._hub.send(instance.id, kind, **{field: request.query.get("reason", "")})
        return web.Response(status=202)

    def _rewind(self, request: web.BaseRequest, instance: Instance) -> Answer:
        if instance.status in FINISHED and instance.status != "Failed":
            return web.Response(status=GONE)
        if instance.status != "Failed":
            raise RequestError(
                412,
                f"This orchestration has status {instance.status}, but only orchestrations in the "
                '"Failed" state can be rewound.',
            )
        rewind(self._hub, instance, request.query.get("reason", ""))
        return web.Response(status=202)

    def _restart(self, request: web.BaseRequest, instance: Instance) -> Answer:
        new_id = request.query.get("restartWithNewInstanceId", "true").lower() != "false"
        restarted = self._hub.start(
            instance.name, None if new_id else instance.id, instance.input, instance.version
        )
        return self._accepted(restarted.id)


async def json_text(request: web.BaseRequest) -> str | None:
    """The body as JSON text; None when there is none.

    Raises:
        RequestError: it is not JSON.
    """
    text = await request.text()
    if not text.strip():
        return None
    try:
        json.loads(text)
    except ValueError as error:
        raise RequestError(400, f"The request body is not valid JSON: {error}.") from error
    return text
