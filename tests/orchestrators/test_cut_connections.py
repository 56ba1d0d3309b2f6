"""A connection that is cut says nothing of what came of a request: nothing is lost by it."""

from typing import Any

import pytest

Json = dict[str, Any]

KINDS = [
    "Microsoft.Resources/resourceGroups",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.DBforPostgreSQL/flexibleServers",
    "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
    "Microsoft.Network/virtualNetworkGateways",
    "Microsoft.Network/connections",
]


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("method", ["PUT", "POLL", "GET", "PATCH"])
def test_a_deployment_whose_connections_are_cut_ends_as_if_they_had_not_been(
    simulation: Any, lean: Json, reset: str, method: str
) -> None:
    for kind in KINDS:
        simulation.azure.fail(method=method, type=kind, nth=1, times=2, reset=reset)
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]
    made = {step["id"] for step in told["plan"] if not step["id"].endswith("/configurations")}
    there = set(simulation.resources())
    assert made <= there
    simulation.azure.clear_faults()
    again = simulation.deploy(lean)
    assert again["unchanged"] == len(again["plan"])


@pytest.mark.parametrize("reset", ["before", "after"])
@pytest.mark.parametrize("method", ["DELETE", "POLL", "GET"])
def test_a_destroy_whose_connections_are_cut_leaves_nothing(
    simulation: Any, lean: Json, reset: str, method: str
) -> None:
    before = set(simulation.resources())
    lean = simulation.standing(lean)
    for kind in KINDS:
        simulation.azure.fail(method=method, type=kind, nth=1, times=2, reset=reset)
    told = simulation.destroy(lean["name"])
    assert (told["status"], told["residue"]) == ("Succeeded", []), told["failure"]
    assert set(simulation.resources()) == before
