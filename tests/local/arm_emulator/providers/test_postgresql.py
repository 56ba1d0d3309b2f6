"""PostgreSQL servers by the real SDK: their life, and what Azure refuses."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

SECRET = "Correct-Horse-9"
DELEGATION = {
    "name": "pg",
    "properties": {"serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"},
}
ZONE = "db.private.postgres.database.azure.com"


def body(azure: Any, **more: Any) -> dict[str, Any]:
    network = {
        "delegatedSubnetResourceId": azure.id("virtualNetworks/vnet/subnets/DatabaseSubnet"),
        "privateDnsZoneArmResourceId": azure.id(f"privateDnsZones/{more.pop('zone', ZONE)}"),
    }
    properties = {
        "version": "17",
        "administratorLogin": "dbadmin",
        "administratorLoginPassword": SECRET,
        "storage": {"storageSizeGB": 128},
        "network": network,
        "createMode": "Create",
        **more,
    }
    sku = {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}
    return {"location": "eastus", "sku": sku, "properties": properties}


def create(azure: Any, name: str = "base", **more: Any) -> Any:
    return azure.postgresql.servers.begin_create_or_update("rg", name, body(azure, **more)).result()


@pytest.fixture
def place(azure: Any) -> Any:
    """A delegated subnet and a zone."""
    azure.emulator.put(
        azure.id("virtualNetworks/vnet"),
        {
            "location": "eastus",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
                "subnets": [
                    {
                        "name": "DatabaseSubnet",
                        "properties": {
                            "addressPrefix": "10.1.3.0/24",
                            "delegations": [DELEGATION],
                        },
                    },
                    {"name": "plain", "properties": {"addressPrefix": "10.1.4.0/24"}},
                ],
            },
        },
    )
    azure.emulator.put(azure.id(f"privateDnsZones/{ZONE}"), {"location": "global"})
    return azure


@pytest.fixture
def server(place: Any) -> Any:
    create(place)
    place.advance(seconds=30)  # past ServerIsBusy
    return place


def refusal(call: Any, *arguments: Any) -> Any:
    with pytest.raises(HttpResponseError) as refused:
        call(*arguments).result()
    return refused.value.error


def test_a_created_server_is_ready_and_never_shows_its_password(server: Any) -> None:
    found = server.postgresql.servers.get("rg", "base").as_dict()
    assert found["properties"]["state"] == "Ready"
    assert SECRET not in str(found)
    assert found["location"] == "East US"


def test_the_first_answer_is_an_operation_and_no_server(place: Any) -> None:
    started = place.postgresql.servers.begin_create_or_update(
        "rg", "base", body(place), polling=False, cls=lambda raw, *_: raw.http_response
    ).result()
    assert started.status_code == 202
    assert started.json()["operation"] == "UpsertServerManagementOperationV2"


def test_the_server_writes_its_own_record_into_the_zone(server: Any) -> None:
    records = list(server.dns.record_sets.list_by_type("rg", ZONE, "A"))
    assert [each.properties.a_records[0].ipv4_address for each in records] == ["10.1.3.4"]


def test_a_server_sees_to_the_storage_endpoint_of_its_subnet(server: Any) -> None:
    subnet = server.network.subnets.get("rg", "vnet", "DatabaseSubnet")
    assert [each.service for each in subnet.service_endpoints] == ["Microsoft.Storage"]


def test_a_server_can_be_updated_and_deleted(server: Any) -> None:
    servers = server.postgresql.servers
    servers.begin_update("rg", "base", {"tags": {"a": "b"}}).result()
    assert servers.get("rg", "base").tags == {"a": "b"}
    server.advance(seconds=30)
    servers.begin_delete("rg", "base").result()
    with pytest.raises(ResourceNotFoundError):
        servers.get("rg", "base")
    assert list(server.dns.record_sets.list_by_type("rg", ZONE, "A")) == []


def test_storage_never_shrinks(server: Any) -> None:
    smaller = {"properties": {"storage": {"storageSizeGB": 64}}}
    error = refusal(server.postgresql.servers.begin_update, "rg", "base", smaller)
    assert error.code == "InvalidParameterValue"


def test_a_server_is_busy_while_it_is_written_and_a_while_after(server: Any) -> None:
    configurations = server.postgresql.configurations
    value = {"properties": {"value": "8192", "source": "user-override"}}
    configurations.begin_update("rg", "base", "work_mem", value, polling=False)
    more = ("rg", "base", "lock_timeout", {"properties": {"value": "5"}})
    assert refusal(configurations.begin_update, *more).code == "ServerIsBusy"
    server.emulator.settings({"postgresql_busy_after_seconds": 3600.0})
    server.advance(seconds=60)
    assert configurations.get("rg", "base", "work_mem").properties.value == "8192"
    assert refusal(configurations.begin_update, *more).code == "ServerIsBusy"


def test_a_static_parameter_waits_for_a_restart(server: Any) -> None:
    configurations = server.postgresql.configurations
    value = {"properties": {"value": "200", "source": "user-override"}}
    configurations.begin_update("rg", "base", "max_connections", value).result()
    assert configurations.get("rg", "base", "max_connections").properties.is_config_pending_restart
    server.advance(seconds=30)
    server.postgresql.servers.begin_restart("rg", "base").result()
    found = configurations.get("rg", "base", "max_connections").properties
    assert (found.value, found.is_config_pending_restart) == ("200", False)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("work_mem", "1", "InvalidParameterValue"),
        ("server_version", "1", "parameter_read_only_code"),
        ("no_such", "1", "parameter_unknown_code"),
    ],
)
def test_a_parameter_outside_of_its_rules_is_refused(
    server: Any, name: str, value: str, code: str
) -> None:
    change = {"properties": {"value": value}}
    begin = server.postgresql.configurations.begin_update
    assert refusal(begin, "rg", "base", name, change).code == server.told(code)


def test_a_subnet_that_is_not_delegated_is_refused(place: Any) -> None:
    wrong = body(place)
    wrong["properties"]["network"]["delegatedSubnetResourceId"] = place.id(
        "virtualNetworks/vnet/subnets/plain"
    )
    error = refusal(place.postgresql.servers.begin_create_or_update, "rg", "base", wrong)
    assert error.code == place.told("subnet_not_delegated_code")
    assert "missing the required delegation" in error.message


def test_a_zone_named_like_the_server_is_found_out_after_a_minute(place: Any) -> None:
    name = "base.postgres.database.azure.com"
    place.emulator.put(place.id(f"privateDnsZones/{name}"), {"location": "global"})
    started = place.clock.now()
    wrong = body(place, zone=name)
    error = refusal(place.postgresql.servers.begin_create_or_update, "rg", "base", wrong)
    assert error.code == "PrivateDnsZoneNameNotValid"
    assert (place.clock.now() - started).total_seconds() == 60  # accepted, and then found out


@pytest.mark.parametrize(
    ("network", "code"),
    [
        ({"privateDnsZoneArmResourceId": None}, "EmptyPrivateDnsZoneArmResourceId"),
        (
            {"publicNetworkAccess": "Enabled"},
            "ConflictingPublicNetworkAccessAndVirtualNetworkConfiguration",
        ),
    ],
)
def test_a_network_that_is_half_public_or_without_a_zone_is_refused(
    place: Any, network: dict[str, Any], code: str
) -> None:
    wrong = body(place)
    wrong["properties"]["network"] |= network
    begin = place.postgresql.servers.begin_create_or_update
    assert refusal(begin, "rg", "base", wrong).code == code


def test_a_name_that_breaks_the_rule_is_refused(place: Any) -> None:
    begin = place.postgresql.servers.begin_create_or_update
    told = place.told("server_name_code")
    assert refusal(begin, "rg", "Base", body(place)).code == told


def test_a_name_that_another_server_has_is_refused(server: Any) -> None:
    server.resources.resource_groups.create_or_update("other", {"location": "eastus"})
    begin = server.postgresql.servers.begin_create_or_update
    assert refusal(begin, "other", "base", body(server)).code == "ServerNameAlreadyExists"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"administratorLogin": "azure_superuser"}, "InvalidParameterValue"),
        ({"administratorLoginPassword": "short"}, "password_code"),
        ({"version": "9"}, "InvalidParameterValue"),
    ],
)
def test_an_account_or_a_version_against_the_rules_is_refused(
    place: Any, wrong: dict[str, str], code: str
) -> None:
    begin = place.postgresql.servers.begin_create_or_update
    assert refusal(begin, "rg", "base", body(place, **wrong)).code == place.told(code)


def test_a_region_closed_to_the_subscription_refuses_servers(place: Any) -> None:
    place.emulator.settings({"postgresql_restricted": ("eastus",)})
    begin = place.postgresql.servers.begin_create_or_update
    assert refusal(begin, "rg", "base", body(place)).code == "LocationIsOfferRestricted"


def test_a_stopped_server_takes_no_writes(server: Any) -> None:
    server.postgresql.servers.begin_stop("rg", "base").result()
    server.advance(seconds=30)
    error = refusal(server.postgresql.servers.begin_update, "rg", "base", {"tags": {}})
    assert error.code == "UpsertServerManagementOperationComputeOnlySupportForStoppedServer"


def test_a_primary_outlives_its_replicas(server: Any) -> None:
    replica = {
        "location": "eastus",
        "sku": {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"},
        "properties": {
            "createMode": "Replica",
            "sourceServerResourceId": server.id("Microsoft.DBforPostgreSQL/flexibleServers/base"),
        },
    }
    servers = server.postgresql.servers
    servers.begin_create_or_update("rg", "copy", replica).result()
    assert servers.get("rg", "copy").properties.replication_role == "AsyncReplica"
    names = [each.name for each in server.postgresql.replicas.list_by_server("rg", "base")]
    assert names == ["copy"]
    assert refusal(servers.begin_delete, "rg", "base").code == server.told(
        "server_with_replicas_code"
    )


def test_the_link_of_a_deleted_server_blocks_its_subnet_and_network_for_a_while(
    server: Any,
) -> None:
    network = server.network
    server.postgresql.servers.begin_delete("rg", "base").result()
    links = network.service_association_links.list("rg", "vnet", "DatabaseSubnet").value
    assert [each.properties.allow_delete for each in links] == [False]
    without = {"properties": {"addressPrefix": "10.1.3.0/24"}}
    subnets = network.subnets
    change = ("rg", "vnet", "DatabaseSubnet", without)
    error = refusal(subnets.begin_create_or_update, *change)
    assert error.code == "SubnetMissingRequiredDelegation"
    error = refusal(subnets.begin_delete, "rg", "vnet", "DatabaseSubnet")
    assert error.code == "InUseSubnetCannotBeDeleted"
    error = refusal(network.virtual_networks.begin_delete, "rg", "vnet")
    assert error.code == "InUseSubnetCannotBeDeleted"
    server.advance(seconds=600)
    assert not network.service_association_links.list("rg", "vnet", "DatabaseSubnet").value
    network.virtual_networks.begin_delete("rg", "vnet").result()


def test_children_of_a_server_come_and_go(server: Any) -> None:
    databases = server.postgresql.databases
    databases.begin_create("rg", "base", "app", {"properties": {"charset": "UTF8"}}).result()
    assert databases.get("rg", "base", "app").properties.charset == "UTF8"
    server.advance(seconds=30)
    databases.begin_delete("rg", "base", "app").result()
    with pytest.raises(ResourceNotFoundError):
        databases.get("rg", "base", "app")
