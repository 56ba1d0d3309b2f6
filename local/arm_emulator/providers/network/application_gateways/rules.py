"""Is the document of an application gateway one that Azure would take?

What leads traffic through the gateway is in application_gateway_routing.py, which also tells where
the codes come from. One function per part; each raises for the first thing that is wrong.
"""

from local.arm_emulator.providers.network.application_gateways.routing import check_routing
from local.arm_emulator.providers.network.base import check_public_address, check_zones
from local.arm_emulator.providers.network.virtual_networks.required_rules import check_entering
from local.arm_emulator.providers.network.virtual_networks.subnets import (
    APPLICATION_GATEWAYS,
    check_entry,
    check_static_address,
)
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json

SKUS = ("Standard_v2", "WAF_v2", "Basic")
# https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview
PREDEFINED = (
    "AppGwSslPolicy20150501",
    "AppGwSslPolicy20170401",
    "AppGwSslPolicy20170401S",
    "AppGwSslPolicy20220101",
    "AppGwSslPolicy20220101S",
)
# Off since 2025-08-31, and with them the predefined policies that allow them (the page above).
RETIRED_TLS = ("TLSv1_0", "TLSv1_1", "AppGwSslPolicy20150501", "AppGwSslPolicy20170401")


def check_document(change: Change) -> None:
    """Everything that can be wrong with an application gateway's body."""
    check_zones(change)
    _check_names(change)
    _check_sku(change)
    _check_firewall(change)
    _check_subnet(change)
    _check_frontends(change)
    check_routing(change)
    _check_certificates(change)
    _check_ssl_policy(change)


def _check_names(change: Change) -> None:
    for collection, items in change.properties.items():
        seen: set[str] = set()
        for item in items if isinstance(items, list) else ():
            name = str(item.get("name", "")).lower() if isinstance(item, dict) else ""
            if name and name in seen:
                message = f"Two children of {collection} are named {item['name']}."
                raise ArmError(400, change.world.settings.duplicate_child_code, message)
            seen.add(name)


def _check_sku(change: Change) -> None:
    properties, settings = change.properties, change.world.settings
    sku = properties.get("sku") or {}
    tier, name = str(sku.get("tier", "")), str(sku.get("name", ""))
    if tier not in SKUS or name != tier:
        message = f"Application Gateway SKU {name or '?'} in tier {tier or '?'} is not supported."
        raise ArmError(400, settings.application_gateway_sku_code, message)
    scale = properties.get("autoscaleConfiguration")
    if (sku.get("capacity") is not None) == (scale is not None):
        message = "A gateway of version 2 has a capacity or an autoscale configuration, not both."
        raise ArmError(400, settings.application_gateway_capacity_code, message)
    low, high = (scale or {}).get("minCapacity", 0), (scale or {}).get("maxCapacity", 125)
    if not (0 <= low <= high <= 125 and high >= 2):
        message = (
            f"minCapacity {low} and maxCapacity {high} are not within 0-125, "
            "with a maximum of 2 or more."
        )
        raise ArmError(400, settings.application_gateway_autoscale_code, message)


def _check_firewall(change: Change) -> None:
    properties = change.properties
    tier = properties["sku"]["tier"]
    policy = (properties.get("firewallPolicy") or {}).get("id")
    if tier == "WAF_v2" and not policy:
        message = (
            f"Application Gateway {change.id} with the selected SKU tier WAF_v2 must have a valid "
            "WAF policy associated with it."
        )
        # https://github.com/hashicorp/terraform-provider-azurerm/issues/25665
        code = "ApplicationGatewayFirewallNotConfiguredForSelectedSku"  # field reports
        raise ArmError(400, code, message)
    if tier != "WAF_v2" and policy:
        message = f"A firewall policy goes with WAF_v2 only, not with {tier}."
        # Field reports: logs of terraform apply.
        code = "ApplicationGatewayFirewallCannotBeEnabledForSelectedSku"
        raise ArmError(400, code, message)
    if change.creates and properties.get("webApplicationFirewallConfiguration"):
        message = "New gateways take a firewall policy, not an inline firewall configuration."
        raise ArmError(400, change.world.settings.application_gateway_inline_waf_code, message)


def _check_subnet(change: Change) -> None:
    configurations = change.properties.get("gatewayIPConfigurations") or []
    if len(configurations) != 1:
        message = f"A gateway has one IP configuration, not {len(configurations)}."
        raise ArmError(400, change.world.settings.application_gateway_place_count_code, message)
    subnet = _subnet(configurations[0])
    if subnet is None:
        # [K] As of any other IP configuration.
        message = f"IP configuration {configurations[0]['name']} has no subnet."
        raise ArmError(400, "SubnetIsRequired", message)
    check_entry(change, subnet)
    check_entering(change.world, subnet, APPLICATION_GATEWAYS)


def _check_frontends(change: Change) -> None:
    settings = change.world.settings
    frontends = change.properties.get("frontendIPConfigurations") or []
    own = _subnet((change.properties.get("gatewayIPConfigurations") or [{}])[0])
    private = [each for each in frontends if _subnet(each) is not None]
    if not frontends or len(private) > 1 or len(frontends) - len(private) > 1:
        message = "A gateway has one public frontend, one private one, or one of each."
        raise ArmError(400, settings.frontend_count_code, message)
    for frontend in frontends:
        inner = frontend.get("properties") or {}
        subnet = _subnet(frontend)
        if subnet is None:
            _check_public(change, frontend)
            continue
        if str(own).lower() != subnet.lower():
            message = f"Frontend {frontend['name']} is not in the gateway's subnet {own}."
            raise ArmError(400, settings.frontend_subnet_code, message)
        static = str(inner.get("privateIPAllocationMethod", "Dynamic")).lower() == "static"
        if not static or not inner.get("privateIPAddress"):
            message = f"Frontend {frontend['name']} needs a static private IP address on version 2."
            raise ArmError(400, settings.private_frontend_code, message)
        check_static_address(change, subnet, inner["privateIPAddress"])


def _check_public(change: Change, frontend: Json) -> None:
    inner = frontend.get("properties") or {}
    if (inner.get("publicIPAddress") or {}).get("id") is None:
        message = f"Frontend {frontend['name']} has neither a public address nor a subnet."
        # [K] As the code is in the words of Azure PowerShell's makers.
        code = "ApplicationGatewayFrontendIpBothPublicIpAddressAndSubnetCannotBeNull"
        raise ArmError(400, code, message)
    check_public_address(change, inner)


def _check_certificates(change: Change) -> None:
    settings = change.world.settings
    stored = change.prior.secrets if change.prior else {}
    for certificate in change.properties.get("sslCertificates") or []:
        inner = certificate.get("properties") or {}
        kept = f"sslCertificates/{certificate['name']}.properties.data" in stored  # [K]
        if not (inner.get("data") or inner.get("keyVaultSecretId") or kept):
            message = f"Certificate {certificate['name']} needs data or a keyVaultSecretId."
            raise ArmError(400, settings.certificate_data_code, message)
        if inner.get("keyVaultSecretId") and not change.body.get("identity"):
            message = f"Certificate {certificate['name']} in a vault needs the gateway's identity."
            raise ArmError(400, settings.certificate_identity_code, message)


def _check_ssl_policy(change: Change) -> None:
    policy = change.properties.get("sslPolicy") or {}
    name, lowest = policy.get("policyName"), policy.get("minProtocolVersion")
    if policy.get("policyType") == "Predefined" and name not in PREDEFINED:
        message = f"The predefined SSL policy {name} does not exist."
        raise ArmError(400, change.world.settings.ssl_policy_code, message)
    retired = next((each for each in (name, lowest) if each in RETIRED_TLS), None)
    if retired is not None:
        message = f"{retired} is deprecated; the lowest version is TLSv1_2."
        # Field reports: logs of terraform apply.
        code = "ApplicationGatewayDeprecatedTlsVersionUsedInSslPolicy"
        raise ArmError(400, code, message)


def _subnet(configuration: Json) -> str | None:
    found = ((configuration.get("properties") or {}).get("subnet") or {}).get("id")
    return str(found) if found else None
