"""Network security groups; their rules live inside."""

import re
from collections.abc import Mapping
from typing import ClassVar

from local.arm_emulator.providers.network.virtual_networks.attached import AttachedType
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Child, Quota, Timing
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import parse_prefix

PLURALS = (
    "sourcePortRanges",
    "destinationPortRanges",
    "sourceAddressPrefixes",
    "destinationAddressPrefixes",
)
SIDES = (
    ("sourceAddressPrefix", "sourceAddressPrefixes"),
    ("destinationAddressPrefix", "destinationAddressPrefixes"),
    ("sourcePortRange", "sourcePortRanges"),
    ("destinationPortRange", "destinationPortRanges"),
)
# The service tags that the architecture and its likely neighbours use; more by the setting.
# https://learn.microsoft.com/azure/virtual-network/service-tags-overview
TAGS = (
    "VirtualNetwork",
    "AzureLoadBalancer",
    "Internet",
    "GatewayManager",
    "AzureCloud",
    "AzureActiveDirectory",
    "AzureMonitor",
    "AzureKeyVault",
    "AzureResourceManager",
    "AzureTrafficManager",
    "AzureFrontDoor.Backend",
    "AzureBastion",
    "Storage",
    "Sql",
    "AppService",
    "EventHub",
    "ServiceBus",
    "LogicApps",
    "AzureContainerRegistry",
    "MicrosoftContainerRegistry",
)


class NetworkSecurityGroups(AttachedType):
    """Security groups; their rules live inside."""

    type = "Microsoft.Network/networkSecurityGroups"
    model = "NetworkSecurityGroup"
    timing = Timing(4, 3, 5)
    retry_after = (1,)
    delete_retry_after = (1,)
    joined = True
    quotas = (Quota("NetworkSecurityGroups", 5000, "security_group_quota_code"),)
    children: ClassVar[Mapping[str, Child]] = {
        "securityRules": Child("SecurityRule", Timing(3, 3, 3))
    }
    back_references = (
        BackReference("subnets", "networkSecurityGroup", "/subnets/"),
        BackReference("networkInterfaces", "networkSecurityGroup", "/networkInterfaces/"),
    )
    in_use = "InUseNetworkSecurityGroupCannotBeDeleted"
    via = "networkSecurityGroup"

    def check(self, change: Change) -> None:
        """Rules are whole, in range, and unique by direction and priority."""
        seen: dict[tuple[str, int], str] = {}
        for rule in change.properties.get("securityRules") or []:
            properties = rule.get("properties") or {}
            _check_rule(rule.get("name", ""), properties)
            place = (str(properties["direction"]).lower(), properties["priority"])
            if place in seen:
                message = (
                    f"Security rule {rule['name']} conflicts with rule {seen[place]}. Rules cannot "
                    "have the same Priority and Direction."
                )
                raise ArmError(400, "SecurityRuleConflict", message)
            seen[place] = rule["name"]
        self.check_attached(change)

    def fill(self, change: Change) -> None:
        """The six default rules, and empty plural forms."""
        super().fill(change)
        change.properties["defaultSecurityRules"] = default_rules()
        for rule in change.properties.setdefault("securityRules", []):
            for plural in PLURALS:
                rule["properties"].setdefault(plural, [])

    def judged(self, change: Change) -> Json:
        """With the default rules, which come last."""
        judged = super().judged(change)
        inner = {**judged.get("properties", {}), "defaultSecurityRules": default_rules()}
        return judged | {"properties": inner}


def default_rules() -> list[Json]:
    """The six rules that every group has."""
    rows = (
        ("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
        ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
        ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
        ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
        ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
        ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*"),
    )
    return [_default_rule(*row) for row in rows]


def _default_rule(
    name: str, priority: int, access: str, direction: str, source: str, destination: str
) -> Json:
    properties: Json = {
        "priority": priority,
        "access": access,
        "direction": direction,
        "protocol": "*",
        "sourcePortRange": "*",
        "destinationPortRange": "*",
        "sourceAddressPrefix": source,
        "destinationAddressPrefix": destination,
    }
    kind = "Microsoft.Network/networkSecurityGroups/defaultSecurityRules"
    plurals: Json = {plural: [] for plural in PLURALS}
    return {"name": name, "type": kind, "properties": properties | plurals}


def _check_rule(name: str, rule: Json) -> None:
    if not 100 <= rule["priority"] <= 4096:
        message = (
            f"Security rule has invalid Priority. Value provided: {rule['priority']} Allowed range "
            f"100-4096. Rule: {name}."
        )
        # https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
        raise ArmError(400, "SecurityRuleInvalidPriority", message)
    for singular, plural in SIDES:
        _check_side(name, rule, singular, plural)


def _check_side(name: str, rule: Json, singular: str, plural: str) -> None:
    one, many = rule.get(singular), rule.get(plural) or []
    named = singular.replace("AddressPrefix", "ApplicationSecurityGroups")
    groups = named != singular and rule.get(named)
    if bool(one) + bool(many) + bool(groups) != 1:
        # [K] That one of them is needed is documented.
        message = f"Security rule {name} must have one of {singular} and {plural}."
        raise ArmError(400, "SecurityRuleParameterContainsUnsupportedValue", message)
    for text in many or ([one] if one else []):
        ok = _is_port(str(text)) if "Port" in singular else _is_address(str(text), bool(many))
        if not ok:
            kind = "PortRange" if "Port" in singular else "AddressPrefix"
            # Recorded in azure-xplat-cli, arm_network_security_rules_create_should_fail_for_*.
            message = f"Security rule {name} has an invalid {singular}: {text}."
            raise ArmError(400, f"SecurityRuleInvalid{kind}", message)


def _is_port(text: str) -> bool:
    if text == "*":
        return True
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
    if found is None:
        return False
    low, high = int(found[1]), int(found[2] or found[1])
    return low <= high <= 65535


def _is_address(text: str, plural: bool) -> bool:
    """A prefix, an address, or (in the singular only, but for regional tags) a tag."""
    if text == "*" or is_tag(text):
        return not plural or text != "*"
    try:
        parse_prefix(text)
    except ArmError:
        return False
    return True


def is_tag(text: str) -> bool:
    """Whether a prefix is a service tag, of a region perhaps."""
    name, _, region = text.partition(".")
    known = {tag.lower() for tag in TAGS}
    return text.lower() in known or (name.lower() in known and region.isalnum())
