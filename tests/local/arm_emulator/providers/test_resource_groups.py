"""Resource groups by the real SDK: tags, lists, and the job that deletes one."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

VNET = {
    "location": "eastus",
    "properties": {
        "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
        "subnets": [{"name": "s", "properties": {"addressPrefix": "10.1.1.0/24"}}],
    },
}


def error_of(refused: pytest.ExceptionInfo[HttpResponseError]) -> Any:
    return refused.value.error


def lock(azure: Any, scope: str, level: str = "CanNotDelete") -> str:
    id_ = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    azure.emulator.put(id_, {"properties": {"level": level}})
    return id_


def group_id(azure: Any, name: str = "rg") -> str:
    return str(azure.id("x/y", group=name)).partition("/providers")[0]


def nic(azure: Any, group: str = "rg") -> None:
    subnet = {"id": azure.id("virtualNetworks/vnet/subnets/s")}
    configuration = {"name": "ipc", "properties": {"subnet": subnet}}
    azure.emulator.put(
        azure.id("networkInterfaces/nic", group=group),
        {"location": "eastus", "properties": {"ipConfigurations": [configuration]}},
    )


def code_of(call: Any, *arguments: Any) -> Any:
    with pytest.raises(HttpResponseError) as refused:
        call(*arguments)
    return error_of(refused).code


def test_a_put_replaces_the_tags(azure: Any) -> None:
    groups = azure.resources.resource_groups
    groups.create_or_update("rg", {"location": "eastus", "tags": {"a": "1", "b": "2"}})
    groups.create_or_update("rg", {"location": "eastus", "tags": {"b": "3"}})
    assert groups.get("rg").tags == {"b": "3"}


def test_a_group_does_not_move(azure: Any) -> None:
    write = azure.resources.resource_groups.create_or_update
    assert code_of(write, "rg", {"location": "westeurope"}) == "InvalidResourceGroupLocation"


def test_a_list_shows_times_and_state_where_asked(azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/vnet"), VNET)
    plain = azure.resources.resources.list_by_resource_group("rg")
    assert [(each.name, each.provisioning_state) for each in plain] == [("vnet", None)]
    expand = "createdTime,changedTime,provisioningState"
    (found,) = azure.resources.resources.list_by_resource_group("rg", expand=expand)
    assert found.provisioning_state == "Succeeded"
    assert found.created_time is not None
    assert found.changed_time is not None


def test_a_list_is_filtered_by_type_or_refuses_the_filter(azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/vnet"), VNET)
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    listed = azure.resources.resources.list_by_resource_group
    wanted = listed("rg", filter="resourceType eq 'Microsoft.Network/routeTables'")
    assert [each.name for each in wanted] == ["rt"]
    assert code_of(list, listed("rg", filter="plan eq 'x'")) == "InvalidFilterInQueryString"


def test_deleting_a_group_deletes_what_is_in_it_users_first(azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/vnet"), VNET)
    nic(azure)
    azure.resources.resource_groups.begin_delete("rg").result()
    assert not azure.resources.resource_groups.check_existence("rg")
    ends = {
        each["target"].rpartition("/")[2]: each["ends"]
        for each in azure.emulator.operations()
        if each["kind"] == "delete"
    }
    assert ends["nic"] < ends["vnet"] <= ends["rg"]
    assert azure.emulator.resources(group="rg") == []


def test_the_job_is_polled_at_its_location_until_it_answers_200(azure: Any) -> None:
    started = azure.resources.resource_groups.begin_delete(
        "rg", polling=False, cls=lambda raw, *_: raw.http_response
    ).result()
    assert (started.status_code, started.headers["Retry-After"]) == (202, "15")
    assert "/operationresults/" in started.headers["Location"]


def test_a_dying_group_takes_no_resources(azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/vnet"), VNET)
    azure.resources.resource_groups.begin_delete("rg", polling=False)
    write = azure.network.route_tables.begin_create_or_update
    assert code_of(write, "rg", "rt", {"location": "eastus"}) == "ResourceGroupBeingDeleted"


def test_a_lock_on_the_group_or_in_it_keeps_the_group(azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/vnet"), VNET)
    delete = azure.resources.resource_groups.begin_delete
    for scope in (group_id(azure), azure.id("virtualNetworks/vnet")):
        id_ = lock(azure, scope)
        assert code_of(delete, "rg") == "ScopeLocked"
        azure.emulator.remove(id_)
    delete("rg").result()


def test_a_resource_used_from_outside_stays_with_its_group(azure: Any) -> None:
    azure.emulator.put(azure.id("virtualNetworks/vnet"), VNET)
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    nic(azure, group="other")
    with pytest.raises(HttpResponseError) as refused:
        azure.resources.resource_groups.begin_delete("rg").result()
    assert "ResourceGroupDeletionBlocked" in str(refused.value)
    left = [each["name"] for each in azure.emulator.resources(group="rg")]
    assert left == ["vnet"]
    state = azure.resources.resource_groups.get("rg").properties.provisioning_state
    assert state == "Succeeded"


def test_a_lock_refuses_what_its_level_says(azure: Any) -> None:
    azure.emulator.put(azure.id("routeTables/rt"), {"location": "eastus"})
    tables = azure.network.route_tables
    lock(azure, group_id(azure))
    tables.begin_create_or_update("rg", "rt", {"location": "eastus"}).result()
    assert code_of(tables.begin_delete, "rg", "rt") == "ScopeLocked"
    lock(azure, group_id(azure), "ReadOnly")
    write = tables.begin_create_or_update
    assert code_of(write, "rg", "rt", {"location": "eastus"}) == "ScopeLocked"


def test_deleting_an_absent_group_is_a_404(azure: Any) -> None:
    delete = azure.resources.resource_groups.begin_delete
    assert code_of(delete, "nowhere") == "ResourceGroupNotFound"
