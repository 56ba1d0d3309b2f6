"""Sign-in by Entra ID and a key of the customer's own."""

from typing import Any

import pytest

from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]


def test_a_secure_deployment_is_made_stays_and_goes(simulation: Any, load_sample: Any) -> None:
    spec, before = load_sample("secure"), simulation.resources()
    told = simulation.deploy(spec)
    assert told["status"] == "Succeeded", told["failure"]
    assert "user='Database Administrators'" in told["outputs"]["connectionStrings"]["direct"]
    assert told["outputs"]["passwordSecret"] is None
    rotated = simulation.request("POST", f"deployments/{spec['name']}/rotate-password")
    assert simulation.finish(rotated)["failure"]["code"] == "NothingToRotate"
    [server] = [
        b
        for i, b in simulation.resources().items()
        if "/flexibleServers/psql-" in i and b["type"].endswith("/flexibleServers")
    ]
    assert server["properties"]["authConfig"]["passwordAuth"] == "Disabled"
    assert server["properties"]["dataEncryption"]["type"] == "AzureKeyVault"
    assert simulation.drift(spec["name"])["status"] == "inSync"
    assert actions(simulation.deploy(spec)) == {}
    lifted = simulation.deploy(spec | {"protect": False})
    assert actions(lifted) == dict.fromkeys(
        ("lock-postgres-server", "lock-express-route-gateway"), "delete"
    )
    assert simulation.destroy(spec["name"])["status"] == "Succeeded"
    assert simulation.resources() == before


@pytest.mark.parametrize(
    "kind", ["*/administrators", "*/locks", "*/advancedThreatProtectionSettings"]
)
def test_a_failure_at_what_secures_takes_everything_back(
    simulation: Any, load_sample: Any, kind: str
) -> None:
    spec, before = load_sample("secure"), simulation.resources()
    simulation.azure.fail(type=kind, method="PUT", status=400, code="QuotaExceeded")
    told = simulation.deploy(spec)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "QuotaExceeded")
    assert told["residue"] == []
    assert simulation.resources() == before


def test_entra_is_added_to_a_server_and_a_key_is_not(
    simulation: Any, lean: Json, load_sample: Any
) -> None:
    secure = load_sample("secure")["postgres"]
    assert simulation.deploy(lean)["status"] == "Succeeded"
    both = {**lean["postgres"], "entra": secure["entra"] | {"only": False}}
    told = simulation.deploy(lean | {"postgres": both})
    assert told["status"] == "Succeeded", told["failure"]
    assert actions(told) == {
        "nsg-database": "update",
        "postgres-server": "update",
        "postgres-administrator": "create",
    }
    asked = lean | {"postgres": {**both, "encryption": secure["encryption"]}}
    refused = simulation.deploy(asked)
    assert ("ReplacementNeeded", "postgres-server") in {
        (refusal["code"], refusal["target"]) for refusal in refused["refusals"]
    }
