"""What is exported is what was deployed: Azure makes the same of it, and nothing is left to do."""

import json
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.__main__ import main
from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
VERSION = "api-version=2025-04-01"


class Arm:
    """Azure itself, for somebody who has a template and no app."""

    def __init__(self, simulation: Any) -> None:
        self.simulation, self.url = simulation, simulation.azure.url
        self.http = httpx.Client(verify=ssl.create_default_context(cafile=simulation.azure.ca_file))
        environment = simulation.azure.environment()
        token = self.http.get(
            environment["IDENTITY_ENDPOINT"],
            params={"resource": "https://management.azure.com/", "api-version": "2019-08-01"},
            headers={"X-IDENTITY-HEADER": environment["IDENTITY_HEADER"]},
        ).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        url, headers = f"{self.url}{path}?{VERSION}", self.headers
        answer: httpx.Response = self.http.request(method, url, headers=headers, **options)
        return answer

    def deploy(self, group: str, template: Json) -> Json:
        """Deploy a template into a group; how that ended."""
        parameters = {name: {"value": "Given-by-hand-1"} for name in template["parameters"]}
        keys = [name for name in parameters if name.endswith("JumpBoxSsh")]
        parameters |= {name: {"value": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5"} for name in keys}
        properties = {"mode": "Incremental", "template": template, "parameters": parameters}
        at = f"{group}/providers/Microsoft.Resources/deployments/by-hand"
        begun = self.ask("PUT", at, json={"properties": properties})
        assert begun.status_code == 201, begun.text
        for _ in range(100):
            self.simulation.azure.advance(60)
            shown: Json = self.ask("GET", at).json()["properties"]
            if shown["provisioningState"] in {"Succeeded", "Failed"}:
                self.forget()
                return shown
        raise AssertionError("it does not end")

    def forget(self) -> None:
        """Nobody's rights to deploy templates are the app's."""
        for call in self.simulation.azure.cloud.calls:
            if "/Microsoft.Resources/deployments/" in call.request.path:
                call.caller = None


def export(simulation: Any, name: str, form: str) -> dict[str, str]:
    answer = simulation.request("POST", f"deployments/{name}/export", json={"format": form})
    files: dict[str, str] = answer.json()["files"]
    return files


@pytest.mark.parametrize("sample", ["recipe", "observed"])
def test_a_template_makes_the_same_in_an_empty_group(
    simulation: Any, assume: Any, load_sample: Any, sample: str
) -> None:
    assume(postgresql_busy_after_seconds=0)  # no template can wait for a server to be at rest
    spec = simulation.standing(load_sample(sample))
    name, before = spec["name"], set(simulation.resources())
    template = json.loads(export(simulation, name, "arm")["azuredeploy.json"])
    assert simulation.destroy(name)["status"] == "Succeeded"
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-{name}"
    arm = Arm(simulation)
    tags = {"location": "eastus", "tags": spec.get("tags", {})}
    assert arm.ask("PUT", group, json=tags).status_code == 201
    told = arm.deploy(group, template)
    assert told["provisioningState"] == "Succeeded", json.dumps(told["error"])
    made = {i for i in simulation.resources() if "/Microsoft.Resources/deployments/" not in i}
    assert before <= made
    planned = simulation.finish(simulation.request("POST", f"deployments/{name}/plan", json=spec))
    assert (actions(planned), planned["refusals"]) == ({}, [])
    assert {step["provenance"] for step in planned["plan"]} == {"adopted"}


def test_the_command_line_writes_the_files_and_none_over_another(
    simulation: Any, lean: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lean = simulation.standing(lean)
    words = ["deployment", "export", lean["name"], "--format", "terraform", "--to", str(tmp_path)]
    where = ["--url", simulation.host.url]
    assert main([*words, *where]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"main.tf", "imports.tf"}
    assert main([*words, *where]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_form_that_there_is_not_is_refused(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    answer = simulation.request(
        "POST", f"deployments/{lean['name']}/export", json={"format": "pulumi"}
    )
    assert (answer.status_code, answer.json()["error"]["target"]) == (400, "format")
