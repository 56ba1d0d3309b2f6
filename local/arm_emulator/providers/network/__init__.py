"""Microsoft.Network.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.network import quotas, routes
from local.arm_emulator.providers.network.application_gateways.application_gateways import (
    ApplicationGateways,
    FirewallPolicies,
)
from local.arm_emulator.providers.network.bastion import BastionHosts
from local.arm_emulator.providers.network.dns_resolvers.resolvers import (
    DnsResolvers,
    InboundEndpoints,
    OutboundEndpoints,
)
from local.arm_emulator.providers.network.dns_resolvers.rulesets import (
    ForwardingRules,
    ForwardingRulesets,
    RulesetLinks,
)
from local.arm_emulator.providers.network.gateways.connections import Connections
from local.arm_emulator.providers.network.gateways.express_route import (
    ExpressRouteCircuits,
    ExpressRoutePorts,
)
from local.arm_emulator.providers.network.gateways.gateways import VirtualNetworkGateways
from local.arm_emulator.providers.network.nat_gateways import NatGateways
from local.arm_emulator.providers.network.network_interfaces import NetworkInterfaces
from local.arm_emulator.providers.network.private_dns import record_lists, record_sets
from local.arm_emulator.providers.network.private_dns.record_sets import RECORD_TYPES, StartRecords
from local.arm_emulator.providers.network.private_dns.zones import PrivateZones, VirtualNetworkLinks
from local.arm_emulator.providers.network.public_ip_addresses import PublicIPAddresses
from local.arm_emulator.providers.network.virtual_networks.route_tables import RouteTables
from local.arm_emulator.providers.network.virtual_networks.security_groups import (
    NetworkSecurityGroups,
)
from local.arm_emulator.providers.network.virtual_networks.virtual_networks import VirtualNetworks
from local.arm_emulator.providers.network.watcher.connection_monitors import ConnectionMonitors
from local.arm_emulator.providers.network.watcher.flow_logs import FlowLogs
from local.arm_emulator.providers.network.watcher.watchers import NetworkWatchers
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (
    BastionHosts,
    NatGateways,
    NetworkInterfaces,
    PublicIPAddresses,
    PrivateZones,
    VirtualNetworkLinks,
    StartRecords,
    *RECORD_TYPES,
    NetworkSecurityGroups,
    RouteTables,
    VirtualNetworks,
    NetworkWatchers,
    FlowLogs,
    ConnectionMonitors,
    ApplicationGateways,
    FirewallPolicies,
    ExpressRouteCircuits,
    ExpressRoutePorts,
    VirtualNetworkGateways,
    Connections,
    DnsResolvers,
    InboundEndpoints,
    OutboundEndpoints,
    ForwardingRulesets,
    ForwardingRules,
    RulesetLinks,
)
ROUTES: tuple[Route, ...] = (
    *record_sets.ROUTES,
    *record_lists.ROUTES,
    *quotas.ROUTES,
    *routes.ROUTES,
)
