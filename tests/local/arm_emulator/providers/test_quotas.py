"""Quotas hold at the write, as the lists of usages tell them."""

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

Refusal = Callable[..., str]

SUBNET = {"name": "s", "properties": {"addressPrefix": "10.1.0.0/24"}}
NETWORK = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": [SUBNET]}


@pytest.mark.parametrize(
    ("quota", "group", "body", "told"),
    [
        (
            "VirtualNetworks",
            "virtual_networks",
            {"properties": NETWORK},
            "400 VnetCountLimitReached",
        ),
        (
            "NetworkSecurityGroups",
            "network_security_groups",
            {},
            "400 security_group_quota_code",
        ),
        ("RouteTables", "route_tables", {}, "400 route_table_quota_code"),
        ("PublicIPAddresses", "public_ip_addresses", {}, "400 PublicIPCountLimitReached"),
        (
            "StandardSkuPublicIpAddresses",
            "public_ip_addresses",
            {},
            "400 IPv4StandardSkuPublicIpCountLimitReached",
        ),
        (
            "StaticPublicIPAddresses",
            "public_ip_addresses",
            {},
            "400 StaticPublicIPCountLimitReached",
        ),
    ],
)
def test_one_more_than_the_region_may_hold_is_refused(
    azure: Any, refusal: Refusal, quota: str, group: str, body: dict[str, Any], told: str
) -> None:
    azure.emulator.settings({"quotas": {quota: 1}})
    write = getattr(azure.network, group).begin_create_or_update
    write("rg", "first", {"location": "eastus", **body}).result()
    second = {"location": "eastus", **body}
    assert refusal(write, "rg", "second", second, polling=False) == azure.told(told)
    write("rg", "first", {"location": "eastus", "tags": {"a": "b"}, **body}).result()
    write("rg", "elsewhere", {"location": "westus2", **body}).result()


def test_a_region_has_one_network_watcher(azure: Any, refusal: Refusal) -> None:
    write = azure.network.network_watchers.create_or_update
    write("rg", "first", {"location": "eastus"})
    told = "400 NetworkWatcherCountLimitReached"
    assert refusal(write, "rg", "second", {"location": "eastus"}) == told


def machine(azure: Any, name: str, size: str) -> Any:
    address = f"virtualNetworks/vnet/subnets/{SUBNET['name']}"
    inner = {"subnet": {"id": azure.id(address)}}
    configuration = {"name": "ipc", "properties": inner}
    azure.emulator.put(
        azure.id(f"networkInterfaces/{name}"),
        {"location": "eastus", "properties": {"ipConfigurations": [configuration]}},
    )
    interface = {"id": azure.id(f"networkInterfaces/{name}")}
    return {
        "location": "eastus",
        "properties": {
            "hardwareProfile": {"vmSize": size},
            "networkProfile": {"networkInterfaces": [interface]},
        },
    }


@pytest.mark.parametrize("quota", ["cores", "virtualMachines", "standardDSv5Family"])
def test_machines_beyond_a_quota_are_refused_with_the_numbers(azure: Any, quota: str) -> None:
    azure.emulator.put(
        azure.id("virtualNetworks/vnet"), {"location": "eastus", "properties": NETWORK}
    )
    azure.emulator.settings({"quotas": {quota: 1 if quota == "virtualMachines" else 5}})
    write = azure.resources.resources.begin_create_or_update_by_id
    first, second = (azure.id(f"Microsoft.Compute/virtualMachines/{n}") for n in ("vm1", "vm2"))
    write(first, machine(azure, "vm1", "Standard_D2s_v5"), api_version="2025-04-01").result()
    with pytest.raises(HttpResponseError) as refused:
        write(second, machine(azure, "vm2", "Standard_D4s_v5"), api_version="2025-04-01")
    assert (refused.value.status_code, code_of(refused)) == (409, "OperationNotAllowed")
    assert "Current Limit" in str(refused.value)


def test_a_machine_grows_only_within_its_quota(azure: Any) -> None:
    azure.emulator.put(
        azure.id("virtualNetworks/vnet"), {"location": "eastus", "properties": NETWORK}
    )
    azure.emulator.settings({"quotas": {"cores": 3}})
    write = azure.resources.resources.begin_create_or_update_by_id
    target = azure.id("Microsoft.Compute/virtualMachines/vm")
    body = machine(azure, "vm", "Standard_D2s_v5")
    write(target, body, api_version="2025-04-01").result()
    write(target, body | {"tags": {"a": "b"}}, api_version="2025-04-01").result()
    body["properties"]["hardwareProfile"]["vmSize"] = "Standard_D4s_v5"
    with pytest.raises(HttpResponseError) as refused:
        write(target, body, api_version="2025-04-01")
    assert code_of(refused) == "OperationNotAllowed"


def server(**more: Any) -> dict[str, Any]:
    properties = {
        "version": "17",
        "administratorLogin": "dbadmin",
        "administratorLoginPassword": "Correct-Horse-9",
        **more,
    }
    sku = {"name": "Standard_D2ds_v5", "tier": "GeneralPurpose"}
    return {"location": "eastus", "sku": sku, "properties": properties}


@pytest.mark.parametrize(
    ("limit", "more"), [(1, {}), (3, {"highAvailability": {"mode": "ZoneRedundant"}})]
)
def test_a_server_beyond_the_vcores_of_its_family_is_refused(
    azure: Any, refusal: Refusal, limit: int, more: dict[str, Any]
) -> None:
    azure.emulator.settings({"quotas": {"postgresql/standardDDSv5Family": limit}})
    write = azure.postgresql.servers.begin_create_or_update
    told = azure.told("400 postgresql_quota_code")
    assert refusal(write, "rg", "db-1", server(**more), polling=False) == told


def code_of(refused: pytest.ExceptionInfo[HttpResponseError]) -> Any:
    error = refused.value.error
    assert error is not None
    return error.code
