"""The emulator as an object: a cloud, its server on a thread of its own, and direct control."""

import asyncio
import functools
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import certifi
import trustme
from aiohttp import web

from local.arm_emulator.cloud import Cloud
from local.arm_emulator.control.control import Control
from local.arm_emulator.guest.machines import Machines
from local.arm_emulator.server import Edge
from local.arm_emulator.settings import Settings
from local.arm_emulator.state.guests import Guests
from local.clock import Clock, RunningClock
from local.service import Service


class ArmEmulator(Control, Service):
    """Azure Resource Manager, Key Vault and an identity endpoint on two loopback ports.

    A context manager; the methods of `Control` are at hand beside its server. `boundary` is called
    with every write that was handled, before its answer leaves and before anything else is served.
    `guests` run the scripts of run commands; by default in a sandbox, at real database servers.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        seed: int = 0,
        port: int = 0,
        identity_port: int = 0,
        ca_file: str | Path | None = None,
        state: str | Path | None = None,
        settings: Settings | None = None,
        boundary: Callable[[str], None] = lambda write: None,
        guests: Guests | None = None,
    ) -> None:
        cloud = Cloud(
            clock=clock or RunningClock(),
            seed=seed,
            settings=settings or Settings(),
            state=str(state) if state else None,
        )
        super().__init__(cloud)
        cloud.guests = guests or Machines(cloud, lambda: self._authority)
        self._port, self._identity_port, self._boundary = port, identity_port, boundary
        self._directory = tempfile.TemporaryDirectory() if ca_file is None else None
        folder = Path(self._directory.name) if self._directory else Path()
        self.ca_file = Path(ca_file) if ca_file else folder / "ca.pem"
        self.identity_url = ""
        self.identity_header = cloud.identity.header
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="arm-emulator", daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """The endpoint of Resource Manager and of the vault: https, on loopback."""
        return self.cloud.url

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to take this for Azure."""
        return {
            "IDENTITY_ENDPOINT": self.identity_url,
            "IDENTITY_HEADER": self.identity_header,
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
            "AZURE_RESOURCE_MANAGER_URL": self.url,
            "AZURE_SUBSCRIPTION_ID": self.cloud.settings.subscription_id,
            "KEY_VAULT_URL": self.url,
            "KEY_VAULT_VERIFY_CHALLENGE": "false",
        }

    def start(self) -> Self:
        """Listen; returns once requests are answered."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise RuntimeError("the emulator did not start") from self._failure
        return self

    def stop(self) -> None:
        """Close the ports and end the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self.cloud.journal.close()
        if self._directory is not None:
            self._directory.cleanup()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runners: list[web.AppRunner] = []
        try:
            runners = self._loop.run_until_complete(self._listen())
        except Exception as error:
            self._failure = error
            self._loop.close()
            return
        finally:
            self._ready.set()
        self._loop.run_forever()
        for runner in runners:
            self._loop.run_until_complete(runner.cleanup())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _listen(self) -> list[web.AppRunner]:
        edge = Edge(self.cloud, self, self._boundary)
        arm, identity = (
            web.AppRunner(edge.arm(), **_QUIET),
            web.AppRunner(edge.identity(), **_QUIET),
        )
        await arm.setup()
        await identity.setup()
        secure = web.TCPSite(arm, "127.0.0.1", self._port, ssl_context=self._certificate())
        await secure.start()
        plain = web.TCPSite(identity, "127.0.0.1", self._identity_port)
        await plain.start()
        self.cloud.identity.url = f"https://localhost:{arm.addresses[0][1]}"
        self.identity_url = f"http://localhost:{identity.addresses[0][1]}/msi/token"
        return [arm, identity]

    def _certificate(self) -> ssl.SSLContext:
        """A server certificate of a throw-away CA.

        A `ca_file` that somebody has chosen holds certifi's CAs as well, since whole programs are
        pointed at it. One of our own holds that CA alone: clients read it anew for each connection,
        which takes 0.4 ms then and 16 ms with the CAs of the world.
        """
        authority = self._authority
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1", "::1").configure_cert(context)
        others = b"" if self._directory else Path(certifi.where()).read_bytes()
        self.ca_file.parent.mkdir(parents=True, exist_ok=True)
        self.ca_file.write_bytes(others + authority.cert_pem.bytes())
        return context

    @functools.cached_property
    def _authority(self) -> trustme.CA:
        """A new CA, or that of the state file: clients keep trusting a restarted emulator."""
        known = self.cloud.journal.remember("authority")
        if known is not None:
            return trustme.CA.from_pem(known["certificate"].encode(), known["key"].encode())
        authority = trustme.CA()
        pem = {
            "certificate": authority.cert_pem.bytes().decode(),
            "key": authority.private_key_pem.bytes().decode(),
        }
        self.cloud.journal.remember("authority", pem)
        return authority


_QUIET: dict[str, Any] = {"access_log": None, "shutdown_timeout": 1.0}
