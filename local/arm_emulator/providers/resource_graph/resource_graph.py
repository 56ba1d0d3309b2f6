"""Resource Graph: ``resources`` and ``resourcecontainers``, and a table of the changes of either.

Changes are there minutes late, as a setting says, and not of every type; the other two tables are
up to date here, where Azure's lag behind by seconds.
https://learn.microsoft.com/azure/governance/resource-graph/changes/get-resource-changes
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from local.arm_emulator.providers.resource_graph.kusto import run
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Caller, Json, Response
from local.arm_emulator.wire.resource_ids import parse_id
from local.arm_emulator.wire.router import Route

PAGE = 1000
CHANGES_KEPT = timedelta(days=14)
GROUPS = "microsoft.resources/resourcegroups"
TURNED = ("start", "stop")  # actions that show in a state
SYSTEM = "System"  # who makes the changes that Azure makes by itself
NOT_HELD = re.compile(
    r"Microsoft.Network/privateDnsZones/(A|AAAA|CNAME|MX|PTR|SOA|SRV|TXT)$|Microsoft.DBforPostgreSQL/flexibleServers/"
    r"|Microsoft.Insights/diagnosticSettings$|Microsoft.Authorization/locks$",
    re.IGNORECASE,
)
"""Learn: Azure Resource Graph table and resource type reference; these are not in it."""


def query_resources(arm: ResourceManager, call: Call) -> Response:
    """Answer one query, page by page."""
    sent = call.request.body or {}
    asked = [str(each).lower() for each in sent.get("subscriptions") or arm.subscriptions]
    tables = {
        "resources": lambda: _resources(arm, asked),
        "resourcecontainers": lambda: _groups(arm, asked),
        "resourcechanges": lambda: list(_changes(arm, call, asked)),
        "resourcecontainerchanges": lambda: list(_changes(arm, call, asked, of_groups=True)),
    }
    if not isinstance(sent.get("query"), str):
        raise ArmError(400, "BadRequest", "The body must hold a query.")
    rows = run(sent["query"], tables)
    options = sent.get("options") or {}
    start = int(options.get("$skipToken") or options.get("$skip") or 0)
    size = min(int(options.get("$top") or PAGE), PAGE)
    page = rows[start : start + size]
    answer: Json = {
        "totalRecords": len(rows),
        "count": len(page),
        "data": page,
        "facets": [],
        "resultTruncated": "false",
    }
    if start + size < len(rows):
        answer["$skipToken"] = str(start + size)
    headers = {"x-ms-user-quota-remaining": "14", "x-ms-user-quota-resets-after": "00:00:05"}
    return Response(200, answer, headers)


def _resources(arm: ResourceManager, subscriptions: list[str]) -> list[Json]:
    rows = []
    for each in arm.store.resources.values():
        wanted = each.id.subscription.lower() in subscriptions and each.id.group
        if wanted and "location" in each.body:
            row = arm.show(each)
            row |= {
                "type": each.id.type.lower(),  # the table lowers types
                "location": canonical(row["location"]),
                "resourceGroup": each.id.group.lower(),
                "subscriptionId": each.id.subscription,
            }
            rows.append(row)
    return rows


def _groups(arm: ResourceManager, subscriptions: list[str]) -> list[Json]:
    rows = []
    for subscription in subscriptions:
        for each in arm.store.of_type(subscription, "Microsoft.Resources/resourceGroups"):
            row = arm.show(each)
            row |= {"type": "microsoft.resources/subscriptions/resourcegroups"}
            rows.append(row | {"resourceGroup": each.id.name, "subscriptionId": subscription})
    return rows


def _changes(
    arm: ResourceManager, call: Call, subscriptions: list[str], *, of_groups: bool = False
) -> Iterator[Json]:
    """Every successful write, with what it set; values before are those that calls have set."""
    known: dict[str, dict[str, Any]] = {}
    lag = timedelta(seconds=arm.settings.resource_graph_lag_seconds)
    for each in arm.calls:
        target = parse_id(each.target)
        writes = each.method in ("PUT", "PATCH", "DELETE") or each.action in TURNED
        if target is None or not writes or each.caller is None or NOT_HELD.search(target.type):
            continue
        if each.status >= 300 or (target.type.lower() == GROUPS) is not of_groups:
            continue
        before = known.get(target.key)
        sent = _flat(_without_secrets(arm, each.request.body, target.type))
        after = {} if each.method == "DELETE" else {**(before or {}), **sent}
        known[target.key] = after
        recent = call.time - CHANGES_KEPT <= each.time <= call.time - lag
        if target.subscription.lower() in subscriptions and recent:
            yield _change(arm, each, before, after)


def _change(
    arm: ResourceManager, each: Call, before: dict[str, Any] | None, after: dict[str, Any]
) -> Json:
    assert each.caller is not None  # noqa: S101 - asked before
    kind = "Delete" if each.method == "DELETE" else "Update"
    if each.status == 201 or (each.method == "PUT" and before is None and each.status == 202):
        kind = "Create"
    prior = before or {}
    changed = {
        path: {
            "previousValue": prior.get(path),
            "newValue": value,
            "propertyChangeType": "Update" if path in prior else "Insert",
            "changeCategory": "System" if each.caller.name == SYSTEM else "User",
        }
        for path, value in after.items()
        if prior.get(path) != value
    }
    verb = f"{each.action}/action" if each.action else "delete" if kind == "Delete" else "write"
    target = parse_id(each.target)
    group = (target.group or target.name) if target else ""
    by = each.caller.object_id if each.caller.app_id else each.caller.name
    return {
        "id": f"{each.target}/providers/Microsoft.Resources/changes/{each.number}",
        "resourceGroup": group.lower(),
        "subscriptionId": target.subscription if target else "",
        "properties": {
            "targetResourceId": each.target,
            "targetResourceType": each.type.lower(),
            "changeType": kind,
            "changes": changed if kind == "Update" else {},
            "changeAttributes": {
                "timestamp": each.time.isoformat(),
                "changedBy": by,
                "changedByType": _kind_of(each.caller),
                "clientType": "Unspecified",
                "operation": f"{each.type}/{verb}",
                "correlationId": each.correlation,
                "changesCount": len(changed),
            },
        },
    }


def _kind_of(caller: Caller) -> str:
    if caller.name == SYSTEM:
        return SYSTEM
    return "Application" if caller.app_id else "User"


def _flat(node: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(node, dict):
        return {path: node}
    flat: dict[str, Any] = {}
    for key, value in node.items():
        flat |= _flat(value, f"{path}.{key}" if path else key)
    return flat


def _without_secrets(arm: ResourceManager, body: Any, type_name: str) -> Any:
    type_ = arm.types.get(type_name)
    hidden = {path.rpartition(".")[2] for path in type_.secrets} if type_ else set()

    def copy(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: copy(value) for key, value in node.items() if key not in hidden}
        return [copy(item) for item in node] if isinstance(node, list) else node

    return copy(body or {})


ROUTES = (Route("POST", "/providers/Microsoft.ResourceGraph/resources", query_resources),)
