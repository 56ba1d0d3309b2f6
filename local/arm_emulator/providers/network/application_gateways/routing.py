"""The way through an application gateway: from listeners by rules to backends and their probes.

One function per part; each raises for the first thing that is wrong. Limits of layer-4 parts as the
azurerm provider documents them (application_gateway: listener, backend, probe). A code that is not
a setting was seen: in issues that are named beside it, or in the answers that the makers of Azure
PowerShell got when they left out one part after another (their notes on New-AzApplicationGateway).
"""

from collections.abc import Iterable

from local.arm_emulator.settings import Settings
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json

LAYER_4 = ("tcp", "tls")
RULES = (
    ("requestRoutingRules", "httpListener", "backendHttpSettings"),
    ("routingRules", "listener", "backendSettings"),
)
FRONTEND_PORTS = range(1, 65503)  # "Supported range is [1, 65502]"


def check_routing(change: Change) -> None:
    """Everything that can be wrong with how traffic is led."""
    settings = change.world.settings
    _check_probes(change.properties, settings)
    _check_ports(change.properties)
    _check_backends(change.properties, settings)
    _check_listeners(change)
    _check_rules(change)


def _check_probes(properties: Json, settings: Settings) -> None:
    for probe in properties.get("probes") or []:
        inner = probe.get("properties") or {}
        name, protocol = probe["name"], str(inner.get("protocol", "")).lower()
        if protocol in LAYER_4:
            keys = ("host", "path", "match")
            _refuse(inner, keys, f"Probe {name}", settings.probe_property_code)
        else:
            picks = bool(inner.get("pickHostNameFromBackendHttpSettings"))
            if picks == bool(inner.get("host")):
                message = (
                    f"Probe {name} needs either a host or pickHostNameFromBackendHttpSettings."
                )
                raise ArmError(400, settings.probe_host_code, message)
            if not str(inner.get("path", "")).startswith("/"):
                message = f"The path of probe {name} must start with '/'."
                raise ArmError(400, settings.probe_path_code, message)
        timeout, interval = inner.get("timeout", 30), inner.get("interval", 30)
        if timeout > interval:
            message = f"Probe {name}: the timeout {timeout} exceeds the interval {interval}."
            raise ArmError(400, settings.probe_timeout_code, message)


def _check_ports(properties: Json) -> None:
    for port in properties.get("frontendPorts") or []:
        number = (port.get("properties") or {}).get("port")
        if number not in FRONTEND_PORTS:
            message = f"Frontend port {port['name']}: {number} is not within 1-65502."
            raise ArmError(400, "ApplicationGatewayFrontendPortInvalidPortNumber", message)


def _check_backends(properties: Json, settings: Settings) -> None:
    for collection, layer_4 in (
        ("backendSettingsCollection", True),
        ("backendHttpSettingsCollection", False),
    ):
        for backend in properties.get(collection) or []:
            inner = backend.get("properties") or {}
            protocol = str(inner.get("protocol", "")).lower()
            if (protocol in LAYER_4) != layer_4:
                message = f"{backend['name']}: protocol {protocol} does not go into {collection}."
                raise ArmError(400, settings.backend_protocol_code, message)
            if not layer_4 and not 1 <= inner.get("port", 0) <= 65535:
                message = f"{backend['name']}: port {inner.get('port')} is not within 1-65535."
                raise ArmError(400, "ApplicationGatewayBackendHttpSettingsPortIsInvalid", message)
            probe = _child(properties, "probes", inner.get("probe"))
            theirs = str(probe["properties"].get("protocol", "")).lower() if probe else protocol
            if (theirs in LAYER_4) != layer_4:
                message = f"{backend['name']}: its probe speaks {theirs}, it {protocol}."
                raise ArmError(400, settings.probe_protocol_code, message)


def _check_listeners(change: Change) -> None:
    properties, settings = change.properties, change.world.settings
    places: dict[tuple[str, str], str] = {}
    for collection in ("httpListeners", "listeners"):
        layer_4 = collection == "listeners"
        for listener in properties.get(collection) or []:
            inner = listener.get("properties") or {}
            name = listener["name"]
            _check_protocol(properties, inner, f"Listener {name}", settings, layer_4=layer_4)
            place = _place(inner, name, settings, layer_4=layer_4)
            if place in places and not inner.get("hostName") and not inner.get("hostNames"):
                message = f"Listeners {places[place]} and {name} share a frontend and a port."
                raise ArmError(400, _shared_port_code(settings, layer_4=layer_4), message)
            places[place] = name
    http = bool(properties.get("httpListeners"))
    waf = (properties.get("sku") or {}).get("tier") == "WAF_v2"
    if not places or (waf and not http and settings.waf_needs_http_listener):
        message = "A gateway needs at least one listener (with WAF_v2, an HTTP one)."
        raise ArmError(400, settings.listener_missing_code, message)


def _check_protocol(
    properties: Json, inner: Json, listener: str, settings: Settings, *, layer_4: bool
) -> None:
    protocol = str(inner.get("protocol", "")).lower()
    if (protocol in LAYER_4) != layer_4:
        message = f"{listener}: protocol {protocol} goes into the other list of listeners."
        raise ArmError(400, settings.listener_protocol_code, message)
    if protocol == "tcp":
        keys = ("hostNames", "sslCertificate", "sslProfile")
        _refuse(inner, keys, listener, settings.listener_property_code)
    if protocol in ("tls", "https") and not inner.get("sslCertificate"):
        message = f"{listener} speaks {protocol} and needs an sslCertificate."
        raise ArmError(400, settings.listener_certificate_code, message)
    port = _child(properties, "frontendPorts", inner.get("frontendPort"))
    if protocol == "http" and port is not None and port["properties"].get("port") == 443:
        # https://github.com/Azure/azure-cli/issues/11973
        message = f"{listener}: port 443 is not valid for protocol Http."
        raise ArmError(400, "ApplicationGatewayPortNotValidForProtocol", message)


def _shared_port_code(settings: Settings, *, layer_4: bool) -> str:
    """Seen for HTTP listeners in logs of terraform apply; assumed for those of layer 4."""
    http = "ApplicationGatewayHttpListenersUsingSameFrontendPort"
    return settings.listener_port_shared_code if layer_4 else http


def _place(inner: Json, name: str, settings: Settings, *, layer_4: bool) -> tuple[str, str]:
    frontend = (inner.get("frontendIPConfiguration") or {}).get("id")
    port = (inner.get("frontendPort") or {}).get("id")
    if not frontend or not port:
        message = f"Listener {name} must reference a frontendIPConfiguration and a frontendPort."
        http = "ApplicationGatewayHttpListenerMustReference"
        raise ArmError(400, settings.listener_incomplete_code if layer_4 else http, message)
    return str(frontend).lower(), str(port).lower()


def _check_rules(change: Change) -> None:
    properties, settings = change.properties, change.world.settings
    priorities: dict[int, str] = {}
    used: dict[str, str] = {}
    for collection, via, backend in RULES:
        for rule in properties.get(collection) or []:
            inner, name = rule.get("properties") or {}, rule["name"]
            _check_priority(inner.get("priority"), name, priorities, settings)
            _check_target(inner, name, via, backend, settings)
            listener = str(inner[via]["id"]).lower()
            if listener in used:
                message = f"Rules {used[listener]} and {name} share a listener."
                raise ArmError(400, settings.rule_listener_taken_code, message)
            used[listener] = name
    if not used:  # one is enough: `az` creates a listener first, then its rule
        message = "No listener of the gateway is used by a rule."
        raise ArmError(400, settings.listener_unused_code, message)


def _check_priority(
    priority: object, name: str, priorities: dict[int, str], settings: Settings
) -> None:
    if not isinstance(priority, int):
        # https://github.com/hashicorp/terraform-provider-azurerm/issues/25665
        code = "ApplicationGatewayRequestRoutingRulePriorityCannotBeEmpty"
        raise ArmError(400, code, f"The priority of rule {name} cannot be empty.")
    if not 1 <= priority <= 20_000:
        message = f"Rule {name} needs a priority between 1 and 20000, not {priority}."
        raise ArmError(400, settings.rule_priority_range_code, message)
    if priority in priorities:
        message = f"Rules {priorities[priority]} and {name} share priority {priority}."
        raise ArmError(400, settings.rule_priority_taken_code, message)
    priorities[priority] = name


def _check_target(rule: Json, name: str, via: str, backend: str, settings: Settings) -> None:
    layer_4 = via == "listener"
    leads_away = rule.get("redirectConfiguration") or rule.get("urlPathMap")
    for key in (via, *(() if leads_away else ("backendAddressPool", backend))):
        if not (rule.get(key) or {}).get("id"):
            http = "ApplicationGatewayRequestRoutingRuleMustReference"
            code = settings.rule_incomplete_code if layer_4 else http
            raise ArmError(400, code, f"Rule {name} must reference a {key}.")


def _child(properties: Json, collection: str, reference: Json | None) -> Json | None:
    name = str((reference or {}).get("id", "")).rpartition("/")[2].lower()
    items: Iterable[Json] = properties.get(collection) or []
    return next((each for each in items if str(each["name"]).lower() == name), None)


def _refuse(inner: Json, keys: Iterable[str], what: str, code: str) -> None:
    for key in keys:
        if inner.get(key):
            message = f"{what} speaks {inner.get('protocol')} and cannot have {key}."
            raise ArmError(400, code, message)
