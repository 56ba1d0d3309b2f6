"""What a scan may repair by itself: nothing that interrupts, but in the window of the spec."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.deployment.messages import Plan
from shared.planning.decisions.deciding import plan_deploy
from shared.planning.repairing import Wish, repairing
from shared.resources.catalogue import catalogue
from tests.shared.planning.observed_bodies import OWNER, as_shown, by_id, inventory, recipe

Json = dict[str, Any]
NIGHT, DAY = (datetime(2026, 11, 28, hour, tzinfo=UTC) for hour in (2, 14))
ALL = {"policies": [{"then": "repair"}]}


def repair(drift: Json, *, at: datetime = DAY, by_scan: bool = True, paths: Any = None) -> Plan:
    """The repair of a deployment in which two things drifted; the first one interrupts."""
    spec = recipe(drift=drift)
    bodies = as_shown(spec)
    bodies["application-gateway"]["properties"]["autoscaleConfiguration"]["maxCapacity"] = 9
    bodies["route-table"]["properties"]["disableBgpRoutePropagation"] = True
    observed, known = by_id(spec, bodies), inventory(spec)
    plan = plan_deploy(spec, observed, known, OWNER, previous=spec, repair=True)
    return repairing(plan, spec, observed, {}, OWNER, Wish(paths, by_scan, at))


def written(plan: Plan) -> list[str]:
    return [step["key"] for step in plan["steps"] if step["action"] == "update"]


def test_what_interrupts_is_asked_about_and_says_what_is_cut() -> None:
    plan = repair(ALL)
    assert set(written(plan)) >= {"application-gateway", "route-table"}
    assert "approvalSeconds" in plan
    [cut] = [w for w in plan["warnings"] if w["code"] == "UpdateDisturbs"]
    assert (cut["target"], "cuts the sessions" in cut["message"]) == ("application-gateway", True)


@pytest.mark.parametrize(("at", "interrupts"), [(NIGHT, True), (DAY, False)])
def test_what_interrupts_is_done_in_the_window_alone(at: datetime, *, interrupts: bool) -> None:
    plan = repair(ALL | {"repairWindow": {"start": "01:30", "hours": 2}}, at=at)
    assert ("application-gateway" in written(plan)) == interrupts
    assert "route-table" in written(plan)
    assert "approvalSeconds" not in plan
    waiting = [w["target"] for w in plan["warnings"] if w["code"] == "WaitsForWindow"]
    assert waiting == ([] if interrupts else ["application-gateway"])


def test_a_person_who_asks_for_a_repair_is_not_asked_again() -> None:
    plan = repair({}, by_scan=False)
    assert set(written(plan)) >= {"application-gateway", "route-table"}
    assert "approvalSeconds" not in plan


def test_a_scan_repairs_nothing_that_no_policy_names() -> None:
    assert written(repair({})) == []
    one = {"policies": [{"resource": "route-table", "then": "repair"}]}
    assert written(repair(one)) == ["route-table"]


def test_a_person_chooses_by_path() -> None:
    paths = ["route-table:properties.disable*"]
    assert written(repair({}, by_scan=False, paths=paths)) == ["route-table"]


@pytest.mark.parametrize("by_scan", [True, False])
def test_a_scan_asks_before_it_makes_an_empty_server_of_one_that_is_gone(*, by_scan: bool) -> None:
    spec = recipe(drift=ALL)
    observed, known = by_id(spec, as_shown(spec)), inventory(spec)
    observed[catalogue()["postgres-server"].id(spec).casefold()] = None
    plan = plan_deploy(spec, observed, known, OWNER, previous=spec, repair=True)
    plan = repairing(plan, spec, observed, {}, OWNER, Wish(None, by_scan, DAY))
    assert [s["key"] for s in plan["steps"] if s["action"] == "create"] == ["postgres-server"]
    assert [w["target"] for w in plan["warnings"] if w["code"] == "DataGone"] == ["postgres-server"]
    assert ("approvalSeconds" in plan) == by_scan


def test_nobody_is_asked_where_no_policy_makes_the_server_anew() -> None:
    spec = recipe(drift={"policies": [{"resource": "route-table", "then": "repair"}]})
    observed, known = by_id(spec, as_shown(spec)), inventory(spec)
    observed[catalogue()["postgres-server"].id(spec).casefold()] = None
    plan = plan_deploy(spec, observed, known, OWNER, previous=spec, repair=True)
    assert "approvalSeconds" not in repairing(
        plan, spec, observed, {}, OWNER, Wish(None, True, DAY)
    )


def test_a_server_that_has_never_been_there_is_not_gone() -> None:
    spec = recipe()
    observed = dict.fromkeys(by_id(spec, as_shown(spec)))
    plan = plan_deploy(spec, observed, {}, OWNER)
    assert [w for w in plan["warnings"] if w["code"] == "DataGone"] == []
