"""Storage, Azure and a Functions host in one process, on one virtual clock.

What tests, benchmarks and simulations run an app in. They differ in what they watch and in how
often they start a host; nothing in it sleeps: when all is quiet, time jumps to what is due next.
"""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.settings import Settings
from local.azurite import Azurite
from local.clock import VirtualClock
from local.functions_host.host import FunctionsHost
from local.stack import app_settings

Json = dict[str, Any]

PATIENCE = 300.0  # real seconds for one operation; most take one
# Hosts answer without TLS, and to read the certificates of the world takes 20 ms of each client.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class NotStarted(RuntimeError):
    """The app did not start an operation."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.url} answered {answer.status_code}: {answer.text}")


class World:
    """One app's world; `azure` is the emulator with its control methods.

    Args:
        app: the folder of function_app.py.
        azure: the emulated Azure, on the clock.
        storage: the connection string of the storage account.
        clock: the one clock of host and Azure.
        settings: app settings beside those of the app and those that lead to Azure and storage.
    """

    host: FunctionsHost

    def __init__(
        self,
        app: Path,
        *,
        azure: ArmEmulator,
        storage: str,
        clock: VirtualClock,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.app, self.azure, self.clock = app, azure, clock
        self.http = httpx.Client(timeout=PATIENCE, verify=NO_CERTIFICATES)
        self.surroundings: list[Json] = read_json(app / "samples" / "surroundings.json")
        self.settings = {
            **app_settings(app),
            **azure.environment(),
            "AzureWebJobsStorage": storage,
            **(settings or {}),
        }

    def empty(self) -> None:
        """Leave only the surroundings in Azure."""
        self.azure.reset()
        for resource in self.surroundings:
            self.azure.put(resource["id"], resource["body"])

    def start(self, **options: Any) -> Self:
        """Start a host; `options` are those of FunctionsHost."""
        self.host = self.new_host(**options).start()
        return self

    def new_host(self, **options: Any) -> FunctionsHost:
        """A host of this world that is not started yet."""
        chosen = {"clock": self.clock, "settings": self.settings, **options}
        return FunctionsHost(self.app, **chosen)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request to the app."""
        return self.http.request(method, f"{self.host.url}/api/{path}", **options)

    def operation(self, identity: str) -> Json:
        """How an operation stands now."""
        answer: Json = self.request("GET", f"operations/{identity}").json()
        return answer

    def finish(self, started: httpx.Response) -> Json:
        """Wait for the end of the operation that an answer has started; how it ended."""
        if started.status_code != 202:
            raise NotStarted(started)
        identity = started.json()["id"]
        self.host.wait_for(identity, PATIENCE)
        self.host.wait_for(f"{identity}-drift", PATIENCE)  # begun at its end, where it wrote
        return self.operation(identity)

    def deploy(self, spec: Json) -> Json:
        """POST a spec and wait for the end."""
        return self.finish(self.request("POST", "deployments", json=spec))

    def resources(self) -> dict[str, Json]:
        """Everything that exists in Azure: id -> body."""
        return {item["id"]: item for item in self.azure.resources()}

    def writes(self) -> list[Json]:
        """Every write that Azure was asked for."""
        return [c for c in self.azure.calls() if c["method"] in {"PUT", "PATCH", "DELETE"}]

    def advance(self, **span: float) -> None:
        """Let time pass, with whatever is due on the way."""
        self.host.advance(timedelta(**span))


@contextmanager
def world(app: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[World]:
    """A world without a host for as long as the `with` block lasts, its Azure empty."""
    with ExitStack() as stack:
        clock = VirtualClock()
        storage = stack.enter_context(Azurite())
        azure = stack.enter_context(ArmEmulator(clock=clock, settings=azure_of(app)))
        made = World(
            app,
            azure=azure,
            storage=storage.connection_string,
            clock=clock,
            settings=settings,
        )
        made.empty()
        yield made


def azure_of(app: Path) -> Settings:
    """What Azure is like for an app: its own subscription exists."""
    return Settings(subscription_id=app_settings(app)["AZURE_SUBSCRIPTION_ID"])


def read_json(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))
