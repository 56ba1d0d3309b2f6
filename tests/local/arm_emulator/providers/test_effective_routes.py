"""The routes that hold for an interface."""

from typing import Any

import pytest

from tests.local.arm_emulator.connected import connect


@pytest.fixture
def stack(azure: Any) -> Any:
    """A machine in a network without a gateway."""
    return connect(azure)


def active(stack: Any) -> dict[str, str]:
    group = stack.network.network_interfaces
    found = group.begin_get_effective_route_table("rg", "nic").result().value
    return {r.address_prefix[0]: r.next_hop_type for r in found if r.state == "Active"}


def test_without_a_table_azures_own_routes_hold(stack: Any) -> None:
    found = active(stack)
    assert found["10.1.0.0/16"] == "VnetLocal"
    assert found["0.0.0.0/0"] == "Internet"
    assert found["192.168.0.0/16"] == "None"
    assert "10.0.0.0/8" not in found  # the network itself lies there


def test_a_route_made_by_hand_goes_before_azures(stack: Any) -> None:
    route = {"name": "out", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}}
    table = {"location": "eastus", "properties": {"routes": [route]}}
    stack.emulator.put(stack.id("routeTables/rt"), table)
    subnet = stack.id("virtualNetworks/vnet/subnets/mgmt")
    there = {"properties": {"routeTable": {"id": stack.id("routeTables/rt")}}}
    stack.emulator.edit(subnet, there)
    assert active(stack)["0.0.0.0/0"] == "None"
