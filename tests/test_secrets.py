"""No secret leaves the vault but in the body of the PUT that needs it."""

import logging
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]


def test_no_generated_or_given_secret_is_kept_told_or_logged(
    simulation: Any, spec: Json, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state)
    canary = "canary-of-the-authorization-key"
    simulation.azure.set_secret("circuit-key", canary)
    circuit = spec["expressRoute"]["circuitId"]
    authorization = {"authorizationKey": canary, "authorizationUseStatus": "Available"}
    named = {"name": "ours", "properties": authorization}
    simulation.azure.edit(circuit, {"properties": {"authorizations": [named]}})
    url = f"{simulation.azure.url}/secrets/circuit-key"
    route = spec["expressRoute"] | {"authorizationKey": {"keyVaultSecret": url}}
    told = simulation.deploy(spec | {"expressRoute": route})
    password = secret(simulation, f"{spec['name']}-postgres-admin")
    private_key = secret(simulation, f"{spec['name']}-jump-box-ssh")
    assert told["status"] == "Succeeded", told["failure"]
    assert len(password) >= 32
    simulation.host.stop()  # so that all of the task hub is in its file
    simulation.start(state=state)
    told = simulation.operation(told["id"])
    status = simulation.host.wait_for(told["id"])
    kept = state.read_bytes().decode(errors="replace")
    recorded = simulation.request("GET", f"deployments/{spec['name']}").text
    places = {
        "task hub": kept,
        "operation": str(told),
        "instance": str(status),
        "record": recorded,
        "log": caplog.text,
    }
    for value in (password, private_key.splitlines()[1], canary):
        assert [name for name, text in places.items() if value in text] == []


def secret(simulation: Any, name: str) -> str:
    """The value of a secret in the emulated vault."""
    from azure.identity import ManagedIdentityCredential
    from azure.keyvault.secrets import SecretClient

    vault = SecretClient(
        simulation.azure.url, ManagedIdentityCredential(), verify_challenge_resource=False
    )
    with vault:
        value = vault.get_secret(name).value
    assert value
    return value
