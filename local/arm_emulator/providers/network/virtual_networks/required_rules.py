"""What security groups and route tables must leave open on the subnets of managed gateways.

Checked whenever either side changes: the gateway, the association, or the rules.
"""

from collections.abc import Iterable

from local.arm_emulator.providers.network.virtual_networks.subnets import (
    APPLICATION_GATEWAYS,
    BASTIONS,
    users_of,
)
from local.arm_emulator.state.world import World
from local.arm_emulator.wire.messages import ArmError, Json

EVERYWHERE = ("*", "any", "internet", "0.0.0.0/0")
# https://learn.microsoft.com/azure/application-gateway/configuration-infrastructure
GATEWAY_PORTS = (65200, 65535)
# https://learn.microsoft.com/azure/bastion/bastion-nsg: direction, tag, port
BASTION_RULES = (
    ("Inbound", "gatewaymanager", 443),
    ("Inbound", "azureloadbalancer", 443),
    ("Outbound", "virtualnetwork", 22),
    ("Outbound", "virtualnetwork", 3389),
    ("Outbound", "azurecloud", 443),
)


def check_subnet(world: World, subnet: Json, subnet_id: str) -> None:
    """Refuse a subnet's group and routes if those in it could not work behind them."""
    properties = subnet.get("properties") or {}
    group = _found(world, properties.get("networkSecurityGroup"))
    table = _found(world, properties.get("routeTable"))
    kinds = {each.id.type.lower() for each in users_of(world, subnet_id)}
    check_gateway_subnet(world, subnet_id, group, table)
    if APPLICATION_GATEWAYS.lower() in kinds:
        check_application_gateway(subnet_id, group, table)
    named = subnet_id.rpartition("/")[2].lower() == "azurebastionsubnet"
    if BASTIONS.lower() in kinds:
        check_bastion(subnet_id, group, table)
    elif named:
        check_bastion(subnet_id, None, table)  # the table is refused before there is a host


def check_entering(world: World, subnet_id: str, kind: str) -> None:
    """The same for a gateway or bastion that is about to enter a subnet."""
    properties = (world.store.find(subnet_id) or {}).get("properties") or {}
    group = _found(world, properties.get("networkSecurityGroup"))
    table = _found(world, properties.get("routeTable"))
    if kind == APPLICATION_GATEWAYS:
        check_application_gateway(subnet_id, group, table)
    elif kind == BASTIONS:
        check_bastion(subnet_id, group, table)


def check_gateway_subnet(
    world: World, subnet_id: str, group: Json | None, table: Json | None
) -> None:
    """GatewaySubnet takes no security group and no default route."""
    if subnet_id.rpartition("/")[2].lower() != "gatewaysubnet":
        return
    if group is not None:
        message = f"A network security group cannot be associated with {subnet_id}."
        # https://github.com/Azure-Terraform/terraform-azurerm-virtual-network/issues/18
        raise ArmError(400, "NetworkSecurityGroupCannotBeAttachedToGatewaySubnet", message)
    if _default_route(table) is not None:
        message = f"A route to 0.0.0.0/0 cannot be associated with {subnet_id}."
        raise ArmError(400, world.settings.gateway_subnet_route_code, message)


def check_application_gateway(subnet_id: str, group: Json | None, table: Json | None) -> None:
    """GatewayManager must reach 65200-65535, and the internet must be reached directly."""
    if group is not None and not _admits(group, "Inbound", "gatewaymanager", GATEWAY_PORTS):
        message = (
            f"Network security group {group['id']} blocks incoming internet traffic on ports "
            f"65200-65535 to subnet {subnet_id}. This is not permitted for Application Gateways "
            "that have V2 Sku."
        )
        # https://github.com/Azure/AKS-Construction/issues/333
        code = "ApplicationGatewaySubnetInboundTrafficBlockedByNetworkSecurityGroup"
        raise ArmError(400, code, message)
    route = _default_route(table)
    if route is not None and route.lower() != "internet":
        message = f"A route to 0.0.0.0/0 by {route} is not supported on {subnet_id}."
        code = "ApplicationGatewaySubnetUserDefinedRouteNotAllowed"  # Microsoft's help page
        raise ArmError(400, code, message)


def check_bastion(subnet_id: str, group: Json | None, table: Json | None) -> None:
    """AzureBastionSubnet takes no route table, and a group only with all of Bastion's rules.

    https://learn.microsoft.com/azure/bastion/bastion-faq#udr
    """
    if table is not None:
        message = f"Route table {table['id']} cannot be associated with {subnet_id}."
        raise ArmError(400, "RouteTableCannotBeAttachedForAzureBastionSubnet", message)
    if group is None:
        return
    for direction, tag, port in BASTION_RULES:
        if not _admits(group, direction, tag, (port, port)):
            message = (
                f"Network security group {group['id']} lacks a rule that {direction} traffic of "
                f"{tag} on port {port} needs on {subnet_id}."
            )
            code = "NetworkSecurityGroupNotCompliantForAzureBastionSubnet"
            raise ArmError(400, code, message)


def _admits(group: Json, direction: str, tag: str, ports: tuple[int, int]) -> bool:
    """Whether the first rule that concerns this traffic lets all of it through."""
    side = "source" if direction == "Inbound" else "destination"
    properties = group["properties"]
    rules = [
        *(properties.get("securityRules") or []),
        *(properties.get("defaultSecurityRules") or []),
    ]
    concerned = [
        r["properties"]
        for r in rules
        if str(r["properties"]["direction"]).lower() == direction.lower()
    ]
    for rule in sorted(concerned, key=lambda each: int(each["priority"])):
        if str(rule["protocol"]).lower() not in ("*", "tcp"):
            continue
        prefixes = _both(rule, f"{side}AddressPrefix", f"{side}AddressPrefixes")
        if not any(each.lower() in (*EVERYWHERE, tag) for each in prefixes):
            continue
        covers, touches = _ports(
            _both(rule, "destinationPortRange", "destinationPortRanges"), ports
        )
        if str(rule["access"]).lower() == "deny" and touches:
            return False
        if covers:
            return True
    return False


def _ports(ranges: Iterable[str], wanted: tuple[int, int]) -> tuple[bool, bool]:
    """Whether some range covers the wanted ports, and whether any touches them."""
    covers = touches = False
    for text in ranges:
        low, _, high = text.partition("-")
        first, last = (0, 65535) if text == "*" else (int(low), int(high or low))
        covers = covers or (first <= wanted[0] and wanted[1] <= last)
        touches = touches or (first <= wanted[1] and wanted[0] <= last)
    return covers, touches


def _both(rule: Json, singular: str, plural: str) -> list[str]:
    values = [str(each) for each in rule.get(plural) or []]
    return [*values, str(rule[singular])] if rule.get(singular) else values


def _default_route(table: Json | None) -> str | None:
    for route in ((table or {}).get("properties") or {}).get("routes") or []:
        if route["properties"].get("addressPrefix") == "0.0.0.0/0":
            return str(route["properties"].get("nextHopType", ""))
    return None


def _found(world: World, reference: Json | None) -> Json | None:
    found: Json | None = world.store.find(str(reference.get("id"))) if reference else None
    return found
