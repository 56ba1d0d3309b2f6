"""Route tables; their routes live inside."""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.network.virtual_networks.attached import AttachedType
from local.arm_emulator.providers.network.virtual_networks.security_groups import is_tag
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import BackReference, Child, Quota, Timing
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import parse_prefix


class RouteTables(AttachedType):
    """Route tables; their routes live inside."""

    type = "Microsoft.Network/routeTables"
    model = "RouteTable"
    timing = Timing(4, 3, 5)
    retry_after = (2,)
    delete_retry_after = (2,)
    joined = True
    quotas = (Quota("RouteTables", 200, "route_table_quota_code"),)
    children: ClassVar[Mapping[str, Child]] = {"routes": Child("Route", Timing(3, 3, 3))}
    back_references = (BackReference("subnets", "routeTable", "/subnets/"),)
    defaults: ClassVar[Mapping[str, Any]] = {"properties": {"disablePeeringRoute": "None"}}
    in_use = "InUseRouteTableCannotBeDeleted"
    via = "routeTable"

    def check(self, change: Change) -> None:
        """Prefixes are canonical and unique; an appliance has an address, others have none."""
        seen: dict[str, str] = {}
        for route in change.properties.get("routes") or []:
            properties = route.get("properties") or {}
            prefix = str(properties.get("addressPrefix", ""))
            if not is_tag(prefix):
                parse_prefix(prefix)
            if prefix in seen:
                message = (
                    f"Routes {seen[prefix]} and {route['name']} have the same prefix {prefix}."
                )
                raise ArmError(400, self.world.settings.route_conflict_code, message)
            seen[prefix] = route["name"]
            self._check_next_hop(route["name"], properties)
        self.check_attached(change)

    def fill(self, change: Change) -> None:
        """Propagation is on unless refused."""
        super().fill(change)
        change.properties.setdefault("disableBgpRoutePropagation", False)
        for route in change.properties.setdefault("routes", []):
            route["properties"]["hasBgpOverride"] = False

    def _check_next_hop(self, name: str, route: Json) -> None:
        appliance = str(route.get("nextHopType", "")).lower() == "virtualappliance"
        if appliance != bool(route.get("nextHopIpAddress")):
            message = (
                f"Route {name}: nextHopIpAddress goes with VirtualAppliance, and only with it."
            )
            raise ArmError(400, self.world.settings.route_next_hop_code, message)
