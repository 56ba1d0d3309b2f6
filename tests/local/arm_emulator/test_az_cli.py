"""The recipe's own commands, by the real Azure CLI: accepted and refused as by Azure.

The CLI is large; it is installed once, into a virtual environment of its own below `.local`.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.arm_emulator import ArmEmulator, Settings

HOME = Path(__file__).parents[3] / ".local" / "az"
VERSION = "2.91.0"
GROUP = ("--resource-group", "rg-hybrid")
ZONE = "base.private.postgres.database.azure.com"
SETUP = (
    "cloud register -n local --endpoint-resource-manager {url}",
    "cloud set -n local",
    "config set core.instance_discovery=false core.collect_telemetry=false",
    "login --identity",
    "group create --name rg-hybrid --location eastus",
    "network vnet create --name vnet --address-prefixes 10.1.0.0/16 --resource-group rg-hybrid"
    " --subnet-name GatewaySubnet --subnet-prefixes 10.1.1.0/27",
)

# With a real clock: the CLI sleeps for as long as Retry-After says.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


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
    """The CLI, logged in to an emulator, with the recipe's group and network."""
    folder = tmp_path_factory.mktemp("az")
    settings = Settings(duration_factor=0.01, throttling=False)
    with ArmEmulator(ca_file=folder / "ca.pem", settings=settings) as emulator:
        environment = {**os.environ, **emulator.environment(), "AZURE_CONFIG_DIR": str(folder)}
        program = str(installed())

        def run(*arguments: str) -> Any:
            command = [program, *arguments, "--only-show-errors", "--output", "json"]
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )

        for command in SETUP:
            done = run(*command.format(url=emulator.url).split())
            assert done.returncode == 0, (command, done.stderr)
        yield run


def recipe(az: Run, line: str) -> Any:
    return az(*line.split(), *GROUP)


@pytest.mark.parametrize(
    "line",
    [
        "network vnet subnet create --name DatabaseSubnet --vnet-name vnet"
        " --address-prefixes 10.1.3.0/24 --service-endpoints Microsoft.Storage",
        "network public-ip create --name pip --location eastus --allocation-method Static"
        " --sku Standard --zone 1 2 3",
        "network nsg create --name nsg --location eastus",
        "network nsg rule create --name Allow --nsg-name nsg --priority 1000 --access Allow"
        " --source-address-prefixes 10.1.2.0/24 --destination-port-ranges 5432"
        " --protocol Tcp --direction Inbound",
        "network vnet subnet update --name DatabaseSubnet --vnet-name vnet"
        " --network-security-group nsg",
        "network application-gateway waf-policy create --name waf --location eastus"
        " --type OWASP --version 3.2",
        f"network private-dns zone create --name {ZONE}",
        f"network private-dns link vnet create --name link --zone-name {ZONE}"
        " --virtual-network vnet --registration-enabled false",
    ],
)
def test_a_command_of_the_recipe_is_accepted(az: Run, line: str) -> None:
    done = recipe(az, line)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "network vpn-connection create --name connection --vnet-gateway1 ergw"
            " --express-route-circuit2 circuit --connection-type ExpressRoute",
            "unrecognized arguments: --connection-type",  # the recipe's, no such flag exists
        ),
        (
            "network vnet subnet create --name Outside --vnet-name vnet"
            " --address-prefixes 10.9.0.0/24",
            "NetcfgInvalidSubnet",
        ),
        (f"network private-dns zone delete --name {ZONE} --yes", "CannotDeleteResource"),
        ("network nsg delete --name nsg", "InUseNetworkSecurityGroupCannotBeDeleted"),
    ],
)
def test_a_command_that_azure_refuses_is_refused(az: Run, line: str, said: str) -> None:
    done = recipe(az, line)
    assert done.returncode != 0
    assert said in done.stderr


def test_the_group_goes_with_everything_in_it(az: Run) -> None:
    done = az("group", "delete", "--name", "rg-hybrid", "--yes")
    assert done.returncode == 0, done.stderr
    assert az("group", "exists", "--name", "rg-hybrid").stdout.strip() == "false"
