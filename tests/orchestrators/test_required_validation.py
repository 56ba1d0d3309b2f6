"""A deployment has succeeded once what its spec requires has been proven."""

from typing import Any

import pytest

Json = dict[str, Any]
GATEWAY_RULE = "AllowApplicationGatewayToPostgreSQL"


@pytest.fixture
def proven(spec: Json) -> Json:
    """The recipe, without what takes no part in a connection."""
    return spec | {"bastion": {"enabled": False}, "validation": {"require": "connected"}}


def health(simulation: Any, spec: Json) -> str:
    found: str = simulation.request("GET", f"deployments/{spec['name']}").json()["status"]
    return found


def checks(told: Json) -> dict[str, str]:
    return {s["key"]: s["state"] for s in told["steps"] if s["action"] == "check"}


def database_group(simulation: Any) -> str:
    found: str = next(i for i in simulation.resources() if "/nsg-database" in i)
    return found


def shut_the_gateway_off(simulation: Any, group: str) -> None:
    rules = simulation.resources()[group]["properties"]["securityRules"]
    kept = [rule for rule in rules if rule["name"] != GATEWAY_RULE]
    simulation.azure.edit(group, {"properties": {"securityRules": kept}})


def deploy_with_the_gateway_shut_off(still: Any, spec: Json) -> Json:
    started = still.request("POST", "deployments", json=spec).json()
    still.advance(minutes=5)  # the groups are there, the gateways are not
    shut_the_gateway_off(still, database_group(still))
    still.advance(hours=3)
    told: Json = still.operation(started["id"])
    return told


def test_every_check_is_made_after_the_last_resource(simulation: Any, proven: Json) -> None:
    told = simulation.deploy(proven)
    assert told["status"] == "Succeeded", told["failure"]
    assert set(checks(told).values()) == {"succeeded"}
    ended = max(s["settledAt"] for s in told["steps"] if s["action"] != "check")
    begun = min(s["startedAt"] for s in told["steps"] if s["action"] == "check")
    assert begun >= ended
    assert health(simulation, proven) == "Deployed"


def test_a_deployment_that_changes_nothing_is_proven_without_a_write(
    simulation: Any, proven: Json
) -> None:
    simulation.deploy(proven)
    before = len(simulation.writes())
    told = simulation.deploy(proven)
    assert told["status"] == "Succeeded"
    assert set(checks(told).values()) == {"succeeded"}
    assert len(simulation.writes()) == before


def test_what_we_could_mend_is_rolled_back(still: Any, proven: Json) -> None:
    before = set(still.resources())
    told = deploy_with_the_gateway_shut_off(still, proven)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ValidationFailed")
    assert told["failure"]["message"].startswith("backend-healthy: ")
    assert told["residue"] == []
    assert set(still.resources()) == before


def test_where_the_spec_says_keep_it_stays_and_counts_as_not_validated(
    still: Any, proven: Json
) -> None:
    proven["validation"]["onFailure"] = "keep"
    told = deploy_with_the_gateway_shut_off(still, proven)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ValidationFailed")
    assert told["residue"] == []
    record = still.request("GET", f"deployments/{proven['name']}").json()
    assert record["status"] == "Unvalidated"
    assert record["spec"]["validation"]["onFailure"] == "keep"
    assert record["outputs"]
    still.request("POST", "deployments", json=proven)  # puts the rule back
    still.advance(hours=1)
    assert health(still, proven) == "Deployed"


def test_a_line_that_is_down_is_waited_for_and_nothing_is_undone(
    simulation: Any, assume: Any, proven: Json
) -> None:
    assume(announced_prefixes=["172.31.0.0/16"])
    told = simulation.deploy(proven)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ValidationFailed")
    assert told["failure"]["message"].startswith("routes-learned: no route to 10.20.0.0/16")
    assert any("/flexibleServers/" in i for i in simulation.resources())
    assert health(simulation, proven) == "Unvalidated"
    assume(announced_prefixes=["10.0.0.0/8", "192.168.0.0/16"])
    started = simulation.request("POST", f"deployments/{proven['name']}/validate")
    assert simulation.finish(started)["status"] == "Succeeded"
    assert health(simulation, proven) == "Deployed"


def test_a_query_that_nobody_could_hear_of_is_refused(simulation: Any, proven: Json) -> None:
    proven["validation"]["require"] = "query"
    answer = simulation.request("POST", "deployments", json=proven)
    assert answer.status_code == 400
    details = {d["target"]: d["code"] for d in answer.json()["error"]["details"]}
    assert details["validation.require"] == "QueryNotProvable"
