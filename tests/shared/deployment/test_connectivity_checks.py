"""The way to on-premises: connected, deferred or left to somebody else, and what goes with it."""

from typing import Any

import pytest

from shared.deployment.errors import SpecInvalid
from shared.deployment.specs.checks.faults import cautions, faults
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec
from tests.shared.strategies import CIRCUIT, SUBSCRIPTION

KEY = {"keyVaultSecret": "https://kv.example/secrets/key"}
OTHERS = CIRCUIT.replace(SUBSCRIPTION, "00000000-0000-0000-0000-00000000000a")


def spec(express_route: Any) -> DeploymentSpec:
    """A spec with this way to on-premises, valid field by field."""
    return DeploymentSpec.model_validate(raw(express_route))


def raw(express_route: Any) -> dict[str, Any]:
    """The same as sent."""
    return {
        "name": "hybrid-db",
        "location": "eastus",
        "subscriptionId": SUBSCRIPTION,
        "expressRoute": express_route,
        "onPremises": {"prefixes": ["192.168.0.0/16"]},
    }


FAULTS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    "a connection has no circuit": ({}, [("FieldMissing", "expressRoute.circuitId")]),
    "the circuit of a later connection is the placeholder": (
        {"mode": "deferred", "circuitId": f"{CIRCUIT[: -len('er-circuit-hub')]}er-circuit-example"},
        [("PlaceholderCircuit", "expressRoute.circuitId")],
    ),
    "there is no gateway for what is given": (
        {"mode": "none", "circuitId": CIRCUIT, "authorizationKey": KEY},
        [
            ("ExpressRouteOptionWithoutGateway", "expressRoute.circuitId"),
            ("ExpressRouteOptionWithoutGateway", "expressRoute.authorizationKey"),
        ],
    ),
    "the gateway of a later connection is of the old family": (
        {"mode": "deferred", "gatewaySku": "Standard"},
        [("LegacyGatewaySku", "expressRoute.gatewaySku")],
    ),
}


@pytest.mark.parametrize(("way", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_it_is_a_fault_when(way: Any, expected: list[tuple[str, str]]) -> None:
    found = [(advice["code"], advice["target"]) for advice in faults(spec(way))]
    assert found == expected


@pytest.mark.parametrize("mode", ["deferred", "none"])  # existing has to say what it is
def test_a_mode_by_itself_says_all(mode: str) -> None:
    assert spec(mode) == spec({"mode": mode})
    assert faults(spec(mode)) == []


def test_the_key_of_a_later_connection_may_be_given_later() -> None:
    assert faults(spec({"mode": "deferred", "circuitId": OTHERS})) == []


@pytest.mark.parametrize(
    ("mode", "code"), [("deferred", "ConnectionDeferred"), ("none", "NoExpressRoute")]
)
def test_what_is_still_missing_is_said(mode: str, code: str) -> None:
    assert [advice["code"] for advice in cautions(spec(mode))] == [code]


@pytest.mark.parametrize("wrong", ["later", {"mode": "later"}, ["deferred"], None])
def test_any_other_mode_is_refused(wrong: Any) -> None:
    with pytest.raises(SpecInvalid) as invalid:
        parse_spec(raw(wrong), subscription_id=SUBSCRIPTION)
    [fault] = invalid.value.faults
    assert fault["target"] in {"expressRoute", "expressRoute.mode"}


HUB = f"{CIRCUIT.rpartition('/expressRouteCircuits/')[0]}/virtualNetworks/vnet-corp"
GATEWAY = HUB.replace("virtualNetworks/vnet-corp", "virtualNetworkGateways/ergw-corp")
CONNECTION = HUB.replace("virtualNetworks/vnet-corp", "connections/connection-corp")
BASTION = HUB.replace("virtualNetworks/vnet-corp", "bastionHosts/bastion-corp")
ZONE = HUB.replace("virtualNetworks/vnet-corp", "privateDnsZones/a.postgres.database.azure.com")
LINK = f"{ZONE}/virtualNetworkLinks/link-corp"
AROUND: dict[str, tuple[Any, set[tuple[str, str]]]] = {
    "a spoke has a gateway of its own": (
        {"hub": {"virtualNetwork": HUB}},
        {("SpokeHasGateway", "expressRoute.mode")},
    ),
    "a network that is there is to be a spoke": (
        {"hub": {"virtualNetwork": HUB, "gateway": False}, "existing": {"virtualNetwork": HUB}},
        {("SpokeNotOurs", "hub")},
    ),
    "a gateway is there without its network": (
        {"existing": {"expressRouteGateway": GATEWAY}},
        {("ExistingIncomplete", "existing.expressRouteGateway")},
    ),
    "a connection is there, and another is to be made": (
        {
            "existing": {
                "virtualNetwork": HUB,
                "expressRouteGateway": GATEWAY,
                "expressRouteConnection": CONNECTION,
            }
        },
        {("ExistingNotUsed", "existing.expressRouteConnection")},
    ),
    "the way is there and nothing says where": (
        {"expressRoute": "existing"},
        {("ExistingIncomplete", "expressRoute.mode")},
    ),
    "a link is there without its zone": (
        {"existing": {"privateDnsLink": LINK, "virtualNetwork": HUB}},
        {("ExistingIncomplete", "existing.privateDnsLink")},
    ),
    "a Bastion is there, and it is not said where it speaks from": (
        {"existing": {"bastion": BASTION}},
        {("BastionSubnetMissing", "bastion.subnet")},
    ),
    "a Bastion of its own is said to speak from elsewhere": (
        {"bastion": {"subnet": "10.9.0.0/26"}},
        {("BastionSubnetNotUsed", "bastion.subnet")},
    ),
    "the zone is named twice": (
        {
            "existing": {"privateDnsZone": ZONE},
            "postgres": {"privateDnsZone": "b.postgres.database.azure.com"},
        },
        {("ZoneNamedTwice", "postgres.privateDnsZone")},
    ),
}


@pytest.mark.parametrize(("changes", "expected"), AROUND.values(), ids=AROUND.keys())
def test_what_is_there_does_not_fit_where(changes: Any, expected: set[tuple[str, str]]) -> None:
    asked = DeploymentSpec.model_validate(raw({"circuitId": CIRCUIT}) | changes)
    assert {(advice["code"], advice["target"]) for advice in faults(asked)} == expected
