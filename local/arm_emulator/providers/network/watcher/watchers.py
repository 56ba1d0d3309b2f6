"""Network Watcher: connectivity checks, judged from what is emulated."""

from collections.abc import Mapping
from typing import Any, ClassVar

from local.arm_emulator.providers.network.base import NetworkType
from local.arm_emulator.providers.network.watcher.reachability import (
    Source,
    Verdict,
    issue,
    judge,
    start_of,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.declarations import Quota, Timing
from local.arm_emulator.wire.messages import ArmError, Json

PROBES = 66  # as Azure sends them
MACHINES = "microsoft.compute/virtualmachines"


class NetworkWatchers(NetworkType):
    """One watcher per region."""

    type = "Microsoft.Network/networkWatchers"
    model = "NetworkWatcher"
    has_guid = False
    timing = Timing(2, 2, 5)
    quotas = (Quota("NetworkWatchers", 1, "NetworkWatcherCountLimitReached"),)
    synchronous_put = True
    announces = True  # recorded in azure-service-operator
    defaults: ClassVar[Mapping[str, Any]] = {"properties": {"runningOperationIds": []}}
    actions_not_emulated = (
        "topology",
        "ipFlowVerify",
        "nextHop",
        "securityGroupView",
        "troubleshoot",
        "configureFlowLog",
        "queryFlowLogStatus",
        "azureReachabilityReport",
        "networkConfigurationDiagnostic",
    )
    actions: ClassVar[Mapping[str, float]] = {"connectivityCheck": 60.0}
    action_models: ClassVar[Mapping[str, str]] = {"connectivityCheck": "ConnectivityParameters"}

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """Whether a machine reaches an address."""
        machine = self._machine(str(sent["source"].get("resourceId") or ""))
        self._check_agent(machine)
        interface, start = start_of(self.world, machine)
        where, port = self._destination(sent["destination"])
        found = judge(self.world, start, where, port)
        if machine.state != "Succeeded":
            found.outbound.insert(0, issue("AgentStopped", "Local", State=machine.state))
        return self._answer(interface, start, found)

    def _machine(self, id_: str) -> Resource:
        found = self.world.store.get(id_)
        if found is None or found.id.type.lower() != MACHINES:
            raise ArmError(404, "ResourceNotFound", f"The machine {id_} was not found.")
        return found

    def _destination(self, destination: Json) -> tuple[str, int]:
        """An address or a machine, and a port.

        https://learn.microsoft.com/rest/api/network-watcher/network-watchers/check-connectivity
        """
        where, port = str(destination.get("address") or ""), int(destination.get("port") or 443)
        if destination.get("resourceId"):
            _, there = start_of(self.world, self._machine(str(destination["resourceId"])))
            where = there.address
        if not where or not 0 < port <= 65_535:
            message = f"The destination '{where}' with port {port} is not valid."
            raise ArmError(400, "BadRequest", message, target="destination")
        return where, port

    def _check_agent(self, machine: Resource) -> None:
        """The check is made by an extension on the machine, which only the portal adds by itself.

        https://learn.microsoft.com/azure/network-watcher/connection-troubleshoot-overview
        """
        there = self.world.store.in_collection(f"{machine.id}/extensions")
        if self.world.settings.watcher_needs_agent and not any(
            str(each.properties.get("publisher")) == "Microsoft.Azure.NetworkWatcher"
            and each.state == "Succeeded"
            for each in there
        ):
            message = f"The Network Watcher Agent extension is not installed on {machine.id}."
            raise ArmError(400, self.world.settings.watcher_agent_code, message)

    def _answer(self, interface: Resource, start: Source, found: Verdict) -> Json:
        first, last = self.guid(interface.key, "hop"), self.guid(found.address, "hop")
        hops: list[Json] = [
            {
                "type": "Source",
                "id": first,
                "address": start.address,
                "resourceId": str(interface.id),
                "nextHopIds": [last] if found.address else [],
                "previousHopIds": [],
                "issues": found.outbound,
            }
        ]
        if found.address:
            hops.append(
                {
                    "type": "VirtualNetwork" if found.resource else "Internet",
                    "id": last,
                    "address": found.address,
                    "resourceId": found.resource,
                    "nextHopIds": [],
                    "previousHopIds": [first],
                    "issues": found.inbound,
                }
            )
        latency = {"avgLatencyInMs": 2, "minLatencyInMs": 1, "maxLatencyInMs": 5}
        return {
            "hops": hops,
            "connectionStatus": "Reachable" if found.reachable else "Unreachable",
            **(latency if found.reachable else {}),
            "probesSent": PROBES,
            "probesFailed": 0 if found.reachable else PROBES,
        }
