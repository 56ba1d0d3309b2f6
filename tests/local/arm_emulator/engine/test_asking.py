"""Lists that are filtered, templates as az sends them, what is asked of what is not emulated."""

from collections.abc import Callable
from typing import Any

import pytest

from local.arm_emulator.__main__ import actions_not_emulated
from tests.local.arm_emulator.lives import replica, server

Refusal = Callable[..., str]
TABLE = {
    "type": "Microsoft.Network/routeTables",
    "apiVersion": "2024-05-01",
    "name": "rt",
    "location": "eastus",
}
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [TABLE],
}
SERVERS = "Microsoft.DBforPostgreSQL/flexibleServers"


@pytest.fixture
def tagged(azure: Any) -> Any:
    for name, tags in (("a", {"env": "prod"}), ("b", {"Env": "test"}), ("c", {})):
        azure.emulator.put(azure.id(f"routeTables/{name}"), {"location": "eastus", "tags": tags})
        azure.emulator.put(
            azure.id("", f"rg-{name}").partition("/providers")[0],
            {"location": "eastus", "tags": tags},
        )
    return azure


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("tagName eq 'env'", ["a", "b"]),
        ("tagname eq 'ENV'", ["a", "b"]),
        ("tagName eq 'env' and tagValue eq 'prod'", ["a"]),
        ("TAGNAME EQ 'env' AND TAGVALUE EQ 'test'", ["b"]),
        ("tagName eq 'env' and tagValue eq 'PROD'", []),
    ],
)
def test_groups_and_resources_are_found_by_their_tags(
    tagged: Any, text: str, names: list[str]
) -> None:
    resources = tagged.resources.resources.list(filter=text)
    assert sorted(each.name for each in resources) == names
    groups = tagged.resources.resource_groups.list(filter=text)
    assert sorted(each.name for each in groups) == [f"rg-{name}" for name in names]


@pytest.mark.parametrize(
    "text", ["colour eq 'red'", "tagName ne 'env'", "tagValue eq 'prod'", "tagName eq 'a' or b"]
)
def test_a_filter_that_is_not_understood_is_refused(
    tagged: Any, refusal: Refusal, text: str
) -> None:
    told = "400 InvalidFilterInQueryString"
    resources, groups = tagged.resources.resources, tagged.resources.resource_groups
    assert refusal(lambda: list(resources.list(filter=text))) == told
    assert refusal(lambda: list(groups.list(filter=text))) == told


def deployments(azure: Any, action: str = "") -> str:
    return str(azure.emulator.url + azure.id(f"Microsoft.Resources/deployments/d{action}"))


def send(azure: Any, web: Any, method: str, action: str, body: str) -> Any:
    headers = {"Content-Type": "application/json"}
    url = deployments(azure, action)
    return web.request(
        method, url, params={"api-version": "2024-11-01"}, data=body, headers=headers
    )


def test_a_template_comes_behind_a_bare_name_and_with_comments(azure: Any, web: Any) -> None:
    body = (
        '{"properties": {"mode": "Incremental", "parameters": {}, template:{ // one table\n'
        ' "$schema": "https://schema.management.azure.com/schemas/2019-04-01/'
        'deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": ['
        '{"type": "Microsoft.Network/routeTables", "apiVersion": "2024-05-01", /* its name */'
        ' "name": "rt", "location": "eastus"}]}}}'
    )
    assert send(azure, web, "POST", "/validate", body).status_code == 200
    assert send(azure, web, "PUT", "", body).status_code == 201
    azure.advance(minutes=2)
    assert azure.network.route_tables.get("rg", "rt").location == "eastus"


def test_a_what_if_tells_what_would_change_and_changes_nothing(azure: Any, web: Any) -> None:
    azure.emulator.put(azure.id("routeTables/other"), {"location": "eastus"})
    properties = {"mode": "Incremental", "template": TEMPLATE}
    answer = web.post(
        deployments(azure, "/whatIf"),
        params={"api-version": "2024-11-01"},
        json={"properties": properties},
    )
    assert answer.status_code == 200
    changes = {
        each["resourceId"].rpartition("/")[2]: each["changeType"]
        for each in answer.json()["properties"]["changes"]
    }
    assert changes == {"rt": "Create", "other": "Ignore"}
    assert len(azure.emulator.resources("Microsoft.Network/routeTables")) == 1


def test_a_group_that_is_being_deleted_is_not_written(network: Any, refusal: Refusal) -> None:
    groups = network.resources.resource_groups
    groups.begin_delete("rg", polling=False)
    told = refusal(groups.create_or_update, "rg", {"location": "eastus"})
    assert told == "409 ResourceGroupBeingDeleted"


def test_an_action_that_is_not_emulated_says_so_and_is_named_at_start(azure: Any, web: Any) -> None:
    azure.emulator.put(azure.id("networkWatchers/nw"), {"location": "eastus"})
    url = azure.emulator.url + azure.id("networkWatchers/nw/ipFlowVerify")
    answer = web.post(url, params={"api-version": "2026-03-01"}, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NotEmulated")
    assert "ipFlowVerify" in answer.json()["error"]["message"]
    assert "ipFlowVerify" in actions_not_emulated()


def test_two_configurations_of_an_interface_have_two_addresses(network: Any) -> None:
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/ManagementSubnet")}
    places = [{"name": name, "properties": {"subnet": subnet}} for name in ("one", "two")]
    body = {"location": "eastus", "properties": {"ipConfigurations": places}}
    made = network.network.network_interfaces.begin_create_or_update("rg", "nic", body).result()
    found = [each.properties.private_ip_address for each in made.properties.ip_configurations]
    assert len(set(found)) == 2


def test_a_time_of_the_activity_log_needs_no_quotes(azure: Any, web: Any) -> None:
    url = f"{azure.emulator.url}/subscriptions/{azure.emulator.cloud.settings.subscription_id}"
    url += "/providers/Microsoft.Insights/eventtypes/management/values"
    text = "eventTimestamp ge 2025-12-31T00:00:00Z and eventChannels eq 'Admin, Operation'"
    answer = web.get(url, params={"api-version": "2015-04-01", "$filter": text})
    assert answer.status_code == 200


def test_an_operation_is_polled_with_whatever_is_added_to_its_url(azure: Any, web: Any) -> None:
    url = azure.emulator.url + azure.id("routeTables/rt")
    made = web.put(url, params={"api-version": "2026-03-01"}, json={"location": "eastus"})
    monitor = made.headers["Azure-AsyncOperation"]
    assert web.get(f"{monitor}&added=1").json()["status"] == "InProgress"
    assert web.get(monitor.replace("s=", "s=x")).status_code == 403


def test_a_replica_takes_after_its_source_and_is_promoted_alone(azure: Any) -> None:
    servers = azure.postgresql.servers
    servers.begin_create_or_update("rg", "db-1", server(azure)).result()
    azure.advance(seconds=30)
    body = replica(azure)
    del body["sku"]
    made = servers.begin_create_or_update("rg", "copy", body).result()
    assert (made.sku.name, made.properties.administrator_login) == ("Standard_D2ds_v5", "dbadmin")
    azure.advance(seconds=30)
    alone = {"role": "None", "promoteMode": "standalone", "promoteOption": "forced"}
    servers.begin_update("rg", "copy", {"properties": {"replica": alone}}).result()
    assert servers.get("rg", "copy").properties.replication_role == "Primary"
    assert list(azure.postgresql.replicas.list_by_server("rg", "db-1")) == []


def test_changing_places_needs_a_virtual_endpoint(azure: Any, refusal: Refusal) -> None:
    servers = azure.postgresql.servers
    azure.emulator.put(azure.id(f"{SERVERS}/db-1"), server(azure))
    azure.advance(seconds=30)
    servers.begin_create_or_update("rg", "copy", replica(azure)).result()
    azure.advance(seconds=30)
    turn = {"properties": {"replica": {"role": "Primary", "promoteMode": "switchover"}}}
    told = refusal(servers.begin_update, "rg", "copy", turn, polling=False)
    assert told == "400 InvalidParameterValue"
    endpoint = {"properties": {"endpointType": "ReadWrite", "members": ["db-1"]}}
    azure.postgresql.virtual_endpoints.begin_create("rg", "db-1", "always", endpoint).result()
    azure.advance(seconds=30)
    servers.begin_update("rg", "copy", turn).result()
    roles = [servers.get("rg", name).properties.replication_role for name in ("db-1", "copy")]
    assert roles == ["AsyncReplica", "Primary"]


def test_a_check_of_connectivity_needs_its_agent_where_azure_does(
    network: Any, refusal: Refusal
) -> None:
    machine = network.id("Microsoft.Compute/virtualMachines/vm")
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/ManagementSubnet")}
    place = {"ipConfigurations": [{"name": "ipc", "properties": {"subnet": subnet}}]}
    nic = network.id("networkInterfaces/nic")
    network.emulator.put(nic, {"location": "eastus", "properties": place})
    profile = {"networkProfile": {"networkInterfaces": [{"id": nic}]}}
    network.emulator.put(machine, {"location": "eastus", "properties": profile})
    network.emulator.put(network.id("networkWatchers/nw"), {"location": "eastus"})
    ask = network.network.network_watchers.begin_check_connectivity
    body = {
        "source": {"resourceId": machine},
        "destination": {"address": "10.1.200.9", "port": 5432},
    }
    told = refusal(ask, "rg", "nw", body, polling=False)
    assert told == network.told("400 watcher_agent_code")
    agent = {"publisher": "Microsoft.Azure.NetworkWatcher", "type": "NetworkWatcherAgentLinux"}
    network.emulator.put(f"{machine}/extensions/agent", {"location": "eastus", "properties": agent})
    assert ask("rg", "nw", body).result().connection_status == "Unreachable"
