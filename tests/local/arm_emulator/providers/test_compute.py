"""Machines, disks and extensions by the generic resources client."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

VERSION = "2025-04-01"
MACHINE = "Microsoft.Compute/virtualMachines/vm"


def error_of(refused: pytest.ExceptionInfo[HttpResponseError]) -> Any:
    return refused.value.error


@pytest.fixture
def interface(azure: Any) -> Any:
    """A network interface for a machine."""
    subnets = [{"name": "s", "properties": {"addressPrefix": "10.1.4.0/24"}}]
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    vnet = {"location": "eastus", "properties": {"addressSpace": space, "subnets": subnets}}
    azure.emulator.put(azure.id("virtualNetworks/vnet"), vnet)
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/s")}
    configuration = {"name": "ipc", "properties": {"subnet": subnet}}
    azure.emulator.put(
        azure.id("networkInterfaces/nic"),
        {"location": "eastus", "properties": {"ipConfigurations": [configuration]}},
    )
    return azure


def body(azure: Any, size: str = "Standard_B2s", disk: str = "Delete") -> dict[str, Any]:
    return {
        "location": "eastus",
        "properties": {
            "hardwareProfile": {"vmSize": size},
            "storageProfile": {"osDisk": {"createOption": "FromImage", "deleteOption": disk}},
            "osProfile": {
                "computerName": "vm",
                "adminUsername": "operator",
                "adminPassword": "Never-Shown-1",
            },
            "networkProfile": {"networkInterfaces": [{"id": azure.id("networkInterfaces/nic")}]},
        },
    }


def create(azure: Any, name: str = MACHINE, **more: Any) -> Any:
    return azure.resources.resources.begin_create_or_update_by_id(
        azure.id(name), body(azure, **more), api_version=VERSION
    ).result()


def delete(azure: Any, name: str = MACHINE) -> None:
    azure.resources.resources.begin_delete_by_id(azure.id(name), api_version=VERSION).result()


def disks(azure: Any) -> list[str]:
    return [each["name"] for each in azure.emulator.resources("Microsoft.Compute/disks")]


def test_a_machine_has_an_id_for_life_and_hides_its_password(interface: Any) -> None:
    create(interface)
    made = interface.resources.resources.get_by_id(interface.id(MACHINE), api_version=VERSION)
    assert made.properties["vmId"]
    assert "Never-Shown-1" not in str(made.as_dict())


def test_a_disk_goes_with_its_machine_only_if_told_to(interface: Any) -> None:
    create(interface)
    assert disks(interface) == ["vm_OsDisk_1"]
    delete(interface)
    assert disks(interface) == []
    interface.advance(seconds=600)
    create(interface, disk="Detach")
    delete(interface)
    assert disks(interface) == ["vm_OsDisk_1"]


def test_an_interface_is_reserved_for_180_seconds_after_its_machine(interface: Any) -> None:
    interfaces = interface.network.network_interfaces
    create(interface)
    with pytest.raises(HttpResponseError) as refused:
        interfaces.begin_delete("rg", "nic")
    assert error_of(refused).code == "NicInUse"
    delete(interface)
    with pytest.raises(HttpResponseError) as refused:
        interfaces.begin_delete("rg", "nic")
    assert error_of(refused).code == "NicReservedForAnotherVm"
    with pytest.raises(HttpResponseError) as refused:
        create(interface, "Microsoft.Compute/virtualMachines/other")
    assert error_of(refused).code == "NicReservedForAnotherVm"
    interface.advance(seconds=180)
    interfaces.begin_delete("rg", "nic").result()


def test_a_size_that_is_unknown_or_barred_is_refused(interface: Any) -> None:
    with pytest.raises(HttpResponseError) as refused:
        create(interface, size="Standard_Z9")
    assert error_of(refused).code == "InvalidParameter"
    interface.emulator.settings({"restricted_sizes": ("Standard_B2s",)})
    with pytest.raises(HttpResponseError) as refused:
        create(interface)
    assert error_of(refused).code == "SkuNotAvailable"


def test_an_extension_needs_its_machine_and_goes_with_it(interface: Any) -> None:
    resources = interface.resources.resources
    id_ = interface.id(f"{MACHINE}/extensions/agent")
    agent = {"location": "eastus", "properties": {"type": "NetworkWatcherAgentLinux"}}
    with pytest.raises(ResourceNotFoundError) as missing:
        resources.begin_create_or_update_by_id(id_, agent, api_version=VERSION)
    assert error_of(missing).code == "ParentResourceNotFound"
    create(interface)
    resources.begin_create_or_update_by_id(id_, agent, api_version=VERSION).result()
    delete(interface)
    with pytest.raises(ResourceNotFoundError):
        resources.get_by_id(id_, api_version=VERSION)


IMAGE = (
    "/subscriptions/{0}/providers/Microsoft.Compute/locations/{1}/publishers/Canonical"
    "/artifacttypes/vmimage/offers/0001-com-ubuntu-server-jammy/skus/22_04-lts-gen2/versions"
)


def test_the_version_of_an_image_is_found_and_read(azure: Any, web: Any) -> None:
    base = azure.emulator.url + IMAGE.format(azure.emulator.cloud.subscriptions[0], "eastus")
    listed = web.get(base, params={"api-version": VERSION}).json()
    assert len(listed) == 1
    found = web.get(f"{base}/{listed[0]['name']}", params={"api-version": VERSION}).json()
    assert found["properties"]["hyperVGeneration"] == "V2"


@pytest.mark.parametrize(
    ("region", "sku"), [("atlantis", "22_04-lts-gen2"), ("eastus", "22_04-lts-odd")]
)
def test_an_unknown_image_or_region_is_not_found(
    azure: Any, web: Any, region: str, sku: str
) -> None:
    url = azure.emulator.url + IMAGE.format(azure.emulator.cloud.subscriptions[0], region)
    answer = web.get(url.replace("22_04-lts-gen2", sku), params={"api-version": VERSION})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NotFound")


def test_the_instance_view_comes_where_it_is_asked_for(interface: Any, web: Any) -> None:
    create(interface)
    url = interface.emulator.url + interface.id(MACHINE)
    plain = web.get(url, params={"api-version": VERSION}).json()
    assert "instanceView" not in plain["properties"]
    asked = web.get(url, params={"api-version": VERSION, "$expand": "instanceView"}).json()
    view = web.get(f"{url}/instanceView", params={"api-version": VERSION}).json()
    assert asked["properties"]["instanceView"] == view
    assert [each["code"] for each in view["statuses"]] == [
        "ProvisioningState/succeeded",
        "PowerState/running",
    ]
