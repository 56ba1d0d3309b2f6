"""Is the document of an application gateway one that Azure would take?

Longer than most modules, as the document is. One function per part; each raises for the first thing
that is wrong. Limits of layer-4 parts as the azurerm provider documents them
(application_gateway: listener, backend, probe).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from local.arm_emulator.messages import ArmError, Json
from local.arm_emulator.providers.network_basic import check_public_address, check_zones
from local.arm_emulator.required_rules import check_entering
from local.arm_emulator.subnets import APPLICATION_GATEWAYS, check_entry, check_static_address

if TYPE_CHECKING:
    from local.arm_emulator.resource_type import Change

LAYER_4 = ("tcp", "tls")
SKUS = ("Standard_v2", "WAF_v2", "Basic")
# https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview
PREDEFINED = (
    "AppGwSslPolicy20150501",
    "AppGwSslPolicy20170401",
    "AppGwSslPolicy20170401S",
    "AppGwSslPolicy20220101",
    "AppGwSslPolicy20220101S",
)
RETIRED_TLS = ("TLSv1_0", "TLSv1_1")  # off since 2025-08-31
RULES = (
    ("requestRoutingRules", "httpListener"),
    ("routingRules", "listener"),
)


def check_document(change: "Change") -> None:
    """Everything that can be wrong with an application gateway's body."""
    check_zones(change)
    _check_names(change.properties)
    _check_sku(change)
    _check_subnet(change)
    _check_frontends(change)
    _check_probes(change.properties)
    _check_backends(change.properties)
    _check_listeners(change)
    _check_rules(change)
    _check_certificates(change)
    _check_ssl_policy(change)


def _check_names(properties: Json) -> None:
    for collection, items in properties.items():
        seen: set[str] = set()
        for item in items if isinstance(items, list) else ():
            name = str(item.get("name", "")).lower() if isinstance(item, dict) else ""
            if name and name in seen:
                message = f"Two children of {collection} are named {item['name']}."
                raise ArmError(400, "DuplicateResourceName", message)
            seen.add(name)


def _check_sku(change: "Change") -> None:
    properties = change.properties
    sku = properties.get("sku") or {}
    tier, name = str(sku.get("tier", "")), str(sku.get("name", ""))
    if tier not in SKUS or name != tier:
        message = f"Application Gateway SKU {name or '?'} in tier {tier or '?'} is not supported."
        raise ArmError(400, "ApplicationGatewayInvalidSkuName", message)
    scale = properties.get("autoscaleConfiguration")
    if (sku.get("capacity") is not None) == (scale is not None):
        message = "A gateway of version 2 has a capacity or an autoscale configuration, not both."
        raise ArmError(400, "ApplicationGatewaySkuCapacityInvalid", message)
    low, high = (scale or {}).get("minCapacity", 0), (scale or {}).get("maxCapacity", 125)
    if not (0 <= low <= high <= 125 and high >= 2):
        message = (
            f"Autoscale bounds {low}-{high} are not within 0-125, with a maximum of 2 or more."
        )
        raise ArmError(400, "ApplicationGatewayAutoscaleConfigurationInvalid", message)
    if tier == "WAF_v2" and not (properties.get("firewallPolicy") or {}).get("id"):
        message = (
            f"Application Gateway {change.id} with the selected SKU tier WAF_v2 must have a valid "
            "WAF policy associated with it."
        )
        code = "ApplicationGatewayFirewallNotConfiguredForSelectedSku"
        raise ArmError(400, code, message)
    if tier != "WAF_v2" and properties.get("firewallPolicy"):
        message = f"A firewall policy goes with WAF_v2 only, not with {tier}."
        raise ArmError(400, "ApplicationGatewayFirewallPolicyNotSupportedForSku", message)
    if change.creates and properties.get("webApplicationFirewallConfiguration"):
        message = "New gateways take a firewall policy, not an inline firewall configuration."
        raise ArmError(400, "ApplicationGatewayWafConfigurationCannotBeCreated", message)


def _check_subnet(change: "Change") -> None:
    configurations = change.properties.get("gatewayIPConfigurations") or []
    if len(configurations) != 1:
        message = f"A gateway has one IP configuration, not {len(configurations)}."
        raise ArmError(400, "ApplicationGatewayIpConfigurationCountInvalid", message)
    subnet = _subnet(configurations[0])
    if subnet is None:
        message = f"IP configuration {configurations[0]['name']} has no subnet."
        raise ArmError(400, "ApplicationGatewaySubnetIsRequired", message)
    check_entry(change, subnet)
    check_entering(change.cloud, subnet, APPLICATION_GATEWAYS)


def _check_frontends(change: "Change") -> None:
    frontends = change.properties.get("frontendIPConfigurations") or []
    own = _subnet((change.properties.get("gatewayIPConfigurations") or [{}])[0])
    private = [each for each in frontends if _subnet(each) is not None]
    if not frontends or len(private) > 1 or len(frontends) - len(private) > 1:
        message = "A gateway has one public frontend, one private one, or one of each."
        raise ArmError(400, "ApplicationGatewayFrontendIpConfigurationCountInvalid", message)
    for frontend in frontends:
        inner = frontend.get("properties") or {}
        subnet = _subnet(frontend)
        if subnet is None:
            _check_public(change, frontend)
            continue
        if str(own).lower() != subnet.lower():
            message = f"Frontend {frontend['name']} is not in the gateway's subnet {own}."
            raise ArmError(400, "ApplicationGatewayFrontendIpSubnetMismatch", message)
        static = str(inner.get("privateIPAllocationMethod", "Dynamic")).lower() == "static"
        if not static or not inner.get("privateIPAddress"):
            message = f"Frontend {frontend['name']} needs a static private IP address on version 2."
            raise ArmError(400, "ApplicationGatewayPrivateFrontendMustBeStatic", message)
        check_static_address(change, subnet, inner["privateIPAddress"])


def _check_public(change: "Change", frontend: Json) -> None:
    inner = frontend.get("properties") or {}
    target = (inner.get("publicIPAddress") or {}).get("id")
    if target is None:
        message = f"Frontend {frontend['name']} has neither a public address nor a subnet."
        raise ArmError(400, "ApplicationGatewayFrontendIpMustHaveAddress", message)
    check_public_address(change, inner)


def _check_probes(properties: Json) -> None:
    for probe in properties.get("probes") or []:
        inner = probe.get("properties") or {}
        name, protocol = probe["name"], str(inner.get("protocol", "")).lower()
        if protocol in LAYER_4:
            _refuse(inner, ("host", "path", "match"), "Probe", name)
        else:
            picks = bool(inner.get("pickHostNameFromBackendHttpSettings"))
            if picks == bool(inner.get("host")):
                message = (
                    f"Probe {name} needs either a host or pickHostNameFromBackendHttpSettings."
                )
                raise ArmError(400, "ApplicationGatewayProbeHostInvalid", message)
            if not str(inner.get("path", "")).startswith("/"):
                message = f"The path of probe {name} must start with '/'."
                raise ArmError(400, "ApplicationGatewayProbePathInvalid", message)
        timeout, interval = inner.get("timeout", 30), inner.get("interval", 30)
        if timeout > interval:
            message = f"Probe {name}: the timeout {timeout} exceeds the interval {interval}."
            raise ArmError(400, "ApplicationGatewayProbeTimeoutGreaterThanInterval", message)


def _check_backends(properties: Json) -> None:
    for collection, layer_4 in (
        ("backendSettingsCollection", True),
        ("backendHttpSettingsCollection", False),
    ):
        for settings in properties.get(collection) or []:
            inner = settings.get("properties") or {}
            protocol = str(inner.get("protocol", "")).lower()
            if (protocol in LAYER_4) != layer_4:
                message = f"{settings['name']}: protocol {protocol} does not go into {collection}."
                raise ArmError(400, "ApplicationGatewayBackendProtocolInvalid", message)
            probe = _child(properties, "probes", inner.get("probe"))
            if probe is not None:
                theirs = str(probe["properties"].get("protocol", "")).lower()
                if (theirs in LAYER_4) != layer_4:
                    message = f"{settings['name']}: its probe speaks {theirs}, it {protocol}."
                    raise ArmError(400, "ApplicationGatewayProbeProtocolMismatch", message)


def _check_listeners(change: "Change") -> None:
    properties = change.properties
    places: dict[tuple[str, str], str] = {}
    for collection in ("httpListeners", "listeners"):
        for listener in properties.get(collection) or []:
            inner = listener.get("properties") or {}
            name, protocol = listener["name"], str(inner.get("protocol", "")).lower()
            if (protocol in LAYER_4) != (collection == "listeners"):
                message = f"Listener {name}: protocol {protocol} does not go into {collection}."
                raise ArmError(400, "ApplicationGatewayListenerProtocolInvalid", message)
            if protocol == "tcp":
                _refuse(inner, ("hostNames", "sslCertificate", "sslProfile"), "Listener", name)
            if protocol in ("tls", "https") and not inner.get("sslCertificate"):
                message = f"Listener {name} speaks {protocol} and needs an sslCertificate."
                raise ArmError(400, "ApplicationGatewayListenerMissingSslCertificate", message)
            place = _place(inner, name)
            if place in places and not inner.get("hostName") and not inner.get("hostNames"):
                message = f"Listeners {places[place]} and {name} share a frontend and a port."
                code = "ApplicationGatewayListenersUsingSameFrontendPortAndFrontendIpConfig"
                raise ArmError(400, code, message)
            places[place] = name
    http = bool(properties.get("httpListeners"))
    waf = (properties.get("sku") or {}).get("tier") == "WAF_v2"
    if not places or (waf and not http and change.cloud.settings.waf_needs_http_listener):
        message = "A gateway needs at least one listener (with WAF_v2, an HTTP one)."
        raise ArmError(400, "ApplicationGatewayMustHaveListener", message)


def _place(inner: Json, name: str) -> tuple[str, str]:
    frontend = (inner.get("frontendIPConfiguration") or {}).get("id")
    port = (inner.get("frontendPort") or {}).get("id")
    if not frontend or not port:
        message = f"Listener {name} needs a frontendIPConfiguration and a frontendPort."
        raise ArmError(400, "ApplicationGatewayListenerIncomplete", message)
    return str(frontend).lower(), str(port).lower()


def _check_rules(change: "Change") -> None:
    properties = change.properties
    priorities: dict[int, str] = {}
    used: dict[str, str] = {}
    for collection, via in RULES:
        for rule in properties.get(collection) or []:
            inner = rule.get("properties") or {}
            name, priority = rule["name"], inner.get("priority")
            if not isinstance(priority, int) or not 1 <= priority <= 20_000:
                message = f"Rule {name} needs a priority between 1 and 20000, not {priority}."
                code = "ApplicationGatewayRequestRoutingRulePriorityCannotBeEmpty"
                raise ArmError(400, code, message)
            if priority in priorities:
                message = f"Rules {priorities[priority]} and {name} share priority {priority}."
                raise ArmError(
                    400, "ApplicationGatewayRequestRoutingRulePriorityNotUnique", message
                )
            priorities[priority] = name
            listener = str((inner.get(via) or {}).get("id", "")).lower()
            if not listener or listener in used:
                message = f"Rule {name} needs a listener of its own."
                raise ArmError(400, "ApplicationGatewayRuleListenerInvalid", message)
            used[listener] = name
            _check_target(collection, name, inner)
    if not used:  # one is enough: `az` creates a listener first, then its rule
        message = "No listener of the gateway is used by a rule."
        raise ArmError(400, "ApplicationGatewayListenerNotReferenced", message)


def _check_target(collection: str, name: str, rule: Json) -> None:
    settings = "backendSettings" if collection == "routingRules" else "backendHttpSettings"
    whole = rule.get("backendAddressPool") and rule.get(settings)
    other = rule.get("redirectConfiguration") or rule.get("urlPathMap")
    if not whole and not other:
        message = f"Rule {name} needs a backendAddressPool and {settings}."
        raise ArmError(400, "ApplicationGatewayRuleTargetMissing", message)


def _check_certificates(change: "Change") -> None:
    stored = change.prior.secrets if change.prior else {}
    for certificate in change.properties.get("sslCertificates") or []:
        inner = certificate.get("properties") or {}
        kept = f"sslCertificates/{certificate['name']}.properties.data" in stored  # [K]
        if not (inner.get("data") or inner.get("keyVaultSecretId") or kept):
            message = f"Certificate {certificate['name']} needs data or a keyVaultSecretId."
            raise ArmError(400, "ApplicationGatewaySslCertificateDataMustBeSpecified", message)
        if inner.get("keyVaultSecretId") and not change.body.get("identity"):
            message = f"Certificate {certificate['name']} in a vault needs the gateway's identity."
            raise ArmError(400, "ApplicationGatewayIdentityMissingForKeyVaultSecret", message)


def _check_ssl_policy(change: "Change") -> None:
    policy = change.properties.get("sslPolicy") or {}
    name, lowest = policy.get("policyName"), policy.get("minProtocolVersion")
    if policy.get("policyType") == "Predefined" and name not in PREDEFINED:
        message = f"The predefined SSL policy {name} does not exist."
        raise ArmError(400, "ApplicationGatewaySslPolicyInvalid", message)
    if lowest in RETIRED_TLS:
        message = f"{lowest} is retired; the lowest version is TLSv1_2."
        raise ArmError(400, "ApplicationGatewayDeprecatedTlsVersionUsedInSslPolicy", message)


def _child(properties: Json, collection: str, reference: Json | None) -> Json | None:
    name = str((reference or {}).get("id", "")).rpartition("/")[2].lower()
    items: Iterable[Json] = properties.get(collection) or []
    return next((each for each in items if str(each["name"]).lower() == name), None)


def _refuse(inner: Json, keys: Iterable[str], what: str, name: str) -> None:
    for key in keys:
        if inner.get(key):
            message = f"{what} {name} speaks {inner.get('protocol')} and cannot have {key}."
            raise ArmError(400, f"ApplicationGateway{what}PropertyNotSupported", message)


def _subnet(configuration: Json) -> str | None:
    found = ((configuration.get("properties") or {}).get("subnet") or {}).get("id")
    return str(found) if found else None
