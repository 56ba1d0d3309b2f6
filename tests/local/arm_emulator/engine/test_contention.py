"""Who keeps whom from writing: locks of networks, joins, superseded writes, busy servers."""

from collections.abc import Callable
from typing import Any

import pytest

from local.arm_emulator.state.operations import derived_guid

Refusal = Callable[..., str]
SUBNET = {"properties": {"addressPrefix": "10.1.9.0/24"}}
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers/srv-1"


def gateway(azure: Any) -> dict[str, Any]:
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/GatewaySubnet")}
    return {
        "location": "eastus",
        "properties": {
            "gatewayType": "ExpressRoute",
            "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
            "ipConfigurations": [{"name": "default", "properties": {"subnet": subnet}}],
        },
    }


def test_two_subnets_of_one_network_cannot_be_written_at_once(
    network: Any, refusal: Refusal
) -> None:
    subnets = network.network.subnets
    subnets.begin_create_or_update("rg", "vnet", "a", SUBNET, polling=False)
    other = {"properties": {"addressPrefix": "10.1.10.0/24"}}
    told = refusal(subnets.begin_create_or_update, "rg", "vnet", "b", other, polling=False)
    assert told == "429 AnotherOperationInProgress"
    network.advance(seconds=10)
    subnets.begin_create_or_update("rg", "vnet", "b", other).result()


def test_the_status_of_the_lock_is_a_setting(network: Any, refusal: Refusal) -> None:
    network.emulator.settings({"lock_status": 409})
    subnets = network.network.subnets
    subnets.begin_create_or_update("rg", "vnet", "a", SUBNET, polling=False)
    other = {"properties": {"addressPrefix": "10.1.10.0/24"}}
    told = refusal(subnets.begin_create_or_update, "rg", "vnet", "b", other, polling=False)
    assert told == "409 AnotherOperationInProgress"


def test_a_gateway_refuses_writes_to_its_network_until_it_is_there(
    network: Any, refusal: Refusal
) -> None:
    network.network.virtual_network_gateways.begin_create_or_update(
        "rg", "gw", gateway(network), polling=False
    )
    write = network.network.subnets.begin_create_or_update
    told = refusal(write, "rg", "vnet", "a", SUBNET, polling=False)
    assert told == "429 RetryableErrorDueToAnotherOperation"
    network.advance(minutes=30)
    write("rg", "vnet", "a", SUBNET).result()


def test_services_enter_other_subnets_while_a_gateway_is_made(network: Any) -> None:
    network.network.virtual_network_gateways.begin_create_or_update(
        "rg", "gw", gateway(network), polling=False
    )
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/ManagementSubnet")}
    body = {
        "location": "eastus",
        "properties": {"ipConfigurations": [{"name": "ipc", "properties": {"subnet": subnet}}]},
    }
    made = network.network.network_interfaces.begin_create_or_update("rg", "nic", body).result()
    assert made.properties.ip_configurations[0].properties.private_ip_address == "10.1.4.4"


def test_a_service_that_enters_holds_the_network_for_a_moment_where_so_set(
    network: Any, refusal: Refusal
) -> None:
    network.emulator.settings({"join_lock_seconds": 5.0})
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/ManagementSubnet")}
    body = {
        "location": "eastus",
        "properties": {"ipConfigurations": [{"name": "ipc", "properties": {"subnet": subnet}}]},
    }
    network.network.network_interfaces.begin_create_or_update("rg", "nic", body, polling=False)
    write = network.network.subnets.begin_create_or_update
    told = refusal(write, "rg", "vnet", "a", SUBNET, polling=False)
    assert told == "429 RetryableErrorDueToAnotherOperation"
    network.advance(seconds=6)
    write("rg", "vnet", "a", SUBNET).result()


def test_a_security_group_cannot_change_while_a_network_that_names_it_is_written(
    azure: Any, refusal: Refusal
) -> None:
    groups = azure.network.network_security_groups
    groups.begin_create_or_update("rg", "nsg", {"location": "eastus"}).result()
    group = {"id": azure.id("networkSecurityGroups/nsg")}
    subnet = {"name": "s", "properties": {"addressPrefix": "10.1.1.0/24"}}
    subnet["properties"]["networkSecurityGroup"] = group  # type: ignore[index]
    body = {
        "location": "eastus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [subnet]},
    }
    azure.network.virtual_networks.begin_create_or_update("rg", "v", body, polling=False)
    tagged = {"location": "eastus", "tags": {"a": "b"}}
    told = refusal(groups.begin_create_or_update, "rg", "nsg", tagged, polling=False)
    assert told == "429 AnotherOperationInProgress"


def test_what_is_not_ready_cannot_be_referred_to(azure: Any, refusal: Refusal) -> None:
    groups = azure.network.network_security_groups
    groups.begin_create_or_update("rg", "nsg", {"location": "eastus"}, polling=False)
    group = {"id": azure.id("networkSecurityGroups/nsg")}
    subnet = {"name": "s", "properties": {"addressPrefix": "10.1.1.0/24"}}
    subnet["properties"]["networkSecurityGroup"] = group  # type: ignore[index]
    body = {
        "location": "eastus",
        "properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [subnet]},
    }
    write = azure.network.virtual_networks.begin_create_or_update
    assert refusal(write, "rg", "v", body, polling=False) == "429 RetryableError"


def test_an_identical_put_joins_a_different_one_is_refused_and_so_is_a_deletion(
    azure: Any, refusal: Refusal
) -> None:
    tables = azure.network.route_tables
    tables.begin_create_or_update("rg", "rt", {"location": "eastus"}, polling=False)
    tables.begin_create_or_update("rg", "rt", {"location": "eastus"}, polling=False)
    started = azure.emulator.operations()
    assert len([each for each in started if each["kind"] == "create"]) == 1
    other = {"location": "eastus", "tags": {"a": "b"}}
    told = refusal(tables.begin_create_or_update, "rg", "rt", other, polling=False)
    assert told == "409 AnotherOperationInProgress"
    told = refusal(tables.begin_delete, "rg", "rt", polling=False)
    assert told == "409 AnotherOperationInProgress"


def test_a_second_deletion_joins_the_first(azure: Any) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    azure.network.route_tables.begin_delete("rg", "rt", polling=False)
    azure.network.route_tables.begin_delete("rg", "rt").result()
    assert [each["kind"] for each in azure.emulator.operations()] == ["delete"]


def test_parallel_writes_of_rules_cancel_each_other_and_keep_both_rules(azure: Any) -> None:
    azure.emulator.put(azure.id("networkSecurityGroups/nsg"), {"location": "eastus"})
    rules = azure.network.security_rules

    def rule(priority: int) -> dict[str, Any]:
        either = ("sourceAddressPrefix", "sourcePortRange", "destinationAddressPrefix")
        fixed = {"direction": "Inbound", "access": "Allow", "protocol": "Tcp"}
        all_of = dict.fromkeys((*either, "destinationPortRange"), "*")
        return {"properties": {"priority": priority, **fixed, **all_of}}

    rules.begin_create_or_update("rg", "nsg", "a", rule(100), polling=False)
    assert rules.begin_create_or_update("rg", "nsg", "b", rule(110)).result().name == "b"
    first, second = azure.emulator.operations()
    assert (first["status"], second["status"]) == ("Canceled", "Succeeded")
    assert first["error"]["code"] == "CanceledAndSupersededDueToAnotherOperation"
    assert {each.name for each in rules.list("rg", "nsg")} == {"a", "b"}


def test_a_failed_operation_leaves_the_resource_failed(azure: Any, refusal: Refusal) -> None:
    azure.emulator.fail(
        method="PUT", type="*/routeTables", operation="Failed", code="InternalServerError"
    )
    write = azure.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "rt", {"location": "eastus"}) == "200 InternalServerError"
    found = azure.network.route_tables.get("rg", "rt")
    assert found.properties.provisioning_state == "Failed"
    write("rg", "rt", {"location": "eastus"}).result()


def test_a_server_is_busy_while_it_is_written_and_for_a_while_after(
    azure: Any, refusal: Refusal
) -> None:
    sku = {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}
    azure.emulator.put(
        azure.id(SERVER), {"location": "eastus", "sku": sku, "properties": {"version": "17"}}
    )
    azure.advance(minutes=1)
    value = {"properties": {"value": "8192", "source": "user-override"}}
    write = azure.postgresql.configurations.begin_update
    write("rg", "srv-1", "work_mem", value, polling=False)
    other = {"properties": {"value": "300000", "source": "user-override"}}
    told = refusal(write, "rg", "srv-1", "maintenance_work_mem", other, polling=False)
    assert told == "409 ServerIsBusy"
    azure.advance(seconds=22)  # its 20 seconds are over, its quiet time is not
    told = refusal(write, "rg", "srv-1", "maintenance_work_mem", other, polling=False)
    assert told == "409 ServerIsBusy"
    azure.advance(seconds=10)
    write("rg", "srv-1", "maintenance_work_mem", other).result()


def test_durations_depend_on_the_seed_and_never_on_the_order_of_requests(emulator: Any) -> None:
    emulator.settings({"duration_spread": 0.25})
    operations, settings = emulator.cloud.operations, emulator.cloud.settings

    def seconds(target: str) -> float:
        return float(operations.duration(target, "create", 100.0, settings).total_seconds())

    first = [seconds("/a"), seconds("/b"), seconds("/c")]
    assert first == list(reversed([seconds("/c"), seconds("/b"), seconds("/a")]))
    assert len(set(first)) == 3
    assert all(75 <= each <= 125 for each in first)


def test_a_duration_can_be_set_by_type_and_kind(azure: Any) -> None:
    azure.emulator.set_durations({"Microsoft.Network/routeTables|create": 1000})
    before = azure.clock.now()
    azure.network.route_tables.begin_create_or_update("rg", "rt", {"location": "eastus"}).result()
    assert 1000 <= (azure.clock.now() - before).total_seconds() < 1020


@pytest.mark.parametrize("seed", [1, 2])
def test_guids_come_from_the_seed(seed: int) -> None:
    assert derived_guid(seed, "a") == derived_guid(seed, "a")
    assert derived_guid(seed, "a") != derived_guid(seed + 1, "a")
