"""The Activity Log: who wrote what, and how it ended. Made from the calls; nothing is stored twice.

https://learn.microsoft.com/rest/api/monitor/activity-logs/list
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import parse_id
from local.arm_emulator.wire.router import Route

RETENTION = timedelta(days=90)
PAGE = 200
SYSTEM = "System"
CLAUSE = re.compile(r"(\w+)\s+(eq|ge|le)\s+'?([^']*?)'?")  # az sends times without quotes
FIELDS = {
    "resourceGroupName": "resourceGroupName",
    "resourceUri": "resourceId",
    "resourceId": "resourceId",
    "correlationId": "correlationId",
    "caller": "caller",
}


def list_events(world: World, call: Call, subscription: str) -> Response:
    """Events, the latest first; `$filter` must say since when."""
    wanted, since, until = _read_filter(call.request.query.get("$filter", ""), call.time)
    since = max(since, call.time - RETENTION)
    until = min(until, call.time - timedelta(seconds=world.settings.activity_log_lag_seconds))
    prefix = f"/subscriptions/{subscription}/".lower()
    found = [
        event
        for event in _events(world)
        if since <= datetime.fromisoformat(event["eventTimestamp"]) <= until
        and event["resourceId"].lower().startswith(prefix)
        and all(str(event[key]).lower() == value.lower() for key, value in wanted.items())
    ]
    found.sort(key=lambda event: str(event["eventTimestamp"]))
    found.reverse()  # of two at the same time, the later call is the later event
    start = int(call.request.query.get("$skiptoken", "0"))
    answer: Json = {"value": _select(found[start : start + PAGE], call)}
    if len(found) > start + PAGE:
        query = re.sub(r"&?\$skipToken=\d+", "", call.request.raw_query, flags=re.IGNORECASE)
        link = f"{world.url}{call.request.path}?{query}&$skipToken={start + PAGE}"
        answer["nextLink"] = link
    return Response(200, answer)


def _read_filter(text: str, now: datetime) -> tuple[dict[str, str], datetime, datetime]:
    wanted: dict[str, str] = {}
    times: dict[str, datetime] = {}
    for clause in re.split(r"\s+and\s+", text.strip()) if text.strip() else []:
        found = CLAUSE.fullmatch(clause.strip())
        name, operator, value = found.groups() if found else ("", "", "")
        if name == "eventTimestamp" and operator in ("ge", "le"):
            times[operator] = _time(value)
        elif name in FIELDS and operator == "eq":
            wanted[FIELDS[name]] = value
        elif name not in ("eventChannels", "levels"):
            raise ArmError(400, "BadRequest", f"The filter clause {clause!r} is not understood.")
    if "ge" not in times:
        message = "The $filter must hold a start: eventTimestamp ge '<time>'."
        raise ArmError(400, "BadRequest", message)
    if times["ge"] < now - RETENTION:
        # Recorded in azure-cli, test_activity_log_list_scenario.
        message = "The start time cannot be more than 90 days in the past."
        raise ArmError(400, "BadRequest", message)
    return wanted, times["ge"], times.get("le", datetime.max.replace(tzinfo=UTC))


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArmError(400, "BadRequest", f"{text!r} is no time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _events(world: World) -> Iterator[Json]:
    """One event when a write is accepted or refused, one more when its operation ends."""
    for call in world.calls:
        if not call.writes or call.caller is None or parse_id(call.target) is None:
            continue
        if call.caller.name == SYSTEM:
            continue  # what Azure does by itself is nobody's call
        operation = world.operations.all.get(call.operation)
        failed = call.status >= 400
        status = "Failed" if failed else "Accepted" if operation else "Succeeded"
        yield _event(world, call, status, call.time)
        if operation is not None and operation.ended is not None and not failed:
            ended = "Succeeded" if operation.status == "Succeeded" else "Failed"
            yield _event(world, call, ended, operation.ended)


def _event(world: World, call: Call, status: str, at: datetime) -> Json:
    assert call.caller is not None  # noqa: S101 - asked before
    target = parse_id(call.target)
    assert target is not None  # noqa: S101 - asked before
    verb = {"DELETE": "delete", "POST": f"{call.action}/action"}.get(call.method, "write")
    kind = call.type
    if kind == "Microsoft.Resources/resourceGroups":
        kind = "Microsoft.Resources/subscriptions/resourceGroups"
    # An app is known by its object id, a person by a name.
    who = call.caller.object_id if call.caller.app_id else call.caller.name
    event_id = world.identity.guid("event", call.number, status)
    return {
        "id": f"{call.target}/events/{event_id}/ticks/{int(at.timestamp() * 10_000_000)}",
        "eventDataId": event_id,
        "eventTimestamp": at.isoformat(),
        "submissionTimestamp": at.isoformat(),
        "caller": who,
        "claims": {
            "http://schemas.microsoft.com/identity/claims/objectidentifier": call.caller.object_id,
            "appid": call.caller.app_id,
            "name": call.caller.name,
        },
        "category": {"value": "Administrative", "localizedValue": "Administrative"},
        "level": "Error" if status == "Failed" else "Informational",
        "operationName": {"value": f"{kind}/{verb}", "localizedValue": f"{kind}/{verb}"},
        "status": {"value": status, "localizedValue": status},
        "subStatus": {"value": call.code, "localizedValue": call.code},
        "correlationId": call.correlation,
        "operationId": call.operation or call.correlation,
        "resourceId": call.target,
        "resourceGroupName": target.group or target.name,
        "resourceProviderName": {"value": target.namespace, "localizedValue": target.namespace},
        "resourceType": {"value": kind, "localizedValue": kind},
        "authorization": {"action": f"{kind}/{verb}", "scope": call.target},
        "httpRequest": {"method": call.method},
        "properties": {"statusCode": str(call.status)},
        "subscriptionId": target.subscription,
        "tenantId": call.caller.tenant_id,
    }


def _select(events: list[Json], call: Call) -> list[Json]:
    names = [each.strip() for each in call.request.query.get("$select", "").split(",") if each]
    if not names:
        return events
    return [{name: event.get(name) for name in names} for event in events]


_EVENTS = "/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes"
ROUTES = (
    Route("GET", _EVENTS + "/management/values", list_events),
    Route("GET", _EVENTS + "/values", list_events),
)
