"""The whole product in one process on virtual time: real SDKs, emulated Azure, stand-in host.

Azure, storage and clock live as long as the test session and are emptied between tests; the host
is new for each test.
"""

import gc
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from local.arm_emulator.emulator import ArmEmulator
from local.azurite import Azurite
from local.clock import VirtualClock
from local.world import PATIENCE, World, azure_of, read_json
from shared.records.records import PARTITION
from shared.records.tables import open_tables
from tests.azure_actions import granted_actions, used_actions
from tests.azure_types import shown_faults, written_faults
from tests.described import faults as described_faults
from tests.standing import standing

ROOT = Path(__file__).parents[1]

# What a test is not about is not proven in it: that would be a third of all that it does.
NOT_PROVEN = {"require": "none"}
MADE_UP = ("localNetworkGateways", "ddosProtectionPlans")

Json = dict[str, Any]


def pytest_collection_finish() -> None:
    """Leave alone what stays to the end: to go through all the SDKs' classes again takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class Simulation(World):
    """One test's world."""

    def start(self, **options: Any) -> Self:
        """Start a host in strict mode; `options` are those of FunctionsHost."""
        return super().start(**({"strict": True} | options))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request to the app; its answer has to be as the API's description says."""
        answer = super().request(method, path, **options)
        assert described_faults(answer) == []
        return answer

    def standing(self, spec: Json) -> Json:
        """Go on from where this is deployed already; the spec under the name that it stands by."""
        return standing(self, spec)

    def destroy(self, name: str, *, delete_data: bool = True) -> Json:
        """DELETE a deployment and wait for the end."""
        flag = str(delete_data).lower()
        return self.finish(self.request("DELETE", f"deployments/{name}?deleteData={flag}"))

    def drift(self, name: str) -> Json:
        """Check for drift; the report."""
        started = self.request("POST", f"deployments/{name}/drift").json()
        self.host.wait_for(started["id"], PATIENCE)
        report: Json = self.request("GET", f"deployments/{name}/drift").json()["drift"]
        return report


@pytest.fixture(scope="session")
def storage() -> Iterator[Azurite]:
    """The storage account of the session."""
    with Azurite() as azurite:
        yield azurite


@pytest.fixture(scope="session")
def clock() -> VirtualClock:
    """The one clock of the session: clients of the app live as long, so time never goes back."""
    return VirtualClock()


@pytest.fixture(scope="session")
def emulator(clock: VirtualClock) -> Iterator[ArmEmulator]:
    """The emulated Azure of the session, with the types of the resources that tests make up."""
    made_up = tuple(f"Microsoft.Network/{kind}" for kind in MADE_UP)
    settings = replace(azure_of(ROOT), shape_only=made_up)
    with ArmEmulator(clock=clock, seed=7, settings=settings) as azure:
        yield azure


@pytest.fixture
def azure(emulator: ArmEmulator, surroundings: list[Json]) -> Iterator[ArmEmulator]:
    """Azure as it is before a test: the circuit and the customer's own zone."""
    emulator.reset()
    for resource in surroundings:
        emulator.put(resource["id"], resource["body"])
    settings = emulator.settings()
    yield emulator
    emulator.settings(settings)  # a reset keeps them
    assert written_faults(emulator.cloud.calls) == []  # whatever the test was about
    assert shown_faults(emulator.resources()) == []
    assert used_actions(emulator) - granted_actions() == set()


@pytest.fixture
def assume(azure: ArmEmulator) -> Callable[..., object]:
    """Changes what Azure is like, by the emulator's settings, for one test."""
    return lambda **settings: azure.settings(settings)


@pytest.fixture
def simulation(azure: ArmEmulator, storage: Azurite, clock: VirtualClock) -> Iterator[Simulation]:
    """The app on its host, in an Azure that holds only the surroundings, without a deployment."""
    deployments, *_ = open_tables(storage.connection_string, None, "deployments")
    deployments.delete_partition(PARTITION)  # or its timers go through those of earlier tests
    there = Simulation(ROOT, azure=azure, storage=storage.connection_string, clock=clock)
    there.start()
    yield there
    there.host.stop()


@pytest.fixture
def still(simulation: Simulation) -> Simulation:
    """The app in a world whose time does not move by itself: an operation goes on running."""
    simulation.host.stop()
    return simulation.start(jumps=False)


@pytest.fixture(scope="session")
def surroundings() -> list[Json]:
    """What the samples need to find in Azure."""
    loaded: list[Json] = read_json(ROOT / "samples" / "surroundings.json")
    return loaded


@pytest.fixture
def load_sample(request: pytest.FixtureRequest) -> Callable[[str], Json]:
    """Loads a sample under a name that no other test uses."""

    def load(sample: str) -> Json:
        loaded: Json = read_json(ROOT / "samples" / f"{sample}.json")
        name = "t" + hashlib.sha256(f"{request.node.nodeid}{sample}".encode()).hexdigest()[:10]
        return loaded | {"name": name, "resourceGroup": f"rg-{name}", "validation": NOT_PROVEN}

    return load


@pytest.fixture
def spec(load_sample: Callable[[str], Json]) -> Json:
    """The recipe, under a name that no other test uses."""
    return load_sample("recipe")


@pytest.fixture
def lean(spec: Json) -> Json:
    """The spec without the slow things around the database."""
    return spec | {
        "gateway": {"mode": "none"},
        "bastion": {"enabled": False},
        "jumpBox": {"enabled": False},
    }
