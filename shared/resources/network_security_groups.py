"""The network security groups of the subnets, each with its whole rule set.

The rules of a group are sent with the group and are exactly ours: a rule that somebody adds opens
a way to the database, so it counts as drift. The four groups exist whatever the options, since the
hub network refers to them; a group costs nothing.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.fields import is_address
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

POSTGRESQL = 5432
PGBOUNCER = 6432  # PgBouncer of the server itself (Learn: PgBouncer in flexible server)
LAST = 4096  # the lowest priority a rule can have

PREFIXES = "properties.securityRules.properties"
ADDRESSES = [
    (f"{side}AddressPrefix{form}", f"{side}ApplicationSecurityGroups")
    for side in ("source", "destination")
    for form in ("", "es")
]

Prefixes = str | list[str]


def rule(
    name: str,
    priority: int,
    *,
    direction: Literal["Inbound", "Outbound"] = "Inbound",
    access: Literal["Allow", "Deny"] = "Allow",
    protocol: Literal["Tcp", "*"] = "Tcp",
    source: Prefixes = "*",
    to: Prefixes = "*",
    ports: list[str] | None = None,
) -> Json:
    """One security rule as ARM wants it; no ports means all of them."""
    properties: Json = {
        "priority": priority,
        "direction": direction,
        "access": access,
        "protocol": protocol,
        "sourcePortRange": "*",
        **_either("sourceAddressPrefix", source),
        **_either("destinationAddressPrefix", to),
    }
    if ports is None or len(ports) == 1:
        properties["destinationPortRange"] = ports[0] if ports else "*"
    else:
        properties["destinationPortRanges"] = ports
    return {"name": name, "properties": properties}


def _either(field: str, prefixes: Prefixes) -> Json:
    """One prefix or tag goes into the singular field, several prefixes into the plural one."""
    if isinstance(prefixes, str):
        return {field: prefixes}
    return {field: prefixes[0]} if len(prefixes) == 1 else {f"{field}es": prefixes}


DENY_INBOUND = rule("DenyAllInbound", LAST, access="Deny", protocol="*")
"""Closes what the default rule AllowVnetInBound opens: its tag covers on-premises routes too."""


class NetworkSecurityGroup(Resource):
    """Base of the groups: one PUT with all rules; 2-5 s (recorded by azure-cli, 2026)."""

    arm_type = "Microsoft.Network/networkSecurityGroups"
    verbs = (*Resource.verbs, "join/action")
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(30))
    # Addresses of a rule are prefixes, or groups of interfaces, never both.
    paths = Rules(
        (
            Path(at="properties.securityRules", exact=True),
            *(Path(at=f"{PREFIXES}.{one}", excludes=(other,)) for one, other in ADDRESSES),
        )
    )

    subnet: ClassVar[str]  # the field of network.subnets that it guards

    def wanted(self, spec: DeploymentSpec) -> bool:
        return self.subnet in spec.prefixes

    def rules(self, spec: DeploymentSpec) -> list[Json]:
        """The whole rule set."""
        raise NotImplementedError

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return {"location": spec.location, "properties": {"securityRules": self.rules(spec)}}

    def lister(self, clients: "AzureClients") -> Callable[[str], Iterable[Any]]:
        return clients.network.network_security_groups.list

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.network_security_groups


class DatabaseSecurityGroup(NetworkSecurityGroup):
    """Lets the gateway, the jump box and the declared on-premises networks reach the database.

    The outbound rules are what a server in a virtual network needs (Learn: networking with private
    access): 5432 inside its subnet for replication, and Storage for the archive of its logs.

    Departs from the recipe: the on-premises rule names the declared prefixes rather than
    10.0.0.0/8, and a deny rule closes everything else.
    """

    key = "nsg-database"
    subnet = "database"

    def name(self, spec: DeploymentSpec) -> str:
        return f"nsg-database-{spec.name}"

    def rules(self, spec: DeploymentSpec) -> list[Json]:
        subnets, postgresql = spec.network.subnets, [str(POSTGRESQL)]
        clients = [*postgresql, str(PGBOUNCER)]
        rules = [
            rule("AllowExpressRouteToPostgreSQL", 1100, source=_on_premises(spec), ports=clients),
            rule("AllowDatabaseToDatabase", 1200, source=subnets.database, ports=postgresql),
            DENY_INBOUND,
            rule(
                "AllowDatabaseFromDatabase",
                1000,
                direction="Outbound",
                to=subnets.database,
                ports=postgresql,
            ),
            rule(
                "AllowDatabaseToStorage",
                1010,
                direction="Outbound",
                to=f"Storage.{spec.location}",
                ports=["443"],
            ),
        ]
        if spec.second_region:
            other, name = spec.second_region.database_subnet, "SecondRegion"
            out = rule(f"AllowTo{name}", 1030, direction="Outbound", to=other, ports=postgresql)
            rules += [rule(f"Allow{name}", 1210, source=other, ports=postgresql), out]
        if spec.postgres.entra:
            to, name = "AzureActiveDirectory", "AllowDatabaseToEntra"
            rules.append(rule(name, 1020, direction="Outbound", to=to, ports=["443"]))
        if spec.proxied:
            source = subnets.application_gateway
            name = "AllowApplicationGatewayToPostgreSQL"
            rules.append(rule(name, 1000, source=source, ports=clients))
        if spec.jump_box.enabled:
            source = subnets.management
            rules.append(rule("AllowManagementToPostgreSQL", 1010, source=source, ports=clients))
        return rules

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "step 7",
            "OnlyDeclaredPrefixesReachTheDatabase",
            "10.0.0.0/8 would admit the hub network itself, and without a deny rule the default "
            "AllowVnetInBound admits every on-premises network on every port: only "
            f"{', '.join(spec.on_premises.prefixes)} may connect, everything else is denied",
        )


class GatewaySecurityGroup(NetworkSecurityGroup):
    """Lets on-premises clients reach the Application Gateway, and Azure manage it.

    The ports 65200-65535 must stay open to GatewayManager, or the gateway is refused (Learn:
    Application Gateway infrastructure configuration); outbound stays open for the same reason.
    """

    key = "nsg-application-gateway"
    subnet = "application_gateway"

    def name(self, spec: DeploymentSpec) -> str:
        return f"nsg-application-gateway-{spec.name}"

    def rules(self, spec: DeploymentSpec) -> list[Json]:
        management = spec.network.subnets.management
        ports = [str(POSTGRESQL)]
        ports += [str(PGBOUNCER)] if spec.pooled else []
        ports += ["443"] if spec.gateway.https else []
        return [
            rule("AllowGatewayManager", 100, source="GatewayManager", ports=["65200-65535"]),
            rule("AllowAzureLoadBalancer", 110, protocol="*", source="AzureLoadBalancer"),
            rule("AllowOnPremises", 200, source=_on_premises(spec), ports=ports),
            rule("AllowManagement", 210, source=management, ports=ports),
            DENY_INBOUND,
        ]


class ManagementSecurityGroup(NetworkSecurityGroup):
    """Lets nothing but Bastion reach the jump box, and the gateway its web backends.

    Departs from the recipe: the group that `az vm create` adds opens SSH to the whole Internet.
    """

    key = "nsg-management"
    subnet = "management"

    def name(self, spec: DeploymentSpec) -> str:
        return f"nsg-management-{spec.name}"

    def rules(self, spec: DeploymentSpec) -> list[Json]:
        subnets = spec.network.subnets
        rules = [rule("AllowBastion", 100, source=spec.bastion_prefix, ports=["22", "3389"])]
        if spec.gateway.https and (backends := _backends_in(subnets.management, spec)):
            ports = [str(spec.gateway.https.backend_port)]
            source = subnets.application_gateway
            rules.append(rule("AllowGatewayToWeb", 200, source=source, to=backends, ports=ports))
        return [*rules, DENY_INBOUND]


class BastionSecurityGroup(NetworkSecurityGroup):
    """The complete rule set that Bastion demands (Learn: NSG access and Azure Bastion)."""

    key = "nsg-bastion"
    subnet = "bastion"

    def name(self, spec: DeploymentSpec) -> str:
        return f"nsg-bastion-{spec.name}"

    def rules(self, spec: DeploymentSpec) -> list[Json]:
        inside, data_plane = "VirtualNetwork", ["8080", "5701"]
        return [
            rule("AllowHttps", 120, source="Internet", ports=["443"]),
            rule("AllowGatewayManager", 130, source="GatewayManager", ports=["443"]),
            rule("AllowAzureLoadBalancer", 140, source="AzureLoadBalancer", ports=["443"]),
            rule(
                "AllowBastionHosts", 150, protocol="*", source=inside, to=inside, ports=data_plane
            ),
            DENY_INBOUND,
            _outbound("AllowSshAndRdp", 100, to=inside, ports=["22", "3389"]),
            _outbound("AllowAzureCloud", 110, to="AzureCloud", ports=["443"]),
            _outbound("AllowBastionHostsOut", 120, source=inside, to=inside, ports=data_plane),
            _outbound("AllowSessionInformation", 130, to="Internet", ports=["80"]),
        ]


def _backends_in(subnet: str, spec: DeploymentSpec) -> list[str]:
    """The web backends that are given as addresses of a subnet."""
    listener = spec.gateway.https
    given = (
        [backend for backend in listener.backend_addresses if is_address(backend)]
        if listener
        else []
    )
    return [address for address in given if IPv4Address(address) in IPv4Network(subnet)]


def _outbound(name: str, priority: int, *, to: str, ports: list[str], source: str = "*") -> Json:
    return rule(
        name, priority, direction="Outbound", protocol="*", source=source, to=to, ports=ports
    )


def _on_premises(spec: DeploymentSpec) -> list[str]:
    return list(spec.on_premises.prefixes)
