"""Whether every key of a body exists in the TypedDicts of the SDKs, at any depth.

The SDKs' own annotations cannot be used for type checking (whatever may refer to another resource
demands an etag of it), but they know every property there is.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

NETWORK = "azure.mgmt.network.types"
POSTGRESQL = "azure.mgmt.postgresqlflexibleservers.types"
PRIVATE_DNS = "azure.mgmt.privatedns.types"

SHAPES = {
    "Microsoft.Network/networkSecurityGroups": (NETWORK, "NetworkSecurityGroup"),
    "Microsoft.Network/routeTables": (NETWORK, "RouteTable"),
    "Microsoft.Network/publicIPAddresses": (NETWORK, "PublicIPAddress"),
    "Microsoft.Network/virtualNetworks": (NETWORK, "VirtualNetwork"),
    "Microsoft.Network/virtualNetworkGateways": (NETWORK, "VirtualNetworkGateway"),
    "Microsoft.Network/connections": (NETWORK, "VirtualNetworkGatewayConnection"),
    "Microsoft.Network/applicationGateways": (NETWORK, "ApplicationGateway"),
    "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies": (
        NETWORK,
        "WebApplicationFirewallPolicy",
    ),
    "Microsoft.Network/bastionHosts": (NETWORK, "BastionHost"),
    "Microsoft.Network/networkInterfaces": (NETWORK, "NetworkInterface"),
    "Microsoft.Network/privateDnsZones": (PRIVATE_DNS, "PrivateZone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": (PRIVATE_DNS, "VirtualNetworkLink"),
    "Microsoft.Network/privateDnsZones/A": (PRIVATE_DNS, "RecordSet"),
    "Microsoft.DBforPostgreSQL/flexibleServers": (POSTGRESQL, "Server"),
}


def unknown_keys(body: Any, module: str, name: str) -> list[str]:
    """Paths of the keys that no TypedDict knows."""
    return list(_unknown(body, vars(importlib.import_module(module)), [name], ""))


def _unknown(value: Any, types: Mapping[str, Any], names: list[str], path: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _unknown(item, types, names, path)
    elif isinstance(value, Mapping) and "$secret" not in value:
        known: dict[str, Any] = {}
        for name in names:
            known |= types[name].__annotations__
        for key, item in value.items():
            where = f"{path}.{key}".lstrip(".")
            if key not in known:
                yield where
            elif "dict[str" not in str(known[key]):  # a map has keys of its own
                words = re.findall(r"\w+", str(known[key]))
                inner = [word for word in words if hasattr(types.get(word), "__total__")]
                yield from _unknown(item, types, inner, where)
