"""What stands before every write: locks, permissions, policies, a group in deletion."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]
Use = Callable[[Any], Callable[..., Any]]

LOCKED = "409 ScopeLocked"
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers/db-1"


@pytest.fixture
def furnished(network: Any) -> Any:
    """A gateway, a server, a route table and a watcher beside the network."""
    subnet = {"id": network.id("virtualNetworks/vnet/subnets/GatewaySubnet")}
    gateway = {
        "sku": {"name": "ErGw1AZ"},
        "ipConfigurations": [{"name": "default", "properties": {"subnet": subnet}}],
    }
    server = {"version": "17", "administratorLogin": "dbadmin"}
    for path, properties in (
        ("virtualNetworkGateways/gw", gateway),
        (SERVER, server),
        ("routeTables/rt", {}),
        ("networkWatchers/nw", {}),
    ):
        network.emulator.put(network.id(path), {"location": "eastus", "properties": properties})
    network.advance(seconds=30)  # past ServerIsBusy
    return network


def group_id(azure: Any) -> str:
    return str(azure.id("x")).partition("/providers")[0]


def put_at(azure: Any, scope: str, kind: str, **properties: Any) -> None:
    id_ = f"{scope}/providers/Microsoft.Authorization/{kind}/one"
    azure.emulator.put(id_, {"properties": properties})


def lock(azure: Any, level: str, path: str = "") -> None:
    put_at(azure, azure.id(path) if path else group_id(azure), "locks", level=level)


ACTIONS: list[tuple[str, Use, tuple[Any, ...]]] = [
    ("restart", lambda azure: azure.postgresql.servers.begin_restart, ("rg", "db-1")),
    ("stop", lambda azure: azure.postgresql.servers.begin_stop, ("rg", "db-1")),
    (
        "learned routes",
        lambda azure: azure.network.virtual_network_gateways.begin_get_learned_routes,
        ("rg", "gw"),
    ),
    (
        "connectivity check",
        lambda azure: azure.network.network_watchers.begin_check_connectivity,
        ("rg", "nw", {"source": {"resourceId": "x"}, "destination": {"address": "10.1.4.4"}}),
    ),
]


@pytest.mark.parametrize(("_", "action", "arguments"), ACTIONS, ids=[each[0] for each in ACTIONS])
def test_a_read_only_lock_refuses_every_post(
    furnished: Any, refusal: Refusal, _: str, action: Use, arguments: tuple[Any, ...]
) -> None:
    lock(furnished, "ReadOnly")
    assert refusal(action(furnished), *arguments, polling=False) == LOCKED


def test_a_lock_on_deletions_lets_actions_and_writes_through(furnished: Any) -> None:
    lock(furnished, "CanNotDelete")
    furnished.postgresql.servers.begin_restart("rg", "db-1").result()
    routes = furnished.network.virtual_network_gateways.begin_get_learned_routes("rg", "gw")
    assert routes.result().value == []
    write = furnished.network.route_tables.begin_create_or_update
    assert write("rg", "rt", {"location": "eastus", "tags": {"a": "b"}}).result().tags == {"a": "b"}


def test_a_read_only_lock_refuses_a_patch_and_lets_reads_through(
    furnished: Any, refusal: Refusal
) -> None:
    lock(furnished, "ReadOnly", "routeTables/rt")
    tables = furnished.network.route_tables
    assert refusal(tables.update_tags, "rg", "rt", {"tags": {}}) == LOCKED
    assert tables.get("rg", "rt").name == "rt"


def test_a_lock_holds_for_what_is_below_its_scope_and_for_nothing_beside(
    furnished: Any, refusal: Refusal
) -> None:
    lock(furnished, "CanNotDelete", "virtualNetworks/vnet")
    subnets = furnished.network.subnets
    assert refusal(subnets.begin_delete, "rg", "vnet", "ManagementSubnet", polling=False) == LOCKED
    furnished.network.route_tables.begin_delete("rg", "rt").result()


def test_an_action_needs_its_permission(furnished: Any, refusal: Refusal) -> None:
    write = "Microsoft.DBforPostgreSQL/flexibleServers/write"
    put_at(furnished, group_id(furnished), "permissions", actions=[write], notActions=[])
    servers = furnished.postgresql.servers
    assert refusal(servers.begin_restart, "rg", "db-1", polling=False) == "403 AuthorizationFailed"
    servers.begin_update("rg", "db-1", {"tags": {"a": "b"}}).result()


def test_not_actions_take_a_permission_away(furnished: Any, refusal: Refusal) -> None:
    put_at(furnished, group_id(furnished), "permissions", actions=["*"], notActions=["*/delete"])
    gone = furnished.network.route_tables.begin_delete
    assert refusal(gone, "rg", "rt", polling=False) == "403 AuthorizationFailed"


def test_attaching_needs_the_permission_to_join(furnished: Any, refusal: Refusal) -> None:
    join = "Microsoft.Network/virtualNetworks/subnets/join/action"
    put_at(furnished, group_id(furnished), "permissions", actions=["*"], notActions=[join])
    inner = {"subnet": {"id": furnished.id("virtualNetworks/vnet/subnets/ManagementSubnet")}}
    configuration = {"name": "ipc", "properties": inner}
    body = {"location": "eastus", "properties": {"ipConfigurations": [configuration]}}
    write = furnished.network.network_interfaces.begin_create_or_update
    assert refusal(write, "rg", "nic", body, polling=False) == "403 LinkedAuthorizationFailed"


def deny_eastus(azure: Any, mode: str) -> None:
    rule = {"if": {"field": "location", "equals": "eastus"}}
    scope = group_id(azure)
    put_at(azure, scope, "policyAssignments", policyRule=rule, enforcementMode=mode)


def test_a_policy_denies_what_its_rule_says(azure: Any, refusal: Refusal) -> None:
    deny_eastus(azure, "Default")
    write = azure.network.route_tables.begin_create_or_update
    told = refusal(write, "rg", "rt", {"location": "eastus"}, polling=False)
    assert told == "403 RequestDisallowedByPolicy"


def test_a_policy_that_is_not_enforced_denies_nothing(azure: Any) -> None:
    deny_eastus(azure, "DoNotEnforce")
    write = azure.network.route_tables.begin_create_or_update
    assert write("rg", "rt", {"location": "eastus"}).result().name == "rt"


def test_a_dying_group_takes_neither_writes_nor_actions(furnished: Any, refusal: Refusal) -> None:
    furnished.resources.resource_groups.begin_delete("rg", polling=False)
    dying = "409 ResourceGroupBeingDeleted"
    write = furnished.network.route_tables.begin_create_or_update
    assert refusal(write, "rg", "other", {"location": "eastus"}, polling=False) == dying
    gone = furnished.network.route_tables.begin_delete
    assert refusal(gone, "rg", "rt", polling=False) == dying
    restart = furnished.postgresql.servers.begin_restart
    assert refusal(restart, "rg", "db-1", polling=False) == dying
