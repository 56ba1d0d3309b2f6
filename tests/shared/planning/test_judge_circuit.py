"""What is made of a circuit, of the port that it may lie on, and of its other connections."""

from typing import Any

import pytest

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.preflight.circuit import judge_circuit, judge_connections, judge_port
from shared.planning.preflight.findings import Finding
from tests.shared.planning.judging import CIRCUIT, SPEC, refusals, spec_with, warnings

VAULT_KEY = {"keyVaultSecret": "https://v.vault.azure.net/secrets/key"}


def circuit(tier: str = "Standard", place: str = "Washington DC", **properties: Any) -> Json:
    peering = {
        "peeringType": "AzurePrivatePeering",
        "state": "Enabled",
        "primaryPeerAddressPrefix": "172.16.0.0/30",
    }
    return {
        "sku": {"tier": tier},
        "properties": {
            "provisioningState": "Succeeded",
            "circuitProvisioningState": "Enabled",
            "serviceProviderProvisioningState": "Provisioned",
            "serviceProviderProperties": {"peeringLocation": place},
            "peerings": [{"name": "AzurePrivatePeering", "properties": peering}],
            **properties,
        },
    }


def judged(body: Json, spec: DeploymentSpec = SPEC, *, connected: bool = False) -> list[Finding]:
    return list(judge_circuit(spec, body, connected=connected))


def test_a_good_circuit_is_accepted() -> None:
    assert judged(circuit()) == []


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("serviceProviderProvisioningState", "NotProvisioned"),
        ("serviceProviderProvisioningState", "Deprovisioning"),
        ("circuitProvisioningState", "Disabled"),
        ("provisioningState", "Failed"),
    ],
)
def test_a_circuit_that_is_not_ready_is_refused_with_its_state(name: str, state: str) -> None:
    (finding,) = judged(circuit(**{name: state}))
    assert finding.advice["code"] == "CircuitNotReady"
    assert f"{name} is {state}" in finding.advice["message"]


@pytest.mark.parametrize(
    "peerings",
    [
        [],
        [{"name": "m", "properties": {"peeringType": "MicrosoftPeering", "state": "Enabled"}}],
        [{"name": "p", "properties": {"peeringType": "AzurePrivatePeering", "state": "Disabled"}}],
    ],
)
def test_a_circuit_without_private_peering_is_refused(peerings: list[Json]) -> None:
    found = refusals(judged(circuit(peerings=peerings)))
    assert found == [("CircuitWithoutPrivatePeering", "expressRoute.circuitId")]


def test_a_network_that_overlaps_the_peering_is_refused() -> None:
    spec = spec_with(network={"addressSpace": ["10.1.0.0/16", "172.16.0.0/24"]})
    found = refusals(judged(circuit(), spec))
    assert found == [("PeeringOverlapsNetwork", "network.addressSpace")]


@pytest.mark.parametrize(
    ("tier", "place", "reached"),
    [
        ("Local", "Silicon Valley", "westus"),
        ("MultiCloud", "Seattle", "westus2"),
        ("Standard", "Frankfurt2", "Europe"),
        ("Basic", "Tokyo", "Japan"),
    ],
)
def test_a_circuit_that_does_not_reach_the_region_is_refused_with_what_it_reaches(
    tier: str, place: str, reached: str
) -> None:
    (finding,) = judged(circuit(tier, place))
    assert refusals([finding]) == [("CircuitOutOfReach", "location")]
    assert f"reaches {reached} only, not eastus" in finding.advice["message"]


@pytest.mark.parametrize(
    ("tier", "place", "location"),
    [
        ("Local", "Washington DC2", "eastus"),
        ("Local", "Washington DC", "eastus2"),
        ("Standard", "Silicon Valley", "eastus"),
        ("Standard", "London", "westeurope"),
        ("Standard", "Toronto", "eastus"),
        ("Standard", "Madrid", "spaincentral"),
        ("Premium", "Tokyo", "eastus"),
        ("Premium", "Atlantis", "eastus"),
    ],
)
def test_a_circuit_that_reaches_the_region_is_accepted(
    tier: str, place: str, location: str
) -> None:
    assert judged(circuit(tier, place), spec_with(location=location)) == []


@pytest.mark.parametrize(
    ("tier", "place", "location"),
    [
        ("Local", "Atlantis", "eastus"),
        ("Standard", "Atlantis", "eastus"),
        ("Standard", "London", "atlantisnorth"),
        ("Local", "Dallas", "southcentralus"),
    ],
)
def test_a_place_or_a_region_that_no_table_has_is_a_warning_and_no_refusal(
    tier: str, place: str, location: str
) -> None:
    found = judged(circuit(tier, place), spec_with(location=location))
    assert (refusals(found), warnings(found)) == ([], ["CircuitReachUnknown"])


def test_a_circuit_on_a_port_of_its_own_has_no_provider_and_no_peering_location() -> None:
    body = circuit("Premium")
    for name in ("serviceProviderProvisioningState", "serviceProviderProperties"):
        del body["properties"][name]
    assert judged(body) == []


def port(*states: str) -> Json:
    links = [{"properties": {"adminState": state}} for state in states]
    return {"name": "port", "properties": {"links": links}}


@pytest.mark.parametrize(
    ("states", "refused", "warned"),
    [
        (("Enabled", "Enabled"), [], []),
        (("Enabled", "Disabled"), [], ["CircuitPortNotRedundant"]),
        (("Disabled", "Disabled"), [("CircuitPortDown", "expressRoute.circuitId")], []),
        ((), [("CircuitPortDown", "expressRoute.circuitId")], []),
    ],
)
def test_a_port_needs_an_enabled_link_and_should_have_two(
    states: tuple[str, ...], refused: list[tuple[str, str]], warned: list[str]
) -> None:
    found = list(judge_port(port(*states)))
    assert (refusals(found), warnings(found)) == (refused, warned)


def connections(number: int, circuit_id: str = CIRCUIT) -> list[Json]:
    return [{"id": f"/c/{n}", "circuit": circuit_id} for n in range(number)]


def sized(tier: str, mbps: int) -> Json:
    return circuit(tier, serviceProviderProperties={"bandwidthInMbps": mbps})


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        (circuit("Standard"), 10),
        (circuit("Local"), 10),
        (sized("Premium", 50), 20),
        (sized("Premium", 400), 25),
        (sized("Premium", 1000), 50),
        (circuit("Premium", bandwidthInGbps=40), 100),
    ],
)
def test_a_circuit_takes_as_many_connections_as_its_tier_and_size_allow(
    body: Json, limit: int
) -> None:
    body["properties"].setdefault("serviceProviderProperties", {})
    assert not list(judge_connections(body, CIRCUIT, connections(limit - 1)))
    (finding,) = judge_connections(body, CIRCUIT, connections(limit))
    assert refusals([finding]) == [("CircuitFull", "expressRoute.circuitId")]
    assert f"it has {limit} connections" in finding.advice["message"]


def test_connections_of_other_circuits_do_not_count() -> None:
    seen = [*connections(10, f"{CIRCUIT}2"), {"id": "/c/vpn", "circuit": None}]
    assert not list(judge_connections(circuit(), CIRCUIT, seen))


@pytest.mark.parametrize(("seen", "refused"), [(3, False), (4, True)])
def test_a_connection_that_shows_in_its_authorization_as_well_counts_once(
    seen: int, refused: bool
) -> None:
    uses = [{"connectionResourceUri": f"/C/{n}"} for n in (0, 1, 10, 11, 12, 13, 14, 15)]
    authorizations = [{"properties": {"authorizationUseStatus": "InUse", **use}} for use in uses]
    body = circuit(authorizations=authorizations)
    found = list(judge_connections(body, CIRCUIT, connections(seen, CIRCUIT.upper())))
    assert bool(refusals(found)) is refused


def test_links_of_global_reach_count_as_connections() -> None:
    body = circuit()
    body["properties"]["peerings"][0]["properties"]["connections"] = [{}]
    assert refusals(judge_connections(body, CIRCUIT, connections(9))) != []
    assert refusals(judge_connections(body, CIRCUIT, connections(8))) == []


def authorized(status: str) -> Json:
    use = {"name": "a", "properties": {"authorizationUseStatus": status}}
    return circuit(authorizations=[use])


WITH_KEY = spec_with(expressRoute={"circuitId": CIRCUIT, "authorizationKey": VAULT_KEY})


def test_a_key_is_refused_where_every_authorization_is_used() -> None:
    found = refusals(judged(authorized("InUse"), WITH_KEY))
    assert found == [("AuthorizationUsed", "expressRoute.authorizationKey")]


def test_a_key_that_our_own_connection_uses_is_accepted() -> None:
    assert judged(authorized("InUse"), WITH_KEY, connected=True) == []


def test_a_key_that_is_available_is_accepted() -> None:
    assert judged(authorized("Available"), WITH_KEY) == []
