"""The Azure CLI against the emulator: every command ends as on Azure, or is refused by name.

The commands run in their order, each as a test of its own; one of them alone finds nothing of what
those before it make. The emulator's clock is virtual and the CLI's sleeps move it.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.arm_emulator import ArmEmulator, Settings
from local.clock import VirtualClock
from tests.local.arm_emulator.conformance.facts import Command, Json, commands
from tests.local.arm_emulator.conformance.world import differences
from tests.local.arm_emulator.test_az_cli import LOGIN, installed

Run = Callable[[str], Json]
PROGRAM = Path(__file__).with_name("az_commands.py")
GROUP = "/subscriptions/{subscription}/resourceGroups"
WORDS = {  # what stands for an id or a file in a command
    "@circuit": f"{GROUP}/rg-er/providers/Microsoft.Network/expressRouteCircuits/circuit",
    "@vnet": f"{GROUP}/rg/providers/Microsoft.Network/virtualNetworks/vnet",
}
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [
        {
            "type": "Microsoft.Network/networkSecurityGroups",
            "apiVersion": "2024-05-01",
            "name": "nsg-of-template",
            "location": "eastus",
            "properties": {},
        }
    ],
}
NO_LAGS = {
    "public_ip_lag_seconds": 0.0,
    "reference_lag_seconds": 0.0,
    "nic_lag_seconds": 0.0,
    "service_association_link_seconds": 2.0,
    "postgresql_busy_after_seconds": 0.0,
}


@pytest.fixture(scope="module")
def az(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The CLI, logged in to an emulator that knows a circuit and nothing else."""
    folder = tmp_path_factory.mktemp("az")
    (folder / "template.json").write_text(json.dumps(TEMPLATE))
    settings = Settings(throttling=False, duration_spread=0, **NO_LAGS)  # type: ignore[arg-type]
    with ArmEmulator(
        clock=VirtualClock(), ca_file=folder / "ca.pem", settings=settings
    ) as emulator:
        words = {"@template": str(folder / "template.json")}
        subscription = emulator.cloud.settings.subscription_id
        words |= {word: id_.format(subscription=subscription) for word, id_ in WORDS.items()}
        emulator.put(words["@circuit"], {})
        environment = {**os.environ, **emulator.environment(), "AZURE_CONFIG_DIR": str(folder)}
        environment["HOME"] = str(folder)  # where keys are put
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        python = installed().with_name("python")
        with subprocess.Popen(
            [str(python), str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        ) as cli:

            def run(line: str) -> Json:
                assert cli.stdin
                assert cli.stdout
                arguments = [words.get(each, each) for each in shlex.split(line)]
                cli.stdin.write(json.dumps(arguments) + "\n")
                cli.stdin.flush()
                answer: Json = json.loads(cli.stdout.readline())
                return answer

            for line in LOGIN:
                assert run(line.format(url=emulator.url))["exit"] == 0, line
            yield run


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("command", commands(), ids=lambda command: command.az)
def test_a_command_ends_as_on_azure(az: Run, command: Command) -> None:
    done = az(command.az)
    if command.not_emulated:
        assert done["exit"] != 0
        assert "emulat" in done["err"], command.not_emulated
        return
    assert (done["exit"], command.says in done["err"]) == (command.exit, True), done["err"]
    if command.prints:
        assert done["out"].strip() == command.prints
    if command.shows is not None:
        assert list(differences(command.shows, json.loads(done["out"]))) == [], command.source


def test_most_commands_are_emulated() -> None:
    emulated = [each for each in commands() if not each.not_emulated]
    assert len(commands()) >= 260
    assert len(emulated) >= 220
    assert [each.az for each in commands() if not each.source] == []
