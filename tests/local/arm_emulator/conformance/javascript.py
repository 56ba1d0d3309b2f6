"""Microsoft's JavaScript SDKs, driven from Python: one process of Node.js, a line for each call."""

import json
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from local.arm_emulator.emulator import ArmEmulator
from tests.local.arm_emulator.conformance.facts import Json, Kind

SCRIPT = Path(__file__).with_name("javascript.mjs")
# Where the name of an operation group is not the Python SDK's in camel case.
GROUPS = {
    "network.public_ip_addresses": "network.publicIPAddresses",
}


def group_of(kind: Kind) -> str:
    """The operation group of a type: ``network.virtualNetworks``."""
    if kind.sdk in GROUPS:
        return GROUPS[kind.sdk]
    first, *words = kind.sdk.split("_")
    return first + "".join(word.capitalize() for word in words)


class JavaScript:
    """A context manager; ends its process."""

    def __init__(self, emulator: ArmEmulator) -> None:
        self._emulator = emulator
        subscription = emulator.cloud.settings.subscription_id
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(emulator.ca_file)}
        self._node = subprocess.Popen(
            ["node", str(SCRIPT), emulator.url, subscription],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __enter__(self) -> "JavaScript":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.close()
        self._node.wait()
        self._node.stdout.close()

    def call(
        self, group: str, method: str, names: list[str], body: Any = None, *, wait: bool = True
    ) -> Json:
        """One call: ``statuses`` in order, then ``result``, or ``status`` and ``code``."""
        token, _ = self._emulator.cloud.identity.mint("https://management.azure.com")
        request = {"group": group, "method": method, "names": names, "body": body, "wait": wait}
        assert self._node.stdin
        assert self._node.stdout
        self._node.stdin.write(json.dumps(request | {"token": token}) + "\n")
        self._node.stdin.flush()
        answer: Json = json.loads(self._node.stdout.readline())
        return answer
