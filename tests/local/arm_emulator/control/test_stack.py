"""The whole architecture, created and deleted by the real SDKs in virtual time."""

from typing import Any

CIRCUIT = "expressRouteCircuits/er"


def create_network(azure: Any) -> None:
    network, vnet_id = azure.network, azure.id("virtualNetworks/vnet")
    network.network_security_groups.begin_create_or_update(
        "rg", "nsg", {"location": "eastus", "properties": {"securityRules": []}}
    ).result()
    network.route_tables.begin_create_or_update("rg", "rt", {"location": "eastus"}).result()
    for name in ("pip-appgw", "pip-bastion"):
        network.public_ip_addresses.begin_create_or_update(
            "rg", name, {"location": "eastus", "sku": {"name": "Standard"}}
        ).result()
    pg = {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}
    subnets = [
        ("GatewaySubnet", "10.1.1.0/27", {}),
        ("ApplicationGatewaySubnet", "10.1.2.0/24", {}),
        (
            "DatabaseSubnet",
            "10.1.3.0/24",
            {
                "delegations": [{"name": "pg", "properties": pg}],
                "networkSecurityGroup": {"id": azure.id("networkSecurityGroups/nsg")},
                "routeTable": {"id": azure.id("routeTables/rt")},
            },
        ),
        ("ManagementSubnet", "10.1.4.0/24", {}),
        ("AzureBastionSubnet", "10.1.5.0/26", {}),
    ]
    body = {
        "location": "eastus",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
            "subnets": [
                {"name": n, "properties": {"addressPrefix": p, **more}} for n, p, more in subnets
            ],
        },
    }
    network.virtual_networks.begin_create_or_update("rg", "vnet", body).result()
    azure.dns.private_zones.begin_create_or_update(
        "rg", "db.private.postgres.database.azure.com", {"location": "global"}
    ).result()
    link = {
        "location": "global",
        "properties": {"virtualNetwork": {"id": vnet_id}, "registrationEnabled": False},
    }
    azure.dns.virtual_network_links.begin_create_or_update(
        "rg", "db.private.postgres.database.azure.com", "link", link
    ).result()


def gateway_body(azure: Any) -> dict[str, Any]:
    subnet = azure.id("virtualNetworks/vnet/subnets/GatewaySubnet")
    return {
        "location": "eastus",
        "properties": {
            "gatewayType": "ExpressRoute",
            "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
            "ipConfigurations": [{"name": "default", "properties": {"subnet": {"id": subnet}}}],
        },
    }


def server_body(azure: Any) -> dict[str, Any]:
    zone = "privateDnsZones/db.private.postgres.database.azure.com"
    return {
        "location": "eastus",
        "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
        "properties": {
            "version": "17",
            "administratorLogin": "dbadmin",
            "administratorLoginPassword": "S3cret-of-the-server",
            "storage": {"storageSizeGB": 128},
            "network": {
                "delegatedSubnetResourceId": azure.id(
                    "virtualNetworks/vnet/subnets/DatabaseSubnet"
                ),
                "privateDnsZoneArmResourceId": azure.id(zone),
            },
        },
    }


def test_the_whole_stack_is_created_and_deleted_in_about_the_documented_time(azure: Any) -> None:
    started = azure.clock.now()
    create_network(azure)
    azure.emulator.put(azure.id(CIRCUIT, "rg-er"), {})
    network = azure.network
    network.virtual_network_gateways.begin_create_or_update(
        "rg", "gw", gateway_body(azure), polling=False
    )
    server = azure.postgresql.servers.begin_create_or_update("rg", "db-1", server_body(azure))
    assert server.result().properties.state == "Ready"
    azure.advance(seconds=30)
    azure.postgresql.configurations.begin_update(
        "rg", "db-1", "max_connections", {"properties": {"value": "200", "source": "user-override"}}
    ).result()
    pending = azure.postgresql.configurations.get("rg", "db-1", "max_connections")
    assert pending.properties.is_config_pending_restart
    azure.advance(seconds=30)
    azure.postgresql.servers.begin_restart("rg", "db-1").result()
    azure.advance(minutes=15)
    gateway = network.virtual_network_gateways.get("rg", "gw")
    assert gateway.properties.provisioning_state == "Succeeded"
    connection = {
        "location": "eastus",
        "properties": {
            "connectionType": "ExpressRoute",
            "virtualNetworkGateway1": {"id": azure.id("virtualNetworkGateways/gw")},
            "peer": {"id": azure.id(CIRCUIT, "rg-er")},
        },
    }
    network.virtual_network_gateway_connections.begin_create_or_update(
        "rg", "conn", connection
    ).result()
    azure.advance(minutes=3)
    conn = network.virtual_network_gateway_connections.get("rg", "conn")
    assert conn.properties.connection_status == "Connected"
    took = (azure.clock.now() - started).total_seconds() / 60
    assert 28 < took < 50
    azure.resources.resource_groups.begin_delete("rg").result()
    assert azure.emulator.resources(group="rg") == []
    assert not azure.resources.resource_groups.check_existence("rg")


def test_no_answer_ever_holds_the_password(azure: Any) -> None:
    create_network(azure)
    azure.postgresql.servers.begin_create_or_update("rg", "db-1", server_body(azure)).result()
    assert "S3cret" not in str(azure.emulator.resources())
    assert "S3cret" not in str(azure.emulator.calls())
