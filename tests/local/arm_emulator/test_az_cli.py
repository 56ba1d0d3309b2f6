"""The recipe's own script, by the real Azure CLI: accepted and refused as by Azure.

The commands run in the script's order against one emulator, each as a test of its own; one of them
alone finds nothing of what those before it make. The CLI is large; it is installed once, into a
virtual environment of its own below `.local`.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.arm_emulator import ArmEmulator, Settings
from tests.local.arm_emulator.recipe_script import NAMES, SCRIPT, Command

HOME = Path(__file__).parents[3] / ".local" / "az"
VERSION = "2.91.0"
LOGIN = (
    "cloud register -n local --endpoint-resource-manager {url}",
    "cloud set -n local",
    "config set core.instance_discovery=false core.collect_telemetry=false",
    "login --identity",
)
# With a real clock: the CLI sleeps for as long as Retry-After says.
SETTINGS = Settings(
    duration_factor=0.01,
    retry_after_factor=0.01,
    throttling=False,
    public_ip_lag_seconds=0,
    reference_lag_seconds=0,
    service_association_link_seconds=2,
    link_up_seconds=0,
    postgresql_busy_after_seconds=0,
)
PEERING = {
    "state": "Enabled",
    "peeringType": "AzurePrivatePeering",
    "peerASN": 65010,
    "vlanId": 100,
    "primaryPeerAddressPrefix": "172.16.0.0/30",
    "secondaryPeerAddressPrefix": "172.16.0.4/30",
}
CIRCUIT = {
    "location": "eastus",
    "sku": {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"},
    "properties": {
        "serviceProviderProvisioningState": "Provisioned",
        "circuitProvisioningState": "Enabled",
        "serviceProviderProperties": {
            "serviceProviderName": "Equinix",
            "peeringLocation": "Washington DC",
            "bandwidthInMbps": 1000,
        },
        "peerings": [{"name": "AzurePrivatePeering", "properties": PEERING}],
    },
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
Run = Callable[[str], "subprocess.CompletedProcess[str]"]


def installed() -> Path:
    """The CLI, after installing it where it is missing."""
    program = HOME / "bin" / "az"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        pip = [str(HOME / "bin" / "pip"), "install", "--quiet", "--no-compile"]
        subprocess.run([*pip, f"azure-cli=={VERSION}"], check=True)
    return program


@pytest.fixture(scope="module")
def az(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The CLI, logged in to an emulator that knows the circuit and nothing else."""
    folder = tmp_path_factory.mktemp("az")
    with ArmEmulator(ca_file=folder / "ca.pem", settings=SETTINGS) as emulator:
        emulator.put(NAMES["CIRCUIT"], CIRCUIT)
        environment = {**os.environ, **emulator.environment(), "AZURE_CONFIG_DIR": str(folder)}
        environment["HOME"] = str(folder)  # where --generate-ssh-keys puts them
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # it starts four times as slow without
        program = str(installed())

        def run(line: str) -> Any:
            command = [program, *line.split(), "--only-show-errors"]
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )

        for line in LOGIN:
            done = run(line.format(url=emulator.url))
            assert done.returncode == 0, (line, done.stderr)
        yield run


@pytest.mark.parametrize("command", SCRIPT, ids=str)
def test_a_command_of_the_recipe_ends_as_on_azure(az: Run, command: Command) -> None:
    done = az(command.line)
    if command.arm or command.cli:
        assert done.returncode != 0, command.why
        assert (command.arm or command.cli) in done.stderr, command.why
    else:
        assert done.returncode == 0, done.stderr
    if command.prints is not None:
        assert done.stdout.strip() == command.prints
