"""A look that gets no answer says nothing of what is looked at: it is made again."""

from typing import Any

import pytest

Json = dict[str, Any]

GATEWAY = "Microsoft.Network/virtualNetworkGateways"
SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
NETWORK = "Microsoft.Network/virtualNetworks"
ADDRESS = "Microsoft.Network/publicIPAddresses"


@pytest.mark.parametrize("method", ["GET", "POLL"])
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        (GATEWAY, {"status": 503, "code": "ServiceUnavailable"}),
        (GATEWAY, {"status": 504, "code": "GatewayTimeout"}),
        (SERVER, {"status": 503, "code": "ServiceUnavailable"}),
        (SERVER, {"status": 500, "code": "InternalServerError"}),
        (NETWORK, {"status": 429, "code": "TooManyRequests", "retry_after_seconds": 20}),
        (GATEWAY, {"reset": "before"}),
        (SERVER, {"reset": "after"}),
    ],
    ids=str,
)
def test_a_look_without_an_answer_writes_nothing_again_and_counts_nothing(
    simulation: Any, lean: Json, method: str, kind: str, how: Json
) -> None:
    simulation.azure.fail(method=method, type=kind, nth=2, times=3, **how)
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]
    written = [c["name"] for c in simulation.writes() if c["type"] == kind and c["method"] == "PUT"]
    assert len(written) == 1
    assert {step["attempts"] for step in told["steps"] if step["action"] == "create"} <= {1, 2}


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        *(("GET", SERVER), ("POLL", NETWORK), ("POLL", GATEWAY), ("GET", GATEWAY)),
        *(("PUT", NETWORK), ("PUT", SERVER), ("PUT", ADDRESS)),
    ],
)
def test_a_202_that_says_nothing_is_looked_at_again(
    simulation: Any, lean: Json, method: str, kind: str
) -> None:
    simulation.azure.fail(method=method, type=kind, bare=True)
    told = simulation.deploy(lean)
    assert told["status"] == "Succeeded", told["failure"]
    written = [c["name"] for c in simulation.writes() if c["type"] == kind and c["method"] == "PUT"]
    assert len(written) == len(set(written))


def test_a_deletion_that_is_answered_with_nothing_is_looked_at_again(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(lean)
    simulation.azure.fail(method="DELETE", type=SERVER, bare=True)
    told = simulation.destroy(lean["name"])
    assert (told["status"], told["residue"]) == ("Succeeded", [])


@pytest.mark.parametrize("minutes", [1, 20])
def test_a_gateway_that_cannot_be_looked_at_for_a_while_is_created_once(
    simulation: Any, lean: Json, minutes: float
) -> None:
    simulation.host.stop()
    world = simulation.start(jumps=False)
    identity = world.request("POST", "deployments", json=lean).json()["id"]
    world.advance(minutes=6)
    for method in ("GET", "POLL"):
        world.azure.fail(method=method, type=GATEWAY, times=0, status=503, code="Busy")
    world.advance(minutes=minutes)
    world.azure.clear_faults()
    world.advance(hours=3)
    told = world.operation(identity)
    assert told["status"] == "Succeeded", told["failure"]
    assert len([c for c in world.writes() if c["type"] == GATEWAY]) == 1
