"""Connection monitors: who tries to reach whom, how often, and where the results go.

https://learn.microsoft.com/azure/network-watcher/connection-monitor-overview
"""

from collections.abc import Iterable
from datetime import datetime

from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json

PAGE = f"{LEARN}rest/api/network-watcher/connection-monitors/create-or-update"
CONFIGURATIONS = {
    "Tcp": "tcpConfiguration",
    "Http": "httpConfiguration",
    "Icmp": "icmpConfiguration",
}


class ConnectionMonitors(NetworkType):
    """Monitors of many endpoints; the kind with one source is gone."""

    type = "Microsoft.Network/networkWatchers/connectionMonitors"
    model = "ConnectionMonitor"
    timing = Timing(30, 30, 20)
    bounds = (
        Bound("properties.testConfigurations[].testFrequencySec", PAGE, 30, 1800),
        Bound("properties.testConfigurations[].tcpConfiguration.port", PAGE, 1, 65535),
        Bound("properties.testConfigurations[].successThreshold.checksFailedPercent", PAGE, 0, 100),
    )

    def check(self, change: Change) -> None:
        """Names are unique, whatever a group names is there, and a test has its settings."""
        parent = change.id.parent
        if parent is None or self.world.store.get(parent.key) is None:
            raise self.world.parent_not_found(change.id)
        properties = change.properties
        parts = ("endpoints", "testConfigurations", "testGroups")
        named = {part: self._names(part, properties.get(part) or []) for part in parts}
        for part, names in named.items():
            if not names:
                raise self._refuse(f"{part} is empty.")
        for group in properties["testGroups"]:
            for via, part in (
                ("sources", "endpoints"),
                ("destinations", "endpoints"),
                ("testConfigurations", "testConfigurations"),
            ):
                missing = {each.lower() for each in group.get(via) or []} - named[part]
                if missing or not group.get(via):
                    raise self._refuse(f"{via} of {group['name']}: {sorted(missing) or 'none'}.")
        for test in properties["testConfigurations"]:
            if not test.get(CONFIGURATIONS[str(test["protocol"]).capitalize()]):
                raise self._refuse(f"{test['name']} lacks the settings of {test['protocol']}.")
        for end in properties["endpoints"]:
            self._check_endpoint(end)

    def _check_endpoint(self, end: Json) -> None:
        resource, address = end.get("resourceId"), end.get("address")
        if not resource and not address:
            raise self._refuse(f"{end['name']} is neither a resource nor an address.")
        if resource and self.world.store.find(str(resource)) is None:
            raise self._refuse(f"{resource} was not found.")

    def _names(self, part: str, items: Iterable[Json]) -> set[str]:
        names = [str(each.get("name", "")).lower() for each in items]
        if len(set(names)) < len(names):
            raise self._refuse(f"a name in {part} is used twice.")
        return set(names)

    def fill(self, change: Change) -> None:
        """As recorded in azure-cli, test_nw_connection_monitor_v2_creation."""
        super().fill(change)
        properties = change.properties
        properties["connectionMonitorType"] = "MultiEndpoint"
        properties.setdefault("outputs", [])
        for test in properties.get("testConfigurations") or []:
            test.setdefault("testFrequencySec", 60)
            settings = test.get(CONFIGURATIONS[str(test["protocol"]).capitalize()])
            if isinstance(settings, dict) and test["protocol"] != "Http":
                settings.setdefault("disableTraceRoute", False)
        for group in properties.get("testGroups") or []:
            group.setdefault("disable", False)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """It runs anew from then on (recorded)."""
        resource.properties["startTime"] = now.isoformat()

    def _refuse(self, says: str) -> ArmError:
        code = self.world.settings.connection_monitor_code
        return ArmError(400, code, f"The connection monitor is refused: {says}")
