"""Azurite, Microsoft's emulator of Azure Storage, as a process of its own on the loopback.

It is the storage account of the local stack, as every Functions developer has it: blobs, queues
and tables, in memory or in a folder. The node package is installed by ``make setup``.
"""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from local.service import Service, await_end

HOST = "127.0.0.1"
ACCOUNT = "devstoreaccount1"
# Not a secret: the same published key in every Azurite.
# https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
PACKAGE = Path(__file__).parents[1] / "node_modules/azurite"
SERVICES = ("blob", "queue", "table")
PATIENCE = 120.0  # seconds for node to load it; three are usual, on a busy machine thirty
STOP_PATIENCE = 5.0


class AzuriteMissing(RuntimeError):
    """The node package is not installed, or node is not."""

    def __init__(self) -> None:
        super().__init__("Azurite is not installed: run `make setup` (it needs Node 20)")


class Azurite(Service):
    """A storage account for as long as the `with` block lasts."""

    def __init__(
        self,
        *,
        blob_port: int = 0,
        queue_port: int = 0,
        table_port: int = 0,
        folder: Path | None = None,
        package: Path = PACKAGE,
    ) -> None:
        """Choose where it listens and where it keeps its data.

        Args:
            blob_port: 0 takes a free one.
            queue_port: likewise.
            table_port: likewise.
            folder: keeps the data over restarts; without one they are lost with the process.
            package: where npm has installed it.
        """
        wanted = (blob_port, queue_port, table_port)
        self.ports = dict(zip(SERVICES, _ports(wanted), strict=True))
        self._folder = folder
        self._script = package / "dist/src/azurite.js"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def connection_string(self) -> str:
        """What the storage SDKs and the Functions runtime connect with."""
        endpoints = "".join(
            f"{service.capitalize()}Endpoint=http://{HOST}:{port}/{ACCOUNT};"
            for service, port in self.ports.items()
        )
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{endpoints}"

    def start(self) -> Self:
        """Start it and wait until every service accepts connections.

        Raises:
            AzuriteMissing: there is nothing to start.
            RuntimeError: a port is taken, or it ended, or kept silent for too long.
        """
        node = shutil.which("node")
        if node is None or not self._script.exists():
            raise AzuriteMissing
        for port in self.ports.values():
            if _listens(port):  # or what listens there would be taken for it
                raise RuntimeError(f"Azurite cannot listen on port {port}: is it free?")
        self._process = subprocess.Popen(
            [node, str(self._script), *self._arguments()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        for port in self.ports.values():
            self._await(port, deadline)
        return self

    def stop(self) -> None:
        """End it; may be repeated."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            await_end(process, STOP_PATIENCE)

    def _arguments(self) -> list[str]:
        # The SDKs speak newer versions of the API than the last Azurite names.
        arguments = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"]
        for service, port in self.ports.items():
            arguments += [f"--{service}Host", HOST, f"--{service}Port", str(port)]
        if self._folder:
            return [*arguments, "--location", str(self._folder)]
        return [*arguments, "--inMemoryPersistence"]

    def _await(self, port: int, deadline: float) -> None:
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"Azurite ended before it listened on port {port}: is it free?")
            if _listens(port):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"Azurite does not listen on port {port} after {PATIENCE:.0f} s")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def _ports(wanted: tuple[int, ...]) -> list[int]:
    """The ports wanted; free ones, all held at once so that they differ, in place of zeros."""
    held = [socket.socket() for port in wanted if not port]
    try:
        for each in held:
            each.bind((HOST, 0))
        free = iter([each.getsockname()[1] for each in held])
        return [port or next(free) for port in wanted]
    finally:
        for each in held:
            each.close()
