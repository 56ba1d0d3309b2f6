"""No secret leaves the vault but in the body of the PUT that needs it."""

import base64
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

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


QUOTED: dict[str, Callable[[str], str]] = {
    "raw": str,
    "in JSON": json.dumps,
    "in a URL": lambda value: quote(value, safe=""),
    "in base64": lambda value: base64.b64encode(value.encode()).decode(),
}


@pytest.mark.parametrize("form", QUOTED.values(), ids=QUOTED)
@pytest.mark.parametrize("when", ["refused", "failed later"])
def test_no_password_that_azure_quotes_is_told(
    simulation: Any,
    lean: Json,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    form: Callable[[str], str],
    when: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state)
    password = 'Canary"7/of the+password'
    simulation.azure.set_secret("pw", password)
    how: Json = {"status": 400} if when == "refused" else {"operation": "Failed"}
    simulation.azure.fail(
        method="PUT",
        type="Microsoft.DBforPostgreSQL/flexibleServers",
        times=0,
        code="InvalidParameterValue",
        message=f"The value {form(password)} is not allowed.",
        **how,
    )
    reference = {"keyVaultSecret": f"{simulation.azure.url}/secrets/pw"}
    postgres = lean["postgres"] | {"adminPassword": reference}
    told = simulation.deploy(lean | {"postgres": postgres})
    simulation.host.stop()
    texts = [str(told), state.read_bytes().decode(errors="replace"), caplog.text]
    assert told["failure"]["code"] == "InvalidParameterValue"
    assert "The value" in told["failure"]["message"]
    assert not [form for text in texts for form in told_forms(password) if form in text]


def told_forms(value: str) -> list[str]:
    """How the value would show: as it was quoted, and as that looks in a Python text."""
    quoted = [str(form(value)).strip('"') for form in QUOTED.values()]
    return [*quoted, *(repr(text)[1:-1] for text in quoted)]


def test_nothing_of_a_certificate_is_told(
    simulation: Any, load_sample: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    simulation.host.stop()
    state = tmp_path / "taskhub.db"
    simulation.start(state=state)
    canary = "canary-of-the-private-key-of-a-certificate"
    simulation.azure.set_secret("web", canary)
    spec = load_sample("full") | {"approval": None}
    listener = spec["gateway"]["https"]
    listener["certificate"] = {"keyVaultSecret": f"{simulation.azure.url}/secrets/web"}
    told = simulation.deploy(spec)
    simulation.host.stop()
    texts = [str(told), state.read_bytes().decode(errors="replace"), caplog.text]
    assert "CertificateNotChecked" in texts[0]  # it was looked at
    assert not [text for text in texts if canary in text]
