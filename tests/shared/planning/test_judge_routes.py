"""What routes mean, from the answers of Azure."""

from typing import Any

import pytest

from shared.planning.validation import judges, routes

Json = dict[str, Any]
ASKED: Json = {
    "onPremises": ["10.20.0.0/16", "192.168.0.0/16"],
    "byBgp": True,
    "firewallAt": "",
    "defaultRoute": "announced",
    "facesInternet": True,
    "gatewayAddress": "10.1.2.10",
    "ports": [5432],
}
BY_BGP = ["10.0.0.0/8", "192.168.0.0/16"]


def table(*given: tuple[str, str, str], propagation: bool = True) -> Json:
    shown = [
        {
            "name": f"r{n}",
            "properties": {"addressPrefix": p, "nextHopType": h, "nextHopIpAddress": a},
        }
        for n, (p, h, a) in enumerate(given)
    ]
    return {"properties": {"routes": shown, "disableBgpRoutePropagation": not propagation}}


def learned(*prefixes: str, beside: Json | None = None) -> Json:
    shown = [{"network": prefix, "origin": "EBgp"} for prefix in prefixes]
    return {"value": [{"network": "10.1.0.0/16", "origin": "Network"}, *shown], "beside": beside}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([], "no route takes replies away"),
        ([("AzureActiveDirectory", "Internet", "")], "no route takes replies away"),
        ([("0.0.0.0/0", "None", "")], "no route takes replies away"),
        ([("10.20.5.0/24", "VnetLocal", "")], "r0 leads 10.20.5.0/24 to VnetLocal"),
        ([("10.20.0.0/16", "VirtualNetworkGateway", "")], "no route takes replies away"),
        ([("10.20.0.0/16", "VirtualAppliance", "10.9.0.4")], "to VirtualAppliance 10.9.0.4"),
    ],
)
def test_a_route_of_the_table_within_on_premises_has_to_lead_to_the_gateway(
    given: Any, found: str
) -> None:
    assert found in routes.routes_lead_back(table(*given), ASKED).found


def test_a_firewall_that_the_spec_names_may_stand_in_the_way() -> None:
    body = table(("10.20.0.0/16", "VirtualAppliance", "10.9.0.4"))
    assert routes.routes_lead_back(body, ASKED | {"firewallAt": "10.9.0.4"}).state == "passed"


def test_without_bgp_nobody_misses_its_routes() -> None:
    body = table(propagation=False)
    assert routes.routes_lead_back(body, ASKED).state == "failed"
    assert routes.routes_lead_back(body, ASKED | {"byBgp": False}).state == "passed"


@pytest.mark.parametrize(
    ("by_bgp", "by_hand", "state"),
    [
        (BY_BGP, ("10.0.0.0/8", "None", ""), "failed"),  # as wide: the one made by hand wins
        (BY_BGP, ("10.0.0.0/7", "None", ""), "passed"),  # the narrower one wins
        (["10.20.0.0/16", "192.168.0.0/16"], ("10.0.0.0/8", "None", ""), "passed"),
        (BY_BGP, ("10.16.0.0/12", "VnetLocal", ""), "failed"),
    ],
)
def test_the_narrowest_route_wins_and_among_equals_the_one_made_by_hand(
    by_bgp: list[str], by_hand: tuple[str, str, str], state: str
) -> None:
    seen = routes.routes_learned(learned(*by_bgp, beside=table(by_hand)), ASKED)
    assert seen.state == state
    assert ("computed" in seen.found) == (state == "failed")


@pytest.mark.parametrize(
    ("changes", "warned"),
    [({}, True), ({"defaultRoute": "internet"}, False), ({"facesInternet": False}, False)],
)
def test_an_announced_default_route_matters_to_what_faces_the_internet(
    changes: Json, *, warned: bool
) -> None:
    seen = routes.routes_learned(learned(*BY_BGP, "0.0.0.0/0"), ASKED | changes)
    assert (seen.state, bool(seen.caution)) == ("passed", warned)


def shown(*given: tuple[str, str, str]) -> Json:
    return {
        "value": [
            {"source": "User", "state": state, "addressPrefix": [prefix], "nextHopType": hop}
            for prefix, hop, state in given
        ]
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([("10.0.0.0/8", "VirtualNetworkGateway", "Active")], "no route to 192.168.0.0/16"),
        ([("0.0.0.0/0", "Internet", "Active")], "10.20.0.0/16 leads to Internet"),
        (
            [("0.0.0.0/0", "VirtualNetworkGateway", "Active"), ("10.20.0.0/16", "None", "Invalid")],
            "lead to the gateway",
        ),
    ],
)
def test_of_effective_routes_the_active_ones_count(given: Any, found: str) -> None:
    assert found in routes.routes_effective(shown(*given), ASKED).found


@pytest.mark.parametrize(("ports", "state"), [([5432], "passed"), ([5432, 6432], "failed")])
def test_where_a_pool_runs_its_port_is_listened_on_as_well(ports: list[int], state: str) -> None:
    at = "/gateway"
    properties = {
        "frontendIPConfigurations": [
            {"id": f"{at}/fe", "properties": {"privateIPAddress": "10.1.2.10"}}
        ],
        "frontendPorts": [{"id": f"{at}/pg", "properties": {"port": 5432}}],
        "listeners": [
            {
                "properties": {
                    "frontendIPConfiguration": {"id": f"{at}/fe"},
                    "frontendPort": {"id": f"{at}/pg"},
                }
            }
        ],
    }
    assert (
        judges.gateway_listens({"properties": properties}, ASKED | {"ports": ports}).state == state
    )
