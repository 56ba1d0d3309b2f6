"""What Azure cannot change in place is made anew where the spec names it, and only then."""

from typing import Any

import pytest

Json = dict[str, Any]


def put(simulation: Any, spec: Json) -> Json:
    answer = simulation.request("PUT", f"deployments/{spec['name']}", json=spec)
    told: Json = simulation.finish(answer)
    return told


def one(azure: Any, part: str) -> Json:
    found: Json = next(r for r in azure.resources() if part.casefold() in r["id"].casefold())
    return found


@pytest.fixture
def small(spec: Json) -> Json:
    return spec | {"gateway": {"mode": "none"}}


BASIC: Json = {"bastion": {"sku": "Basic"}}
USER: Json = {"jumpBox": {"adminUsername": "dbops"}}


@pytest.mark.parametrize(
    ("change", "replace", "key", "part"),
    [
        (BASIC, ["bastion"], "bastion", "/bastionHosts/"),
        (BASIC, "all", "bastion", "/bastionHosts/"),
        (USER, ["jump-box"], "jump-box", "/virtualMachines/"),
    ],
)
def test_what_is_named_is_deleted_and_made_anew(
    simulation: Any, small: Json, change: Json, replace: Any, key: str, part: str
) -> None:
    small = simulation.standing(small)
    refused = put(simulation, small | change)
    assert (refused["status"], refused["failure"]["code"]) == ("Failed", "ReplacementNeeded")
    told = put(simulation, small | change | {"replace": replace})
    assert told["status"] == "Succeeded", told["failure"]
    actions = {step["key"]: step["action"] for step in told["plan"] if step["action"] != "no-op"}
    within = {"watcher-agent-old": "delete", "watcher-agent": "create"}  # goes and comes with it
    beside = within if key == "jump-box" else {}
    assert actions == {f"{key}-old": "delete", key: "create"} | beside
    (warning, *_) = [w for w in told["warnings"] if w["code"] == "Replaced"]
    assert "missing for about" in warning["message"]
    assert one(simulation.azure, part)
    again = put(simulation, small | change)
    assert again["unchanged"] == len(again["plan"])
    assert simulation.destroy(small["name"])["status"] == "Succeeded"


def test_a_replacement_that_fails_puts_the_old_one_back(simulation: Any, small: Json) -> None:
    small = simulation.standing(small)
    simulation.azure.fail(
        method="PUT",
        type="Microsoft.Network/bastionHosts",
        nth=1,
        times=1,
        status=400,
        code="InvalidParameter",
    )
    told = put(simulation, small | BASIC | {"replace": ["bastion"]})
    assert (told["status"], told["residue"]) == ("Failed", [])
    assert one(simulation.azure, "/bastionHosts/")["sku"]["name"] == "Standard"
    assert simulation.drift(small["name"])["changes"] == []
    assert simulation.destroy(small["name"])["status"] == "Succeeded"


@pytest.mark.parametrize(
    ("replace", "why"),
    [
        (["public-ip-bastion"], "bastion stands on it"),
        (["postgres-server"], "postgres-server holds data"),
        (["virtual-network"], "postgres-server holds data"),
        (["nobody"], "no resource of this deployment"),
    ],
)
def test_what_may_not_be_made_anew_is_refused_with_the_reason(
    simulation: Any, small: Json, replace: list[str], why: str
) -> None:
    small = simulation.standing(small)
    changes: dict[str, Json] = {
        "public-ip-bastion": {"zones": ["1"]},
        "postgres-server": {"postgres": small["postgres"] | {"adminLogin": "owner"}},
        "virtual-network": {"location": "eastus2"},
        "nobody": {},
    }
    before = len(simulation.azure.calls())
    told = put(simulation, small | changes[replace[0]] | {"replace": replace})
    assert told["status"] == "Failed"
    assert why in told["failure"]["message"]
    written = [c for c in simulation.azure.calls()[before:] if c["method"] in {"PUT", "DELETE"}]
    assert written == []


def test_an_address_is_made_anew_together_with_what_stands_on_it(
    simulation: Any, small: Json
) -> None:
    small = simulation.standing(small)
    changed = small | {"zones": ["1"], "replace": ["public-ip-bastion", "bastion", "jump-box"]}
    told = put(simulation, changed)
    assert told["status"] == "Succeeded", told["failure"]
    assert one(simulation.azure, "/publicIPAddresses/pip-bastion")["zones"] == ["1"]
    assert one(simulation.azure, "/bastionHosts/")["zones"] == ["1"]


def test_what_somebody_raised_is_not_lowered_by_an_update_that_does_not_name_it(
    simulation: Any, small: Json
) -> None:
    small = simulation.standing(small)
    bastion = one(simulation.azure, "/bastionHosts/")["id"]
    simulation.azure.edit(bastion, {"sku": {"name": "Premium"}})
    writes = len(simulation.writes())
    told = put(simulation, small | {"tags": {"round": "2"}})
    assert (told["status"], told["failure"]["code"]) == ("Failed", "ReplacementNeeded")
    assert told["failure"]["target"] == "bastion"
    assert len(simulation.writes()) == writes


def test_what_goes_up_is_raised_in_place(simulation: Any, small: Json) -> None:
    assert simulation.deploy(small | BASIC)["status"] == "Succeeded"
    told = put(simulation, small | {"bastion": {"sku": "Standard"}})
    assert told["status"] == "Succeeded", told["failure"]
    actions = {s["key"]: s["action"] for s in told["plan"] if s["action"] != "no-op"}
    assert actions["bastion"] == "update"
    assert one(simulation.azure, "/bastionHosts/")["sku"]["name"] == "Standard"
