"""A deployment has succeeded once what its spec requires has been proven."""

from typing import Any

import pytest

from shared.planning.roles import roles
from tests.shared.strategies import SUBSCRIPTION

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
    return {s["key"]: s["state"] for s in told["checks"]}


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
    assert {s["key"] for s in told["steps"]} == {s["key"] for s in told["plan"]}
    ended = max(s["settledAt"] for s in told["steps"])
    begun = min(s["startedAt"] for s in told["checks"])
    assert begun >= ended
    assert health(simulation, proven) == "Deployed"


def test_a_deployment_that_changes_nothing_is_proven_without_a_write(
    simulation: Any, proven: Json
) -> None:
    proven = simulation.standing(proven)
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
    first = ("routes-learned: no route to 10.20.0.0/16", "routes-effective: 10.20.0.0/16 leads to")
    assert told["failure"]["message"].startswith(first)  # both are found in the same look
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


def allow(simulation: Any, *roles_held: str) -> None:
    """Let the app do what these roles hold, and nothing else."""
    actions = [action for name in roles_held for action in roles()[name]]
    scope = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/permissions/app"
    simulation.azure.put(scope, {"properties": {"actions": actions}})


def query_of(told: Json) -> Json:
    made = told["steps"] if told["kind"] == "validate" else told["checks"]
    found: Json = next(s for s in made if s["key"] == "query-answered")
    return found


@pytest.fixture
def silent(spec: Json) -> Json:
    """The recipe, which says nothing of what has to be proven."""
    del spec["validation"]
    return spec | {"bastion": {"enabled": False}}


@pytest.fixture
def told_of(silent: Json) -> Json:
    """The same with a jump box that can tell what it found."""
    return silent | {"jumpBox": {"egress": "natGateway"}}


def test_a_silent_spec_is_proven_as_far_as_can_be_which_plan_and_result_tell(
    simulation: Any, silent: Json
) -> None:
    name = silent["name"]
    planned = simulation.finish(simulation.request("POST", f"deployments/{name}/plan", json=silent))
    told = simulation.deploy(silent)
    for each in (planned, told):
        assert each["validation"]["require"] == "connected"
        assert "set jumpBox.egress to natGateway" in each["validation"]["why"]
    assert set(checks(told).values()) == {"succeeded"}
    assert "query-answered" not in checks(told)


def test_where_a_query_can_be_asked_it_is_and_the_next_deploy_tells_of_it_without_a_write(
    simulation: Any, told_of: Json
) -> None:
    told = simulation.deploy(told_of)
    assert told["status"] == "Succeeded", told["failure"]
    assert told["validation"]["require"] == "query"
    asked = told["validation"]["query"]
    assert asked["found"].startswith("PostgreSQL 17.")
    assert asked["at"] == query_of(told)["settledAt"]
    writes = len(simulation.writes())
    again = simulation.deploy(told_of)
    assert (again["status"], again["validation"]["query"]) == ("Succeeded", asked)
    assert f"asked at {asked['at']}" in query_of(again)["detail"]
    assert len(simulation.writes()) == writes
    path = f"deployments/{told_of['name']}"
    anew = simulation.finish(simulation.request("POST", f"{path}/validate"))
    assert anew["validation"]["query"]["at"] > asked["at"]
    assert simulation.request("GET", path).json()["lastQuery"] == anew["validation"]["query"]


def test_without_the_right_no_agent_is_planned_and_the_validation_says_what_it_could_not_prove(
    simulation: Any, told_of: Json
) -> None:
    allow(simulation, "deployer", "circuit")
    told = simulation.deploy(told_of)
    assert told["status"] == "Succeeded", told["failure"]
    assert told["validation"]["require"] == "connected"
    assert "role prober" in told["validation"]["why"]
    assert not any("/extensions/" in i for i in simulation.resources())
    path = f"deployments/{told_of['name']}/validate"
    validated = simulation.finish(simulation.request("POST", path))
    assert validated["status"] == "Succeeded"
    assert "not proven: the check is refused: " in query_of(validated)["warning"]
    allow(simulation, "deployer", "circuit", "prober")
    again = simulation.deploy(told_of)
    assert (again["status"], again["validation"]["require"]) == ("Succeeded", "query")
    assert any("/extensions/" in i for i in simulation.resources())


def test_a_query_that_is_written_and_may_not_be_asked_is_refused_before_the_first_write(
    simulation: Any, told_of: Json
) -> None:
    allow(simulation, "deployer", "circuit")
    before = len(simulation.writes())
    told = simulation.deploy(told_of | {"validation": {"require": "query"}})
    (refusal,) = told["refusals"]
    assert (told["status"], refusal["target"]) == ("Failed", "validation.require")
    assert "Microsoft.Compute/virtualMachines/runCommands/write" in refusal["message"]
    assert len(simulation.writes()) == before


def test_a_deploy_that_changes_nothing_undoes_nothing_although_it_is_not_proven(
    simulation: Any, proven: Json
) -> None:
    proven = simulation.standing(proven)
    group = f"/resourceGroups/{proven['resourceGroup']}/"
    record = next(i for i in simulation.resources() if group in i and "/A/" in i)
    simulation.azure.remove(record)
    writes = len(simulation.writes())
    told = simulation.deploy(proven)
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ValidationFailed")
    assert len(simulation.writes()) == writes
    assert health(simulation, proven) == "Unvalidated"
