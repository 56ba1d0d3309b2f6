"""The state file, and the emulator as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from local.arm_emulator import ArmEmulator, Settings
from local.clock import VirtualClock

ROOT = Path(__file__).parents[4]
ID = "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Network/{}"


def id_of(emulator: ArmEmulator, path: str) -> str:
    return ID.format(emulator.cloud.settings.subscription_id, path)


def open_emulator(folder: Path, clock: VirtualClock | None = None) -> ArmEmulator:
    return ArmEmulator(
        clock=clock or VirtualClock(),
        seed=3,
        ca_file=folder / "ca.pem",
        state=folder / "state.db",
        settings=Settings(duration_spread=0, throttling=False),
    )


@contextmanager
def session(emulator: ArmEmulator) -> Iterator[Any]:
    with requests.Session() as made:
        made.trust_env = False  # REQUESTS_CA_BUNDLE would win over verify
        made.verify = str(emulator.ca_file)
        token, _ = emulator.cloud.identity.mint("https://management.azure.com")
        made.headers["Authorization"] = f"Bearer {token}"
        made.params = {"api-version": "2026-03-01"}
        yield made


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock()
    with open_emulator(tmp_path, clock) as first, session(first) as web:
        first.put(id_of(first, "expressRouteCircuits/er"), {"location": "eastus"})
        first.set_secret("s", "value")
        answer = web.put(
            first.url + id_of(first, "routeTables/rt"), json={"location": "eastus", "tags": {}}
        )
        poll = answer.headers["Azure-AsyncOperation"]
        before, trust = first.resources(), first.ca_file.read_bytes()
        operations = first.operations()
    with open_emulator(tmp_path) as second, session(second) as web:
        assert second.resources() == before
        assert second.operations() == operations
        assert second.cloud.keyvault.value("s") == "value"
        assert second.ca_file.read_bytes() == trust
        assert [c["method"] for c in second.calls()] == ["PUT"]
        web.params = {}
        url = second.url + poll[poll.index("/subscriptions") :]
        assert web.get(url).json() == {"status": "InProgress"}
        second.advance(10)
        assert web.get(url).json() == {"status": "Succeeded"}


def test_time_goes_on_where_it_stopped(tmp_path: Path) -> None:
    clock = VirtualClock()
    with open_emulator(tmp_path, clock) as first:
        clock.advance(timedelta(hours=5))
        first.put(id_of(first, "routeTables/rt"), {"location": "eastus"})
    with open_emulator(tmp_path) as second:
        assert second.clock()["now"] == clock.now().isoformat()


def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    with open_emulator(tmp_path) as first:
        first.put(id_of(first, "routeTables/rt"), {"location": "eastus"})
        first.remove(id_of(first, "routeTables/rt"))
    with open_emulator(tmp_path) as second:
        assert second.resources("Microsoft.Network/routeTables") == []


def test_lingering_references_survive_a_restart(tmp_path: Path) -> None:
    with open_emulator(tmp_path) as first:
        first.put(id_of(first, "publicIPAddresses/p"), {"location": "eastus"})
        pip = {"publicIPAddress": {"id": id_of(first, "publicIPAddresses/p")}}
        body = {"ipConfigurations": [{"name": "i", "properties": pip}]}
        first.put(id_of(first, "networkInterfaces/n"), {"location": "eastus", "properties": body})
        first.remove(id_of(first, "networkInterfaces/n"))
    with open_emulator(tmp_path) as second, session(second) as web:
        url = second.url + id_of(second, "publicIPAddresses/p")
        assert web.delete(url).json()["error"]["code"] == "PublicIPAddressCannotBeDeleted"
        second.advance(60)
        assert web.delete(url).status_code == 202


def test_a_reset_empties_the_file_and_keeps_the_authority(tmp_path: Path) -> None:
    with open_emulator(tmp_path) as first:
        first.put(id_of(first, "routeTables/rt"), {"location": "eastus"})
        first.reset()
        trust = first.ca_file.read_bytes()
    with open_emulator(tmp_path) as second:
        assert second.resources() == []
        assert second.ca_file.read_bytes() == trust


class Process:
    """``python -m local.arm_emulator``, with the environment that it prints."""

    def __init__(self, folder: Path) -> None:
        arguments = ["--port", "0", "--state", str(folder / "s.db"), "--clock", "virtual"]
        arguments += ["--ca-file", str(folder / "ca.pem"), "--seed", "5"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.arm_emulator", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if "Such requests are refused" in line:
                break
        found = re.findall(r"export (\w+)=(.*)", "".join(self.lines))
        self.environment = dict(found)

    def end(self, number: signal.Signals) -> None:
        self.process.send_signal(number)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def token_from(environment: dict[str, str]) -> str:
    answer = requests.get(
        environment["IDENTITY_ENDPOINT"],
        params={"api-version": "2019-08-01", "resource": "https://management.azure.com"},
        headers={"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]},
        timeout=10,
    )
    return str(answer.json()["access_token"])


def test_a_process_that_is_killed_has_lost_nothing_it_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    first = Process(tmp_path)
    url, group = first.environment["AZURE_RESOURCE_MANAGER_URL"], "/resourceGroups/rg"
    base = f"/subscriptions/{first.environment['AZURE_SUBSCRIPTION_ID']}{group}"
    headers = {"Authorization": f"Bearer {token_from(first.environment)}"}
    verify, version = str(tmp_path / "ca.pem"), {"api-version": "2025-04-01"}
    sent: dict[str, Any] = {"headers": headers, "params": version, "verify": verify}
    put = requests.put(url + base, json={"location": "eastus"}, timeout=10, **sent)
    assert put.status_code == 201
    first.end(signal.SIGKILL)
    second = Process(tmp_path)
    url = second.environment["AZURE_RESOURCE_MANAGER_URL"]
    got = requests.get(url + base, timeout=10, **sent)
    assert got.json()["name"] == "rg"  # with the token of before
    second.end(signal.SIGTERM)
    assert second.process.returncode == 0


def test_it_says_at_start_what_it_does_not_emulate(tmp_path: Path) -> None:
    process = Process(tmp_path)
    process.end(signal.SIGTERM)
    assert "Not emulated:" in "".join(process.lines)
    assert set(process.environment) >= {"IDENTITY_ENDPOINT", "REQUESTS_CA_BUNDLE", "KEY_VAULT_URL"}
    assert os.path.exists(process.environment["REQUESTS_CA_BUNDLE"])


def test_a_deployment_goes_on_after_a_restart(tmp_path: Path) -> None:
    table = {"type": "Microsoft.Network/routeTables", "apiVersion": "2026-03-01"}
    rows = [
        {**table, "name": "a", "location": "eastus"},
        {**table, "name": "b", "location": "eastus", "dependsOn": ["a"]},
    ]
    template = {"$schema": "x", "contentVersion": "1.0.0.0", "resources": rows}
    body = {"properties": {"mode": "Incremental", "template": template}}
    path = "/subscriptions/{}/resourceGroups/rg"
    with open_emulator(tmp_path) as first, session(first) as web:
        web.params = {"api-version": "2024-11-01"}
        group = path.format(first.cloud.settings.subscription_id)
        deployment = f"{group}/providers/Microsoft.Resources/deployments/d"
        first.put(group, {"location": "eastus"})
        web.put(first.url + deployment, json=body)
        first.advance(3)
        assert web.get(first.url + deployment).json()["properties"]["provisioningState"] == (
            "Running"
        )
    with open_emulator(tmp_path) as second, session(second) as web:
        second.advance(60)
        web.params = {"api-version": "2024-11-01"}
        shown = web.get(second.url + deployment).json()["properties"]
        assert shown["provisioningState"] == "Succeeded"
        names = [c["name"] for c in second.calls() if c["type"].endswith("routeTables")]
        assert names == ["a", "b"]
