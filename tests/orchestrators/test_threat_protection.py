"""Defender watches a server where its spec says so."""

from typing import Any

from tests.orchestrators.test_existing_ground import actions

Json = dict[str, Any]
PLAN = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Security/pricings"
    "/OpenSourceRelationalDatabases"
)


def with_protection(spec: Json, *, wanted: bool) -> Json:
    return spec | {"postgres": {**spec["postgres"], "threatProtection": wanted}}


def test_it_comes_is_watched_and_goes(simulation: Any, lean: Json) -> None:
    lean = simulation.standing(lean)
    on, off = (with_protection(lean, wanted=wanted) for wanted in (True, False))
    told = simulation.deploy(on)
    assert (told["status"], actions(told)) == ("Succeeded", {"threat-protection": "create"})
    assert actions(simulation.deploy(on)) == {}
    [setting] = [i for i in simulation.resources() if "/advancedThreatProtectionSettings/" in i]
    simulation.azure.edit(setting, {"properties": {"state": "Disabled"}})
    changes = simulation.drift(lean["name"])["changes"]
    assert [c["key"] for c in changes] == ["threat-protection"]
    simulation.finish(simulation.request("POST", f"deployments/{lean['name']}/drift/repair"))
    assert simulation.resources()[setting]["properties"]["state"] == "Enabled"
    assert actions(simulation.deploy(off)) == {"threat-protection": "delete"}
    assert simulation.resources()[setting]["properties"]["state"] == "Disabled"


def test_a_plan_of_the_whole_subscription_is_told_and_left_alone(
    simulation: Any, lean: Json
) -> None:
    lean = simulation.standing(with_protection(lean, wanted=True))
    simulation.azure.put(PLAN, {"properties": {"pricingTier": "Standard"}})
    planned = simulation.request(
        "POST", f"deployments/{lean['name']}/plan", json=lean | {"tags": {"a": "b"}}
    )
    warned = {w["code"] for w in simulation.finish(planned)["warnings"]}
    assert "DefenderIsSubscriptionWide" in warned
    assert PLAN not in [w["path"] for w in simulation.writes()]
