"""Planted faults: each is found by a check that names it, in an Azure where all was well."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.guest.machines import Machines
from local.arm_emulator.providers.network.watcher.idling import cut
from local.arm_emulator.state.guests import Guests, Script
from local.arm_emulator.state.snapshots import go_back, take_snapshot
from local.azurite import Azurite
from local.clock import VirtualClock
from local.world import read_json
from shared.deployment.outputs import KEEPALIVE_SECONDS
from shared.deployment.specs.parsing import parse_spec
from shared.planning.validation import query, query_probe
from shared.planning.validation.checks import required
from shared.planning.validation.levels import proof
from simulations.foreseen import ForeseenMachines
from tests.certificates import cer_of
from tests.conftest import ROOT, Simulation
from tests.shared.planning.faults import HOST, NAME, PLANTED, QUERIED, SIBLINGS, Deployed
from tests.shared.strategies import SUBSCRIPTION

Json = dict[str, Any]


@pytest.fixture(scope="module")
def world(
    emulator: ArmEmulator, storage: Azurite, clock: VirtualClock
) -> Iterator[tuple[Deployed, Any]]:
    """The recipe with a web application beside it, deployed; and what Azure looks like then."""
    there = Simulation(ROOT, azure=emulator, storage=storage.connection_string, clock=clock)
    there.empty()
    now = clock.now()
    cer = cer_of(HOST, begins=now - timedelta(days=1), ends=now + timedelta(days=3000))
    emulator.set_certificate("listener", cer)
    there.start()
    spec = read_json(ROOT / "samples/recipe.json") | {"name": NAME, "resourceGroup": f"rg-{NAME}"}
    identity = (
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-identities"
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-gateway"
    )
    https = {
        "hostName": HOST,
        "backendAddresses": ["10.20.1.10"],
        "certificate": {"keyVaultSecret": f"{emulator.url}/secrets/listener"},
    }
    spec["gateway"] |= {"https": https, "identityId": identity}
    spec["validation"] = {"require": "none"}
    told = there.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    there.advance(minutes=10)
    yield Deployed(there), take_snapshot(emulator.cloud)
    there.host.stop()
    emulator.reset()


@pytest.fixture
def deployed(world: tuple[Deployed, Any]) -> Iterator[Deployed]:
    """The deployment as it was at first."""
    there, snapshot = world
    settings = there.azure.settings()
    go_back(there.azure.cloud, snapshot)
    yield there
    there.azure.settings(settings)


def test_nothing_is_found_where_all_is_well(deployed: Deployed) -> None:
    checks = deployed.validate()
    told = checks.pop("")
    assert told["status"] == "Succeeded", told["failure"]
    assert {check["state"] for check in checks.values()} == {"succeeded"}
    assert len(checks) == 19


PLANTS = [pytest.param(*p, id=f"{p[0].__name__}-{p[1]}") for p in PLANTED]
ALIKE = [pytest.param(*p, id=f"{p[0].__name__}-{p[1]}", marks=pytest.mark.slow) for p in SIBLINGS]


@pytest.mark.parametrize(("plant", "key", "words"), PLANTS + ALIKE)
def test_a_planted_fault_is_found_by_name(
    plant: Callable[[Deployed], None], key: str, words: str, deployed: Deployed
) -> None:
    plant(deployed)
    checks = deployed.validate()
    told = checks.pop("")
    assert told["status"] == "Failed"
    assert told["failure"]["code"] in {"ValidationFailed", "ResourceNotFound"}
    assert checks[key]["state"] == "failed"
    assert words in checks[key]["failure"]["message"]


def test_an_announced_default_route_is_a_warning_with_what_it_breaks(deployed: Deployed) -> None:
    deployed.azure.settings({"announced_prefixes": ["10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0"]})
    checks = deployed.validate()
    assert checks[""]["status"] == "Succeeded"
    assert checks["routes-learned"]["warning"].startswith("0.0.0.0/0 is announced, which neither")


@pytest.fixture
def open_deployed(deployed: Deployed) -> Deployed:
    """The same, with a way for the jump box to tell Azure what it has found."""
    deployed.azure.edit(
        f"{deployed.id('network/virtualnetworks')}/subnets/ManagementSubnet",
        {"properties": {"defaultOutboundAccess": True}},
    )
    return deployed


def test_without_the_agent_of_the_watcher_nothing_is_proven_of_the_port(
    deployed: Deployed,
) -> None:
    deployed.azure.remove(deployed.id("compute/virtualmachines/extensions"))
    checks = deployed.validate()
    assert checks[""]["status"] == "Succeeded"
    told = checks["database-reachable"]["warning"]
    assert told.startswith("not proven: the check is refused: ")
    assert "Network Watcher Agent" in told


def test_a_query_that_is_required_needs_no_agent_beside_it() -> None:
    raw = read_json(ROOT / "samples/recipe.json") | {
        "validation": {"require": "query"},
        "jumpBox": {"enabled": True, "egress": "natGateway"},
    }
    spec = parse_spec(raw, subscription_id=SUBSCRIPTION)
    bodies = {
        step["key"]: step["body"]
        for step in required(spec, [], "2026-11-28T00:00:00Z", proof(spec, []))
    }
    assert not bodies["database-reachable"]["required"]
    assert bodies["query-answered"]["required"]


def test_without_a_way_out_a_query_is_not_proven(deployed: Deployed) -> None:
    check = deployed.validate()["query-answered"]
    assert check["state"] == "succeeded"
    assert check["warning"].startswith("not proven: executionState is Unknown")


def test_a_query_goes_through_directly_and_through_the_gateway(open_deployed: Deployed) -> None:
    check = open_deployed.validate()["query-answered"]
    assert check["state"] == "succeeded", check["failure"]["message"]
    assert check["detail"].startswith("PostgreSQL 17.")
    assert "direct" in check["detail"]
    assert "gateway" in check["detail"]


def test_nothing_is_left_of_a_query_and_its_password_is_nowhere(open_deployed: Deployed) -> None:
    before = set(open_deployed.world.resources())
    open_deployed.validate()
    open_deployed.world.advance(minutes=5)
    assert set(open_deployed.world.resources()) == before
    server = open_deployed.azure.cloud.store.get(
        open_deployed.id("dbforpostgresql/flexibleservers")
    )
    assert server is not None
    password = server.secrets["administratorLoginPassword"]
    shown = [*open_deployed.azure.resources(), *open_deployed.azure.operations()]
    assert password not in json.dumps(shown)


@pytest.mark.slow
@pytest.mark.parametrize(("plant", "words"), QUERIED, ids=[p[0].__name__ for p in QUERIED])
def test_a_query_finds_a_planted_fault_by_itself(
    plant: Callable[[Deployed], None], words: str, open_deployed: Deployed
) -> None:
    plant(open_deployed)
    check = open_deployed.validate()["query-answered"]
    assert check["state"] == "failed"
    assert words in check["failure"]["message"]


def probed(there: Deployed, guests: Guests) -> list[tuple[str, str, str]]:
    """What the probe finds on the jump box: path, check and state of each."""
    raw = there.world.request("GET", f"deployments/{NAME}").json()["spec"]
    asked = query.asked(parse_spec(raw, subscription_id=SUBSCRIPTION))["probe"]
    environment = {
        "QUERY_PROBE": json.dumps(asked | {"seconds": 1, "samples": 1}),
        "QUERY_PROBE_PASSWORD": there.password(),
    }
    text = Path(query_probe.__file__).read_text(encoding="utf-8")
    machine = there.azure.cloud.store.get(there.id("compute/virtualmachines"))
    assert machine is not None
    ended = guests.run(machine, Script(text, environment, (), 60.0))
    found = json.loads(ended.output)
    assert (found["verdict"] == "passed") == (ended.exit_code == 0)
    return [(check["path"], check["check"], check["state"]) for check in found["checks"]]


def test_what_is_foreseen_where_all_is_well_is_what_the_real_probe_finds(
    deployed: Deployed,
) -> None:
    cloud = deployed.azure.cloud
    foreseen = probed(deployed, ForeseenMachines(cloud))
    assert {state for *_, state in foreseen} == {"passed"}
    assert probed(deployed, cloud.guests) == foreseen


EVERY = list(
    dict.fromkeys([*(plant for plant, _, _ in PLANTED + SIBLINGS), *(p for p, _ in QUERIED)])
)


@pytest.mark.slow
@pytest.mark.parametrize("plant", EVERY, ids=[plant.__name__ for plant in EVERY])
def test_what_is_foreseen_of_a_planted_fault_is_what_the_real_probe_finds(
    plant: Callable[[Deployed], None], deployed: Deployed
) -> None:
    plant(deployed)
    cloud = deployed.azure.cloud
    assert isinstance(cloud.guests, Machines)
    assert probed(deployed, ForeseenMachines(cloud)) == probed(deployed, cloud.guests)


def test_the_printed_keepalives_hold_a_resting_connection_as_long_as_the_spec_says(
    deployed: Deployed,
) -> None:
    gateway = ("10.1.2.10", 5432)
    ended = cut(deployed.azure.cloud, *gateway, keepalive=KEEPALIVE_SECONDS)
    assert ended is not None
    assert (ended.seconds, ended.by) == (14_400, "proxy")
