"""The whole product in one process on virtual time: real SDKs, emulated Azure, stand-in host.

Azure, storage and clock live as long as the test session and are emptied between tests; the host
is new for each test. Nothing sleeps: when all is quiet, time jumps to what is due next.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.settings import Settings
from local.azurite import Azurite
from local.clock import VirtualClock
from local.functions_host.host import FunctionsHost

ROOT = Path(__file__).parents[1]
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
PATIENCE = 100  # real seconds for an operation; most take one

Json = dict[str, Any]


class Simulation:
    """One test's world; `azure` is the emulator with its control methods."""

    def __init__(self, azure: ArmEmulator, storage: Azurite, clock: VirtualClock) -> None:
        self.azure = azure
        self.clock = clock
        self.settings = {
            **azure.environment(),
            "AzureWebJobsStorage": storage.connection_string,
            "DRIFT_SCHEDULE": "0 0 * * * *",
            "AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1",
        }
        self.host: FunctionsHost
        self.surroundings: list[Json] = []

    def start(self, **options: Any) -> "Simulation":
        """Start a host; `options` are those of FunctionsHost."""
        chosen = {"clock": self.clock, "strict": True, "settings": self.settings, **options}
        self.host = FunctionsHost(ROOT, **chosen).start()
        return self

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request to the app."""
        return httpx.request(method, f"{self.host.url}/api/{path}", timeout=PATIENCE, **options)

    def operation(self, identity: str) -> Json:
        """How an operation stands now."""
        answer: Json = self.request("GET", f"operations/{identity}").json()
        return answer

    def finish(self, started: httpx.Response) -> Json:
        """Wait for the end of the operation that an answer has started."""
        assert started.status_code == 202, started.text
        identity = started.json()["id"]
        self.host.wait_for(identity, PATIENCE)
        return self.operation(identity)

    def deploy(self, spec: Json) -> Json:
        """POST a spec and wait for the end."""
        return self.finish(self.request("POST", "deployments", json=spec))

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

    def resources(self) -> dict[str, Json]:
        """Everything that exists in Azure: id -> body."""
        return {item["id"]: item for item in self.azure.resources()}

    def writes(self) -> list[Json]:
        """Every write that Azure was asked for."""
        return [c for c in self.azure.calls() if c["method"] in {"PUT", "PATCH", "DELETE"}]

    def advance(self, **span: float) -> None:
        """Let time pass, with whatever is due on the way."""
        self.host.advance(timedelta(**span))


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
    """The emulated Azure of the session."""
    settings = Settings(subscription_id=SUBSCRIPTION)
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


@pytest.fixture
def assume(azure: ArmEmulator) -> Callable[..., object]:
    """Changes what Azure is like, by the emulator's settings, for one test."""
    return lambda **settings: azure.settings(settings)


@pytest.fixture
def simulation(
    azure: ArmEmulator, storage: Azurite, clock: VirtualClock, surroundings: list[Json]
) -> Iterator[Simulation]:
    """The app on its host, in an Azure that holds only the surroundings."""
    world = Simulation(azure, storage, clock).start()
    world.surroundings = surroundings
    yield world
    world.host.stop()


@pytest.fixture(scope="session")
def surroundings() -> list[Json]:
    """What the samples need to find in Azure."""
    loaded: list[Json] = json.loads((ROOT / "samples" / "surroundings.json").read_text())
    return loaded


@pytest.fixture
def load_sample(request: pytest.FixtureRequest) -> Callable[[str], Json]:
    """Loads a sample under a name that no other test uses."""

    def load(sample: str) -> Json:
        loaded: Json = json.loads((ROOT / "samples" / f"{sample}.json").read_text())
        name = "t" + hashlib.sha256(f"{request.node.nodeid}{sample}".encode()).hexdigest()[:10]
        return loaded | {"name": name, "resourceGroup": f"rg-{name}"}

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
