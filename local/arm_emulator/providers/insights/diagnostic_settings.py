"""Diagnostic settings: which logs and metrics of a resource go where.

https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.insights.base import InsightsType, bad_request
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Where
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Response, fill_in
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id
from local.arm_emulator.wire.router import Route

METRICS = "AllMetrics"
GROUPS = ("allLogs", "audit")
MOST = 5
# The log categories of what can be watched; every one of them but security groups has metrics.
# https://learn.microsoft.com/azure/azure-monitor/reference/logs-index
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    each.lower(): tuple(names.split())
    for each, names in {
        "Microsoft.Network/virtualNetworks": "VMProtectionAlerts",
        "Microsoft.Network/networkSecurityGroups": (
            "NetworkSecurityGroupEvent NetworkSecurityGroupRuleCounter"
        ),
        "Microsoft.Network/publicIPAddresses": (
            "DDoSProtectionNotifications DDoSMitigationFlowLogs DDoSMitigationReports"
        ),
        "Microsoft.Network/applicationGateways": (
            "ApplicationGatewayAccessLog ApplicationGatewayPerformanceLog "
            "ApplicationGatewayFirewallLog"
        ),
        "Microsoft.Network/virtualNetworkGateways": (
            "GatewayDiagnosticLog TunnelDiagnosticLog RouteDiagnosticLog IKEDiagnosticLog "
            "P2SDiagnosticLog"
        ),
        "Microsoft.Network/expressRouteCircuits": "PeeringRouteLog",
        "Microsoft.Network/bastionHosts": "BastionAuditLogs",
        "Microsoft.Network/networkInterfaces": "",
        "Microsoft.Network/natGateways": "",
        "Microsoft.Network/privateDnsZones": "",
        "Microsoft.Network/connections": "",
        "Microsoft.Network/dnsResolvers/inboundEndpoints": "",
        "Microsoft.Network/dnsForwardingRulesets": "",
        "Microsoft.Compute/virtualMachines": "",
        "Microsoft.OperationalInsights/workspaces": "Audit SummaryLogs",
        "Microsoft.DBforPostgreSQL/flexibleServers": (
            "PostgreSQLLogs PostgreSQLFlexSessions PostgreSQLFlexQueryStoreRuntime "
            "PostgreSQLFlexQueryStoreWaitStats PostgreSQLFlexTableStats "
            "PostgreSQLFlexDatabaseXacts PostgreSQLFlexPGBouncer"
        ),
    }.items()
}
WITHOUT_METRICS = ("microsoft.network/networksecuritygroups",)
SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
RETENTION: Json = {"enabled": False, "days": 0}


class DiagnosticSettings(InsightsType):
    """Settings of any resource; they answer 200 from their first write on (recorded)."""

    type = "Microsoft.Insights/diagnosticSettings"
    api_versions = ("2021-05-01-preview", "2017-05-01-preview")
    location: ClassVar[Where] = "none"
    name_rule = ANY_NAME
    done_statuses = (200, 200)
    patchable = False
    grouped = False
    defaults: ClassVar[Mapping[str, Any]] = {  # recorded in azure-service-operator
        "kind": None,
        "tags": None,
        "identity": None,
        "properties": {
            **dict.fromkeys((*SINKS[:3], "serviceBusRuleId", "eventHubName")),
            "logAnalyticsDestinationType": None,
            "metrics": [],
            "logs": [],
        },
    }

    def check(self, change: Change) -> None:
        """The target can be watched, its categories are its own, and somebody listens."""
        target = parse_id(change.id.scope)
        if target is None or self.world.store.get(target.key) is None:
            if target is not None:
                raise self.world.not_found(target)
            raise ArmError(501, "NotEmulated", "Diagnostic settings of scopes are not emulated.")
        categories = _categories(target)
        properties = change.properties
        for each in properties.get("logs") or []:
            _check_entry(each, categories, GROUPS, "categoryGroup")
        has_metrics = target.type.lower() not in WITHOUT_METRICS
        for each in properties.get("metrics") or []:
            _check_entry(each, (METRICS,) if has_metrics else (), (), "category")
        self._check_sinks(change)
        _check_mixture(properties)

    def _check_sinks(self, change: Change) -> None:
        """There is one, it exists, and no other setting sends the same category there."""
        sinks = {name: change.properties.get(name) for name in SINKS}
        if not any(sinks.values()):
            raise bad_request("At least one data sink needs to be specified.")
        workspace = str(sinks["workspaceId"] or "")
        if workspace and self.world.store.get(workspace) is None:
            raise bad_request(f"The workspace {workspace} could not be found.")
        others = [
            each
            for each in self.world.store.in_collection(change.id.collection)
            if each.key != change.id.key
        ]
        if len(others) >= MOST:
            raise bad_request(f"A resource has up to {MOST} diagnostic settings.")
        for other in others:
            shared = _shared(change.properties, other.properties)
            for name, sink in sinks.items():
                had = str(other.properties.get(name) or "").lower()
                if sink and shared and had == str(sink).lower():
                    message = (
                        f"Data sink '{sink}' is already used in diagnostic setting "
                        f"'{other.id.name}' for category '{shared}'. Data sinks can't be reused "
                        f"in different settings on the same category for the same resource."
                    )
                    # https://github.com/Azure/bicep-registry-modules/issues/3407
                    raise ArmError(409, "Conflict", message, flat=True)

    def fill_defaults(self, change: Change) -> None:
        """Every entry says whether it is kept for a time: it is not any more."""
        super().fill_defaults(change)
        for each in (*change.properties["logs"], *change.properties["metrics"]):
            fill_in(each, {"retentionPolicy": RETENTION})
        for each in change.properties["logs"]:
            fill_in(each, {"category": None, "categoryGroup": None})

    def dress(self, resource: Resource) -> None:
        """The id comes back in lower case, down to the provider (recorded)."""
        super().dress(resource)
        prefix = f"{resource.id.scope.lower()}/providers/microsoft.insights/diagnosticSettings"
        resource.body["id"] = f"{prefix}/{resource.id.name}"

    def not_found(self, target: ResourceId) -> ArmError:
        """Without an envelope (recorded)."""
        above = parse_id(target.scope)
        if above is not None and self.world.store.get(above.key) is None:
            return self.world.not_found(above)
        message = f"The diagnostic setting '{target.name}' doesn't exist."
        return ArmError(404, "ResourceNotFound", message, flat=True)


def _categories(target: ResourceId) -> tuple[str, ...]:
    """The log categories of a resource.

    Code and words: https://github.com/Azure/Mission-Critical-Online/issues/185
    """
    found = CATEGORIES.get(target.type.lower())
    if found is None:
        kind = target.type.lower()
        message = f"The resource type '{kind}' does not support diagnostic settings."
        raise ArmError(400, "ResourceTypeNotSupported", message, flat=True)
    return found


def _check_entry(
    entry: Json, categories: tuple[str, ...], groups: tuple[str, ...], named: str
) -> None:
    """One category or one group, without a time to keep it.

    https://github.com/hashicorp/terraform-provider-azurerm/issues/2985 (categories) and 23051
    (retention).
    """
    category, group = entry.get("category"), entry.get("categoryGroup")
    known = {each.lower() for each in (*categories, *groups)}
    told = category or group
    if bool(category) == bool(group):
        raise bad_request(f"Either a category or a {named} is said of each entry.")
    if not categories or str(told).lower() not in known:
        raise bad_request(f"Category '{told}' is not supported.")
    if (entry.get("retentionPolicy") or {}).get("days"):
        message = "Diagnostic settings does not support retention for new diagnostic settings."
        raise bad_request(message)


def _check_mixture(properties: Json) -> None:
    """Groups and single categories of logs exclude each other.

    https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings#category-groups
    """
    logs = [each for each in properties.get("logs") or [] if each.get("enabled")]
    if any(each.get("category") for each in logs) and any(e.get("categoryGroup") for e in logs):
        raise bad_request("Category groups and categories cannot be used in one setting.")


def _shared(ours: Json, theirs: Json) -> str:
    """A category or group that two settings both take, or nothing."""

    def taken(properties: Json) -> list[str]:
        entries = [*(properties.get("logs") or []), *(properties.get("metrics") or [])]
        on = [each for each in entries if each.get("enabled")]
        return [str(each.get("category") or each.get("categoryGroup")) for each in on]

    return next((each for each in taken(ours) if each in taken(theirs)), "")


def list_settings(arm: ResourceManager, call: Call, **_: str) -> Response:
    """The settings of a resource."""
    target = _target(arm, call)
    _categories(target)
    found = arm.store.in_collection(f"{target}/providers/{DiagnosticSettings.type}")
    return Response(200, {"value": [arm.show(each) for each in found]})


def list_categories(arm: ResourceManager, call: Call, **_: str) -> Response:
    """What can be watched of a resource.

    https://learn.microsoft.com/rest/api/monitor/diagnostic-settings-category/list
    """
    target = _target(arm, call)
    logs = [(name, "Logs") for name in _categories(target)]
    metrics = [] if target.type.lower() in WITHOUT_METRICS else [(METRICS, "Metrics")]
    prefix = f"{str(target).lower()}/providers/microsoft.insights/diagnosticSettingsCategories"
    value = [
        {
            "id": f"{prefix}/{name}",
            "type": "Microsoft.Insights/diagnosticSettingsCategories",
            "name": name,
            "properties": {
                "categoryType": kind,
                "categoryGroups": list(GROUPS[:1]) if kind == "Logs" else [],
            },
        }
        for name, kind in (*metrics, *logs)
    ]
    return Response(200, {"value": value})


def _target(arm: ResourceManager, call: Call) -> ResourceId:
    target = parse_id(call.request.path.rpartition("/providers/")[0])
    if target is None or arm.store.get(target.key) is None:
        message = "Only the settings of resources are emulated."
        raise arm.not_found(target) if target else ArmError(501, "NotEmulated", message)
    return target


_RESOURCE = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{type}/{name}",
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{type}/{name}"
    "/{inner}/{child}",
)
ROUTES = tuple(
    Route("GET", f"{scope}/providers/Microsoft.Insights/{what}", handler)
    for scope in _RESOURCE
    for what, handler in (
        ("diagnosticSettings", list_settings),
        ("diagnosticSettingsCategories", list_categories),
    )
)
