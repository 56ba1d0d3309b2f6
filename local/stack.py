"""The whole local stack as child processes: storage account, Azure Resource Manager, host.

Each is started with what the others need in its environment, and ended with the stack. The stack
knows nothing of the app but where it lies; settings that the app needs come from its own
local.settings.json, or from the sample beside it.
"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from local.azure_control import AzureControl
from local.azurite import Azurite
from local.kept_clock import KeptClock
from local.service import Service, await_end

STOP_PATIENCE = 10.0  # seconds for a child to end in good order
READY = 180.0  # seconds for a child to say that it listens; a few are usual


class ChildFailed(RuntimeError):
    """A child process ended, or kept silent, before it was ready."""

    def __init__(self, name: str, log: Path) -> None:
        super().__init__(f"{name} did not start; {log} says why")


class PortTaken(RuntimeError):
    """Another process listens where the stack is to."""

    def __init__(self, port: int, option: str) -> None:
        made = option.removeprefix("--").replace("-", "_").upper()
        super().__init__(
            f"port {port} is taken; choose another with {option} (of make: {made}=),"
            " or 0 for a free one"
        )


class Child:
    """A Python process of the stack, with its output in a file."""

    def __init__(self, name: str, arguments: Iterable[str], log: Path) -> None:
        self.name = name
        self.log = log
        self.arguments = [sys.executable, "-m", name, *arguments]
        self.lines: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def start(self, environment: Mapping[str, str], ready: Callable[[list[str]], bool]) -> None:
        """Start it and wait until the lines it has printed say that it is ready.

        Raises:
            ChildFailed: it ended, or was not ready in time.
        """
        self.lines = []
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            self.arguments,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._copy, args=(self._process,), daemon=True).start()
        deadline = time.monotonic() + READY
        while not ready(self.lines):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ChildFailed(self.name, self.log)
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in good order; may be repeated."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            await_end(self._process, STOP_PATIENCE)

    def kill(self) -> None:
        """End it as kill -9 does."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def _copy(self, process: subprocess.Popen[str]) -> None:
        """Keep what it says in the log, and at hand until it is ready."""
        with self.log.open("a", encoding="utf-8") as log:
            for line in process.stdout or ():
                self.lines.append(line.rstrip())
                log.write(line)
                log.flush()


class LocalStack(Service):
    """Storage, ARM and host together; a context manager.

    Args:
        app: the folder of function_app.py.
        folder: where state, time and logs are kept; what is there is carried on with.
        speed: how much faster than real time Azure and the durable timers run.
        port: of the host; 0 takes a free one. Likewise `arm_port`, and then always the same.
        surroundings: what is in Azure beforehand, as [{"id", "body"}].
        seed: what durations and faults of the emulated Azure come from.
    """

    def __init__(
        self,
        app: Path,
        *,
        folder: Path,
        speed: float = 1.0,
        port: int = 7071,
        arm_port: int = 8443,
        surroundings: Iterable[Mapping[str, Any]] = (),
        seed: int = 0,
    ) -> None:
        self.folder = folder
        self.app = app
        self.surroundings = list(surroundings)
        self._arm_port = folder / "arm.port"  # URLs of operations under way lead there
        if not arm_port and self._arm_port.exists():
            arm_port = int(self._arm_port.read_text())
        self.ports = {"--port": port, "--arm-port": arm_port}
        self.storage = Azurite(folder=folder / "azurite")
        self.time = KeptClock(folder / "clock", speed)
        clock = str(self.time.clock)
        state, ca_file = folder / "arm.db", folder / "ca.pem"
        arm = ["--port", str(arm_port), "--clock", clock, "--seed", str(seed)]
        arm += ["--state", str(state), "--ca-file", str(ca_file)]
        if subscription := app_settings(app).get("AZURE_SUBSCRIPTION_ID"):
            arm += ["--settings", json.dumps({"subscription_id": subscription})]
        self.arm = Child("local.arm_emulator", arm, folder / "arm.log")
        host = ["--app", str(app), "--port", str(port), "--rpc-port", "0", "--clock", clock]
        host += ["--state", str(folder / "taskhub.db")]
        self.host = Child("local.functions_host", host, folder / "host.log")
        self.environment: dict[str, str] = {}
        self.url = ""

    def start(self) -> Self:
        """Start everything, in order.

        Raises:
            AzuriteMissing, PortTaken, ChildFailed: with what to do, or where to look.
        """
        for option, port in self.ports.items():
            if taken(port):
                raise PortTaken(port, option)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.time.start()
            self.storage.start()
            self.arm.start({}, lambda lines: any(li.startswith("Not emulated") for li in lines))
            exports = [li.removeprefix("export ") for li in self.arm.lines if "export " in li]
            self.environment = {
                **app_settings(self.app),
                **dict(line.split("=", 1) for line in exports),
                "AzureWebJobsStorage": self.storage.connection_string,
            }
            self._arm_port.write_text(self.arm_url.rpartition(":")[2])
            self.control.arrange(self.surroundings)
            self.start_host()
        except BaseException:
            self.stop()
            raise
        return self

    def start_host(self) -> None:
        """Start the host, also again after it was killed."""
        self.host.start(
            self.environment, lambda lines: any(li.startswith("Listening on") for li in lines)
        )
        listening = next(li for li in self.host.lines if li.startswith("Listening on"))
        self.url = listening.removeprefix("Listening on ").strip()

    @property
    def arm_url(self) -> str:
        """The endpoint of the emulated Azure."""
        return self.environment["AZURE_RESOURCE_MANAGER_URL"]

    @property
    def control(self) -> AzureControl:
        """The control routes of the emulated Azure."""
        return AzureControl(self.arm_url, self.environment["REQUESTS_CA_BUNDLE"])

    def azure(self, method: str, path: str, **options: Any) -> Any:
        """One request to the emulator's own control routes; its JSON answer."""
        answer: Any = self.control(method, path, **options)
        return answer

    def stop(self) -> None:
        """End everything; may be repeated."""
        self.host.stop()
        self.arm.stop()
        self.storage.stop()
        self.time.stop()


def taken(port: int) -> bool:
    """Whether somebody listens on this port of the machine; nobody does on 0."""
    with socket.socket() as probe:
        return port != 0 and probe.connect_ex(("127.0.0.1", port)) == 0


def app_settings(app: Path) -> dict[str, str]:
    """The app's own local settings, or those of its sample."""
    for name in ("local.settings.json", "local.settings.sample.json"):
        if (app / name).exists():
            values = json.loads((app / name).read_text(encoding="utf-8"))["Values"]
            return {key: str(value) for key, value in values.items()}
    return {}
