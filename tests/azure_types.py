"""Azure's own type definitions as a judge: could this be sent to Azure, could Azure answer it?

The definitions lie in local/arm_emulator/definitions, whose README says where they come from. What
they are known to get wrong is listed here, each with what was seen; anything else they object to
is a fault of ours.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError

Json = dict[str, Any]

DEFINITIONS = Path(__file__).parents[1] / "local" / "arm_emulator" / "definitions"

GATEWAY, CONNECTION, PROXY = (
    f"Microsoft.Network/{kind}"
    for kind in ("virtualNetworkGateways", "connections", "applicationGateways")
)
INTERFACE, NETWORK, NAT, CIRCUIT, WATCHER = (
    f"Microsoft.Network/{kind}"
    for kind in (
        "networkInterfaces",
        "virtualNetworks",
        "natGateways",
        "expressRouteCircuits",
        "networkWatchers",
    )
)
PEERING, MONITOR = f"{NETWORK}/virtualNetworkPeerings", f"{WATCHER}/connectionMonitors"
ADMINISTRATOR = "Microsoft.DBforPostgreSQL/flexibleServers/administrators"
INSIGHTS = "Microsoft.Insights"
BY_REFERENCE = "the whole gateway is demanded; az, the SDKs and ARM itself give its id alone"
# Recordings beside the tests of Azure/azure-cli, in command_modules/network/tests/latest
EDGE_ZONE = "recordings/test_network_vnet_gateway_edge_zone.yaml"
WITH_TCP = "recordings/test_appgw_with_tcp.yaml"
# Recordings of Azure/azure-service-operator, in v2/internal/controllers/recordings
SAMPLES = "Test_Samples_CreationAndDeletion/Test_Network_v1api20240301_CreationAndDeletion"
GROUPS = "Test_Insights_v1api20230101_CRUD: ActionGroups comes back in another case"
PRIVATE_IP = "recordings/test_network_app_gateway_with_private_ip.yaml"
CIRCUITS = "recordings/test_network_express_route.yaml"
WATCHED = "recordings/test_network_watcher.yaml"
MONITORED = "recordings/test_nw_connection_monitor_v2_creation.yaml"
DATABASE = "Test_DBForPostgreSQL_FlexibleServer_20250801_CRUD_2"
GROUPED, LOGGED = "Test_Insights_ActionGroup_v20230101_CRUD", "Test_Insights_ActivityLogAlert_*"
NO_FRACTIONS = "Bicep has no numbers but whole ones; the threshold of an alert is a double"
NOT_RECORDED = "assumed from the other back references; no recording has such a part in use"

ASSIGNMENT = "Microsoft.Authorization/policyAssignments"
UNDEFINED = "definitions of policies are not emulated: an assignment carries its rule itself"
OLD_SIZES = "the open set ends in 2018; Microsoft.Compute/skus, which preflight reads, has them all"

Exceptions = Mapping[tuple[str, str], str]

REQUEST_EXCEPTIONS: Exceptions = {
    (CONNECTION, "properties.virtualNetworkGateway1.properties"): BY_REFERENCE,
    ("Microsoft.Compute/virtualMachines", "properties.hardwareProfile.vmSize"): OLD_SIZES,
}
ANSWER_EXCEPTIONS: Exceptions = {
    (ASSIGNMENT, "properties.policyRule"): UNDEFINED,
    (CONNECTION, "properties.virtualNetworkGateway1.properties"): BY_REFERENCE,
    ("Microsoft.Insights/ActionGroups", "type"): GROUPS,
    (INTERFACE, "kind"): SAMPLES,
    (INTERFACE, "properties.allowPort25Out"): SAMPLES,
    (NETWORK, "properties.virtualNetworkPeerings[].properties.routeServiceVips"): SAMPLES,
    (GATEWAY, "properties.ipConfigurations[].type"): EDGE_ZONE,
    (GATEWAY, "properties.isMigrateToCSES"): EDGE_ZONE,
    (GATEWAY, "properties.packetCaptureDiagnosticState"): EDGE_ZONE,
    (PEERING, "properties.routeServiceVips"): SAMPLES,
    (CIRCUIT, "properties.allowGlobalReach"): CIRCUITS,
    (CIRCUIT, "properties.resourceGuid"): CIRCUITS,
    (WATCHER, "properties.runningOperationIds"): WATCHED,
    (MONITOR, "properties.resourceGuid"): MONITORED,
    (ADMINISTRATOR, "properties.tenantId"): DATABASE,
    (f"{INSIGHTS}/ActionGroups", "type"): GROUPED,
    (f"{INSIGHTS}/ActivityLogAlerts", "type"): LOGGED,
    (f"{INSIGHTS}/metricAlerts", "properties.criteria"): NO_FRACTIONS,
    (NAT, "properties.scope"): SAMPLES,
    (NAT, "properties.type"): SAMPLES,
    (NAT, "sku.tier"): SAMPLES,
    (PROXY, "properties.backendAddressPools[].properties.requestRoutingRules"): WITH_TCP,
    (PROXY, "properties.backendAddressPools[].properties.routingRules"): WITH_TCP,
    (PROXY, "properties.backendHttpSettingsCollection[].properties.requestRoutingRules"): WITH_TCP,
    (PROXY, "properties.backendSettingsCollection[].properties.routingRules"): WITH_TCP,
    (PROXY, "properties.frontendIPConfigurations[].properties.httpListeners"): WITH_TCP,
    (PROXY, "properties.frontendIPConfigurations[].properties.listeners"): WITH_TCP,
    (PROXY, "properties.frontendPorts[].properties.httpListeners"): WITH_TCP,
    (PROXY, "properties.frontendPorts[].properties.listeners"): WITH_TCP,
    (PROXY, "properties.httpListeners[].properties.requestRoutingRules"): WITH_TCP,
    (PROXY, "properties.listeners[].properties.routingRules"): WITH_TCP,
    (PROXY, "properties.sslCertificates[].properties.httpListeners"): PRIVATE_IP,
    (PROXY, "properties.sslCertificates[].properties.listeners"): NOT_RECORDED,
    (PROXY, "properties.probes[].properties.backendHttpSettings"): NOT_RECORDED,
    (PROXY, "properties.probes[].properties.backendSettings"): NOT_RECORDED,
}


@cache
def definitions() -> dict[str, Json]:
    """Everything that is kept, by ARM type in lower case."""
    found: dict[str, Json] = {}
    for file in sorted(DEFINITIONS.glob("*.json")):
        text = json.loads(file.read_text(encoding="utf-8"))
        version = text["title"].partition("@")[2]
        for arm_type, reference in text["resources"].items():
            found[arm_type.casefold()] = {
                "title": f"{arm_type}@{version}",
                **reference,
                "$defs": text["$defs"],
            }
    return found


def request_faults(
    arm_type: str, body: Any, *, patch: bool = False, known: Exceptions = REQUEST_EXCEPTIONS
) -> list[str]:
    """What Azure would not know of a body that is sent to it; a PATCH need not be complete."""
    judge = _judge(arm_type.casefold(), "patch" if patch else "request")
    return list(_faults(judge, arm_type, body, known))


def answer_faults(arm_type: str, body: Any, *, known: Exceptions = ANSWER_EXCEPTIONS) -> list[str]:
    """What Azure would never say of a resource, above all what may only be written.

    A null is as good as nothing: Azure Monitor says several (recorded, DiagnosticSetting).
    """
    judge = _judge(arm_type.casefold(), "answer")
    return list(_faults(judge, arm_type, _without_nulls(body), known))


def _without_nulls(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _without_nulls(part) for name, part in body.items() if part is not None}
    return [_without_nulls(part) for part in body] if isinstance(body, list) else body


def written_faults(calls: Iterable[Any]) -> list[str]:
    """What Azure would not know of all that was sent with a token, refused or not."""
    found = []
    for call in calls:
        sent = call.method in {"PUT", "PATCH"} and call.caller and call.caller.app_id
        if sent and call.type.casefold() in definitions():
            faults = request_faults(call.type, call.request.body, patch=call.method == "PATCH")
            found += [f"{call.method} {call.target}: {fault}" for fault in faults]
    return found


def shown_faults(resources: Iterable[Json]) -> list[str]:
    """What Azure would never say of resources as the emulator shows them."""
    found = []
    for body in resources:
        if body["type"].casefold() in definitions():
            found += [f"{body['id']}: {fault}" for fault in answer_faults(body["type"], body)]
    return found


@dataclass(frozen=True, slots=True)
class Judge:
    """Two validators by one schema: the quick one says whether, the other one where and what."""

    quick: jsonschema_rs.Draft202012Validator
    telling: Draft202012Validator


@cache
def _judge(arm_type: str, of: str) -> Judge:
    """The validators, without what cannot be part of such a body."""
    schema = definitions()[arm_type]
    namespace, _, version = schema["title"].replace("/", "@", 1).split("@")
    whole = {**schema, "$defs": _parts(namespace, version, of)}
    return Judge(jsonschema_rs.Draft202012Validator(whole), Draft202012Validator(whole))


@cache
def _parts(namespace: str, version: str, of: str) -> Json:
    """What the types of a namespace are made of, gone through once for all of them."""
    dropped = "writeOnly" if of == "answer" else "readOnly"
    file = next(DEFINITIONS.glob(f"{namespace.casefold()}@{version}.json"))
    whole = json.loads(file.read_text(encoding="utf-8"))["$defs"]
    kept: Json = _without(whole, dropped, complete=of != "patch")
    return kept


def _without(schema: Any, mark: str, *, complete: bool) -> Any:
    """The schema less the properties that carry a mark; `complete` keeps what is required."""
    if isinstance(schema, list):
        return [_without(item, mark, complete=complete) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _without(part, mark, complete=complete) for name, part in schema.items()}
    if isinstance(properties := schema.get("properties"), dict) and schema.get("type") == "object":
        gone = {name for name, part in properties.items() if part.get(mark)}
        kept["properties"] = {n: p for n, p in kept["properties"].items() if n not in gone}
        required = set(schema.get("required", ())) - gone
        kept["required"] = sorted(required) if complete else []
    if mark == "readOnly" and schema.get("type") == "string" and "examples" in schema:
        kept["enum"] = schema["examples"]  # an open set; what it does not name, nobody has checked
    return kept


def _faults(judge: Judge, arm_type: str, body: Any, known: Exceptions) -> Iterator[str]:
    if judge.quick.is_valid(body):
        return
    for error in judge.telling.iter_errors(body):
        for path, message in _places(error):
            if (arm_type, re.sub(r"\[\d+\]", "[]", path)) not in known:
                yield f"{path}: {message}"


def _places(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Where an error is, to the property that is unknown or missing, and what is wrong there."""
    schema: Any = error.schema
    wanted: Any = error.validator_value
    there: Any = error.instance
    path = "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in error.absolute_path)
    if error.validator == "additionalProperties":
        for name in sorted(set(there) - set(schema.get("properties", ()))):
            yield f"{path}.{name}".lstrip("."), "no definition knows it"
    elif error.validator == "required":
        for name in sorted(set(wanted) - set(there)):
            yield f"{path}.{name}".lstrip("."), "is required"
    else:
        yield path.lstrip(".") or "$", error.message
