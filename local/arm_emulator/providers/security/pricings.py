"""Plans of Defender for Cloud: what a subscription has and pays. Each is there, Free, by itself.

https://learn.microsoft.com/rest/api/defenderforcloud/pricings
"""

from typing import ClassVar

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing, Where
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Response, clone
from local.arm_emulator.wire.names import ANY_NAME
from local.arm_emulator.wire.resource_ids import ResourceId, required_id
from local.arm_emulator.wire.router import Route

PAGE = "https://learn.microsoft.com/rest/api/defenderforcloud/pricings/update"
TIERS = ("Free", "Standard")
PLANS = (  # recorded in azure-cli, test_security_pricings 1, and documented since
    *("VirtualMachines", "SqlServers", "AppServices", "StorageAccounts", "KeyVaults", "Arm", "Api"),
    *("SqlServerVirtualMachines", "OpenSourceRelationalDatabases", "CosmosDbs", "Containers"),
    *("CloudPosture", "AI", "Dns", "KubernetesService", "ContainerRegistry"),
)


class Pricings(GenericType):
    """Plans of a subscription; a write of one is done at once and answers 200 (recorded)."""

    type = "Microsoft.Security/pricings"
    api_versions: ClassVar[tuple[str, ...]] = ("2026-07-01", "2024-01-01", "2023-01-01")
    location: ClassVar[Where] = "none"
    name_rule = ANY_NAME
    timing = Timing(0, 0, 0)
    done_statuses = (200, 200)
    synchronous_put = True
    patchable = False
    grouped = False
    deletable = False
    bounds = (Bound("properties.pricingTier", PAGE, choices=TIERS),)

    def check(self, change: Change) -> None:
        """There is such a plan, and it is a subscription's."""
        known = {each.lower() for each in PLANS}
        if change.id.name.lower() not in known or change.id.scope.count("/") != 2:
            raise self.not_found(change.id)

    def fill(self, change: Change) -> None:
        """The tier in its own case, and since when it is paid."""
        tier = str(change.properties["pricingTier"]).capitalize()
        paid = tier == "Standard"
        change.properties["pricingTier"] = tier
        change.properties["freeTrialRemainingTime"] = "PT0S"
        if paid:
            since = change.before("properties", "enablementTime") or change.now.isoformat()
            change.properties["enablementTime"] = since
        else:
            change.properties.pop("enablementTime", None)

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """It has no state (recorded)."""

    def not_found(self, target: ResourceId) -> ArmError:
        """There are so many plans, and no more."""
        message = f"{target.name} is no plan; the plans are {', '.join(PLANS)}."
        return ArmError(404, "ResourceNotFound", message)


def _plan(arm: ResourceManager, subscription: str, name: str) -> Json:
    id_ = f"/subscriptions/{subscription}/providers/{Pricings.type}/{name}"
    stored = arm.store.get(id_)
    if stored is not None:
        shown: Json = clone(stored.body)
        return shown
    properties = {"pricingTier": "Free", "freeTrialRemainingTime": "P30D"}
    return {"id": id_, "name": name, "type": Pricings.type, "properties": properties}


def list_plans(arm: ResourceManager, call: Call, subscription: str) -> Response:
    """Every plan."""
    return Response(200, {"value": [_plan(arm, subscription, name) for name in PLANS]})


def get_plan(arm: ResourceManager, call: Call, subscription: str, name: str) -> Response:
    """One plan."""
    known = {each.lower(): each for each in PLANS}
    if name.lower() not in known:
        type_ = arm.types.get(Pricings.type)
        assert type_ is not None  # noqa: S101 - it is in TYPES
        raise type_.not_found(required_id(call.request.path))
    return Response(200, _plan(arm, subscription, known[name.lower()]))


_PRICINGS = "/subscriptions/{subscription}/providers/Microsoft.Security/pricings"
ROUTES = (
    Route("GET", _PRICINGS, list_plans),
    Route("GET", _PRICINGS + "/{name}", get_plan),
)
