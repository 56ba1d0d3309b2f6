"""Whose a change of an update is: the spec's, somebody's in Azure, or both."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.deployment.messages import Plan
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.deciding import plan_deploy
from shared.planning.origins import with_origins
from shared.records.claims import Claim, begun
from shared.records.entities import Record
from shared.resources.catalogue import catalogue
from tests.shared.planning.observed_bodies import OWNER, as_shown, by_id, inventory, recipe

Json = dict[str, Any]
KEY = "bastion"
PATH = "properties.scaleUnits"
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def planned(*, before: int, there: int, now: int, on_update: str = "overwrite") -> Plan:
    """The plan of an update of one number: declared before, in Azure, and declared now."""
    previous = recipe(bastion={"scaleUnits": before})
    spec = recipe(bastion={"scaleUnits": now}, drift={"onUpdate": on_update})
    bodies = as_shown(previous)
    bodies[KEY]["properties"]["scaleUnits"] = there
    record = recorded(previous)
    observed = by_id(previous, bodies)
    plan = plan_deploy(spec, observed, record.inventory, OWNER, previous=previous)
    return with_origins(plan, spec, previous, record)


def recorded(spec: DeploymentSpec) -> Record:
    claim = Claim(deployment=spec.name, operation_id="1", kind="deploy", now=NOW, spec={})
    note: Any = {"id": "1", "kind": "deploy", "startedAt": "", "status": "Succeeded"}
    seen = {"id": catalogue()[KEY].id(spec), "path": PATH, "attribution": {"by": "mallory"}}
    return replace(begun(claim, note), inventory=inventory(spec), drift={"changes": [seen]})


def change(plan: Plan) -> Json | None:
    [step] = [step for step in plan["steps"] if step["key"] == KEY]
    found: Any = [c for c in step["changes"] if c["path"] == PATH]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("before", "there", "now", "origin", "by"),
    [(2, 2, 4, "spec", None), (2, 4, 2, "edit", "mallory"), (2, 4, 3, "both", "mallory")],
)
def test_a_change_is_the_specs_or_somebodys_or_both(
    before: int, there: int, now: int, origin: str, by: str | None
) -> None:
    found = change(planned(before=before, there=there, now=now))
    assert found is not None
    assert (found["origin"], found.get("by")) == (origin, by)


def test_a_spec_changed_to_what_is_there_already_changes_nothing() -> None:
    assert change(planned(before=2, there=4, now=4)) is None


def test_an_update_that_undoes_an_edit_warns_with_the_name() -> None:
    plan = planned(before=2, there=4, now=2)
    [warning] = [w for w in plan["warnings"] if w["code"] == "EditUndone"]
    assert "mallory changed properties.scaleUnits to 4" in warning["message"]
    assert "approvalSeconds" not in plan


def test_an_update_that_undoes_an_edit_asks_where_the_spec_wants_that() -> None:
    assert "approvalSeconds" in planned(before=2, there=4, now=2, on_update="ask")
    assert "approvalSeconds" not in planned(before=2, there=2, now=4, on_update="ask")


def test_an_update_keeps_an_edit_where_the_spec_wants_that() -> None:
    plan = planned(before=2, there=4, now=2, on_update="keep")
    assert change(plan) is None
    assert [w["code"] for w in plan["warnings"] if w["target"] == KEY][-1] == "EditKept"


def test_what_the_spec_itself_changes_is_changed_though_edits_are_kept() -> None:
    found = change(planned(before=2, there=4, now=3, on_update="keep"))
    assert found is not None
    assert found["after"] == 3
