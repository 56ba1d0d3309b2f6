"""A machine, an application gateway and a database between which all is well."""

from typing import Any

ZONE = "base.private.postgres.database.azure.com"
NAME = "base.postgres.database.azure.com"
NIC = "networkInterfaces/nic"
MACHINE = "Microsoft.Compute/virtualMachines/vm"
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers/base"
GATEWAY = "applicationGateways/appgw"
FRONTEND = "10.1.2.10"
PASSWORD = "Only-for-tests-1"
ADMINISTRATOR = {"administratorLogin": "dbadmin", "administratorLoginPassword": PASSWORD}


def allow(name: str, source: str, priority: int, access: str = "Allow") -> dict[str, Any]:
    return {
        "name": name,
        "properties": {
            "priority": priority,
            "direction": "Inbound",
            "access": access,
            "protocol": "Tcp",
            "sourceAddressPrefix": source,
            "sourcePortRange": "*",
            "destinationAddressPrefix": "*",
            "destinationPortRange": "5432",
        },
    }


def gateway_body(azure: Any) -> dict[str, Any]:
    at = azure.id(GATEWAY)
    return {
        "location": "eastus",
        "properties": {
            "sku": {"name": "Standard_v2", "tier": "Standard_v2"},
            "gatewayIPConfigurations": [
                {
                    "name": "ip",
                    "properties": {"subnet": {"id": azure.id("virtualNetworks/vnet/subnets/gw")}},
                }
            ],
            "backendAddressPools": [
                {"name": "pool", "properties": {"backendAddresses": [{"fqdn": NAME}]}},
                {"name": "unused", "properties": {"backendAddresses": [{"fqdn": NAME}]}},
            ],
            "backendSettingsCollection": [
                {"name": "pg", "properties": {"protocol": "Tcp", "port": 5432}}
            ],
            "frontendIPConfigurations": [
                {"name": "private", "properties": {"privateIPAddress": FRONTEND}}
            ],
            "frontendPorts": [{"name": "pg", "properties": {"port": 5432}}],
            "listeners": [
                {
                    "name": "pg",
                    "properties": {
                        "frontendIPConfiguration": {"id": f"{at}/frontendIPConfigurations/private"},
                        "frontendPort": {"id": f"{at}/frontendPorts/pg"},
                    },
                }
            ],
            "routingRules": [
                {
                    "name": "pg",
                    "properties": {
                        "listener": {"id": f"{at}/listeners/pg"},
                        "backendAddressPool": {"id": f"{at}/backendAddressPools/pool"},
                        "backendSettings": {"id": f"{at}/backendSettingsCollection/pg"},
                    },
                }
            ],
        },
    }


def network_body(azure: Any) -> dict[str, Any]:
    group = {"networkSecurityGroup": {"id": azure.id("networkSecurityGroups/nsg")}}
    delegation = {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
    database = {"delegations": [{"name": "pg", "properties": delegation}], **group}
    nothing: dict[str, Any] = {}
    subnets = (("db", "10.1.3.0/24", database), ("gw", "10.1.2.0/24", nothing))
    return {
        "location": "eastus",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "subnets": [
                {"name": name, "properties": {"addressPrefix": prefix, **more}}
                for name, prefix, more in (*subnets, ("mgmt", "10.1.4.0/24", nothing))
            ],
        },
    }


def connect(azure: Any) -> Any:
    """A machine, an application gateway and a database between which all is well."""
    rules = [
        allow("FromMachines", "10.1.4.0/24", 100),
        allow("FromGateway", "10.1.2.0/24", 110),
        allow("DenyOthers", "*", 4096, "Deny"),
    ]
    nsg = {"location": "eastus", "properties": {"securityRules": rules}}
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/mgmt")}
    configuration = {"name": "ipc", "properties": {"subnet": subnet}}
    nic = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    linked = {"virtualNetwork": {"id": azure.id("virtualNetworks/vnet")}}
    profile = {"networkInterfaces": [{"id": azure.id(NIC)}]}
    network = {
        "delegatedSubnetResourceId": azure.id("virtualNetworks/vnet/subnets/db"),
        "privateDnsZoneArmResourceId": azure.id(f"privateDnsZones/{ZONE}"),
    }
    put = azure.emulator.put
    put(azure.id("networkSecurityGroups/nsg"), nsg)
    put(azure.id("virtualNetworks/vnet"), network_body(azure))
    put(azure.id(f"privateDnsZones/{ZONE}"), {"location": "global"})
    put(azure.id(f"privateDnsZones/{ZONE}/virtualNetworkLinks/link"), {"properties": linked})
    put(azure.id(NIC), nic)
    put(azure.id(MACHINE), {"location": "eastus", "properties": {"networkProfile": profile}})
    azure.postgresql.servers.begin_create_or_update(
        "rg",
        "base",
        {
            "location": "eastus",
            "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
            "properties": {"version": "17", "network": network, **ADMINISTRATOR},
        },
    ).result()
    put(azure.id(GATEWAY), gateway_body(azure))
    put(azure.id("networkWatchers/watcher", group="NetworkWatcherRG"), {"location": "eastus"})
    agent = {"publisher": "Microsoft.Azure.NetworkWatcher", "type": "NetworkWatcherAgentLinux"}
    put(f"{azure.id(MACHINE)}/extensions/agent", {"location": "eastus", "properties": agent})
    return azure
