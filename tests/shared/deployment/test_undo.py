"""The undone plan, and what is said of what could not be undone."""

from typing import Any

from shared.deployment.messages import Plan, Run
from shared.deployment.walks.undo import residue, still_there, undone


def plan(*steps: Any) -> Plan:
    return Plan(
        deployment="d",
        purpose="deploy",
        steps=list(steps),
        warnings=[],
        refusals=[],
        outputs={},
        retained=[],
    )


def step(key: str, *after: str, **changes: Any) -> Any:
    made = {
        "key": key,
        "armType": "Test/things",
        "id": f"/id/{key}",
        "action": "create",
        "body": {"properties": {"size": 2}},
        "prior": None,
        "changes": [],
        "dependsOn": list(after),
        "startsAfter": [],
        "locks": [],
        "expectedSeconds": 100,
        "timeoutSeconds": 1000,
        "undoSeconds": 50,
    }
    return {**made, **changes}


def ran(*keys: str) -> dict[str, Run]:
    return {key: Run(state="succeeded", attempts=1) for key in keys}


GROWN = {"path": "properties.size", "before": 1, "after": 2}


def test_what_was_created_is_deleted_dependents_first() -> None:
    undo = undone(plan(step("a"), step("b", "a"), step("c", "b")), ran("a", "b", "c"))
    assert [(s["key"], s["action"], s["dependsOn"]) for s in undo["steps"]] == [
        ("c", "delete", []),
        ("b", "delete", ["c"]),
        ("a", "delete", ["b"]),
    ]


def test_what_was_updated_is_restored_to_the_values_before() -> None:
    updated = step("a", action="update", prior={"properties": {"size": 1}}, changes=[GROWN])
    [undo] = undone(plan(updated), ran("a"))["steps"]
    assert (undo["action"], undo["body"]) == ("restore", {"properties": {"size": 1}})


def test_what_was_deleted_is_put_back_as_it_was() -> None:
    gone = step("a", action="delete", body={}, prior={"properties": {"size": 1}})
    [undo] = undone(plan(gone), ran("a"))["steps"]
    assert (undo["action"], undo["body"]) == ("restore", {"properties": {"size": 1}})


def test_what_was_only_adopted_or_never_started_is_not_touched() -> None:
    runs = ran("a") | {"c": Run(state="waiting", attempts=0)}
    undo = undone(plan(step("a"), step("b", action="no-op"), step("c", "a")), runs)
    assert [s["key"] for s in undo["steps"]] == ["a"]


def test_a_step_that_failed_is_undone_too() -> None:
    runs = {"a": Run(state="failed", attempts=1)}
    assert [s["action"] for s in undone(plan(step("a")), runs)["steps"]] == ["delete"]


def test_residue_names_reason_and_command_and_what_it_waits_for() -> None:
    undo = undone(plan(step("a"), step("b", "a")), ran("a", "b"))
    failure: Any = {"code": "ScopeLocked", "message": "there is a lock", "retryable": False}
    runs: Any = {
        "b": {"state": "failed", "attempts": 3, "failure": failure},
        "a": {"state": "skipped", "attempts": 0},
    }
    first, second = residue(undo, runs)
    assert first["reason"] == "ScopeLocked: there is a lock"
    assert first["command"] == "az resource delete --ids '/id/b'"
    assert second["reason"] == "waits for b"


def test_the_command_of_an_unfinished_restore_holds_the_whole_prior_body() -> None:
    updated = step("a", action="update", prior={"properties": {"owner": "O'Neil"}}, changes=[GROWN])
    undo = undone(plan(updated), ran("a"))
    runs: Any = {"a": {"state": "failed", "attempts": 3, "failure": None}}
    [left] = residue(undo, runs)
    assert left["command"].endswith("""--properties '{"properties": {"owner": "O'\\''Neil"}}'""")


def test_what_goes_with_something_that_is_there_is_not_said_to_be_made_again() -> None:
    server = "/subscriptions/s/resourceGroups/g/providers/N/servers/a"
    group = step("group", id="/subscriptions/s/resourceGroups/g")
    found = still_there(
        plan(step("parameters", id=f"{server}/configurations"), step("server", id=server), group)
    )
    reasons = {left["key"]: left["reason"] for left in found}
    assert reasons["parameters"] == "goes with server, which is still there"
    assert reasons["server"] == reasons["group"]
    assert "still shows it" in reasons["server"]
    assert all(server in left["command"] for left in found[:2])


def test_what_was_put_back_but_for_what_never_goes_back_is_residue() -> None:
    undo = undone(plan(step("a", action="update", changes=[GROWN])), ran("a"))
    runs: dict[str, Run] = {"a": {**ran("a")["a"], "detail": "properties.size stays 2"}}
    (left,) = residue(undo, runs)
    assert left["reason"] == "properties.size stays 2"
    assert left["command"].startswith("az resource show")
    assert residue(undo, ran("a")) == []


def test_what_azure_deletes_with_its_holder_is_undone_by_itself_only_where_that_stays() -> None:
    machine = step("machine", id="/g/providers/T/machines/m")
    agent = step("agent", "machine", id="/g/providers/T/machines/m/extensions/a", vanishes=True)
    both = undone(plan(machine, agent), ran("machine", "agent"))
    assert [(s["key"], s["dependsOn"]) for s in both["steps"]] == [("machine", [])]
    alone = undone(plan({**machine, "action": "no-op"}, agent), ran("agent"))
    assert [s["key"] for s in alone["steps"]] == ["agent"]
