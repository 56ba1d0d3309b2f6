"""The operations whose every moment is tried, each from an Azure and a spec of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.world import azure_of, read_json

if TYPE_CHECKING:
    from simulations.crashes.world import CrashingWorld

ROOT = Path(__file__).parents[2]

Json = dict[str, Any]
Arrange = Callable[["CrashingWorld"], None]


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a caller; {operation} in its path is what the first one started."""

    method: str
    path: str
    body: Json | None = None
    after: timedelta = timedelta()  # since the beginning


def _nothing(world: "CrashingWorld") -> None:
    """Azure holds the surroundings alone."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is there, and what callers ask for."""

    deployment: str
    requests: tuple[Request, ...]
    arrange: Arrange = _nothing
    # Where the start has not been answered, its caller gives up, and another one comes later.
    another_caller: bool = False
    events: int | None = None  # only so many from the beginning
    faults: tuple[Json, ...] = field(default=())


def _sample(name: str) -> Json:
    loaded: Json = read_json(ROOT / "samples" / f"{name}.json")
    apart: Json = {"validation": {"require": "none"}}  # but where it is what is tried
    return loaded | {"resourceGroup": f"rg-{loaded['name']}"} | apart


RECIPE, DIRECT = _sample("recipe"), _sample("direct")
NAME = DIRECT["name"]
GROUP = f"/subscriptions/{azure_of(ROOT).subscription_id}/resourceGroups/{DIRECT['resourceGroup']}"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
CHANGED = DIRECT | {
    "onPremises": {"prefixes": ["10.77.0.0/16"]},
    "postgres": {"parameters": {"work_mem": "8192", "max_connections": "150"}},
}

DEPLOY = Request("POST", "deployments", DIRECT)
UPDATE = Request("PUT", f"deployments/{NAME}", CHANGED)
CANCEL = Request("POST", "operations/{operation}/cancel", after=timedelta(minutes=6))
GATED = Request("POST", "deployments", DIRECT | {"approval": {"withinHours": 1}})
APPROVE = Request("POST", "operations/{operation}/approve", after=timedelta(minutes=3))
DESTROY = Request("DELETE", f"deployments/{NAME}?deleteData=true")

# They strike for ever: one that struck once would not strike what is done again after a crash.
GATEWAY_FAILS: Json = {
    "times": 0,
    "method": "PUT",
    "type": "*/virtualNetworkGateways",
    "operation": "Failed",
    "code": "QuotaExceeded",
}
PARAMETER_IS_REFUSED: Json = {
    "times": 0,
    "method": "PATCH",
    "name": "max_connections",
    "status": 400,
    "code": "InvalidParameterValue",
}
LOCKED: Json = {"times": 0, "method": "DELETE", "status": 409, "code": "ScopeLocked"}
TABLE_STAYS = LOCKED | {"type": "*/routeTables"}
RULES_STAY = LOCKED | {"type": "*/networkSecurityGroups", "name": "nsg-management-*"}


def _deployed(world: "CrashingWorld") -> None:
    world.settle(DEPLOY)


def _partly_there(world: "CrashingWorld") -> None:
    """Somebody else's group, as it should be, and in it a table with a route of their own."""
    route = {"addressPrefix": "192.0.2.0/24", "nextHopType": "None"}
    routes = [{"name": "theirs", "properties": route}]
    world.azure.put(GROUP, {"location": "eastus", "tags": {"owner": "somebody"}})
    table = f"{NETWORK}/routeTables/rt-database-{NAME}"
    world.azure.put(table, {"location": "eastus", "properties": {"routes": routes}})


def _drifted(world: "CrashingWorld") -> None:
    _deployed(world)
    group = f"{NETWORK}/networkSecurityGroups/nsg-database-{NAME}"
    there = {each["id"]: each for each in world.azure.resources()}
    rules = there[group]["properties"]["securityRules"]
    rules[0]["properties"]["access"] = "Deny"
    world.azure.edit(group, {"properties": {"securityRules": rules}})
    world.azure.remove(next(each for each in there if "/virtualNetworkLinks/" in each))


SCENARIOS: dict[str, Scenario] = {
    "recipe": Scenario(RECIPE["name"], (Request("POST", "deployments", RECIPE),)),
    "deploy": Scenario(NAME, (DEPLOY,)),
    "another-caller": Scenario(NAME, (DEPLOY,), another_caller=True, events=12),
    "approve": Scenario(NAME, (GATED, APPROVE), events=60),
    "prove": Scenario(NAME, (Request("POST", "deployments", DIRECT | {"validation": None}),)),
    "what-if": Scenario(NAME, (Request("POST", f"deployments/{NAME}/plan", DIRECT),)),
    "adopt": Scenario(
        NAME, (Request("POST", "deployments", DIRECT | {"adopt": True}),), _partly_there
    ),
    "update": Scenario(NAME, (UPDATE,), _deployed),
    "roll-back": Scenario(NAME, (DEPLOY,), faults=(GATEWAY_FAILS,)),
    "restore": Scenario(NAME, (UPDATE,), _deployed, faults=(PARAMETER_IS_REFUSED,)),
    "cancel": Scenario(NAME, (DEPLOY, CANCEL)),
    "residue": Scenario(NAME, (DEPLOY,), faults=(GATEWAY_FAILS, TABLE_STAYS, RULES_STAY)),
    "destroy": Scenario(NAME, (DESTROY,), _deployed),
    "destroy-residue": Scenario(NAME, (DESTROY,), _deployed, faults=(TABLE_STAYS,)),
    "check": Scenario(NAME, (Request("POST", f"deployments/{NAME}/drift"),), _drifted),
    "repair": Scenario(NAME, (Request("POST", f"deployments/{NAME}/drift/repair"),), _drifted),
    "validate": Scenario(NAME, (Request("POST", f"deployments/{NAME}/validate"),), _deployed),
}
