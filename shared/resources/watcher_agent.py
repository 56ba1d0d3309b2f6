"""Network Watcher's agent on the jump box, which tells what stands in the way to the database.

Only the portal puts it there by itself. Whoever may put extensions on a machine is root on it, so
this takes a right that is off by default, and is planned where the app has that right. To read it
takes none: a machine shows its extensions (azure-cli recordings).
https://learn.microsoft.com/azure/network-watcher/network-watcher-agent-linux
"""

from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.by_id import ResourceById
from shared.resources.ids import Ids
from shared.resources.jump_box import JumpBox
from shared.resources.sdk_calls import Answer, Response
from shared.resources.timing import Timing, minutes

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class WatcherAgent(ResourceById):
    """An extension of the jump box, known to Network Watcher by publisher and type."""

    key = "watcher-agent"
    arm_type = "Microsoft.Compute/virtualMachines/extensions"
    api_version = "2025-04-01"
    depends_on = (JumpBox,)
    verbs = ("write", "delete")
    role = "prober"
    vanishes = True
    name_fixed = True
    name_rule = r"[A-Za-z0-9._-]{1,80}"
    free = "https://azure.microsoft.com/pricing/details/network-watcher"
    # create 1-3 min, delete 1 min (azure-cli recordings)
    timing = Timing(create=minutes(2), delete=minutes(1), timeout=minutes(30))
    paths = Rules(
        (
            # Learn: Virtual machine extensions, what cannot be changed in place
            Path(at="properties.publisher", fixed=True),
            Path(at="properties.type", fixed=True),
            Path(at="properties.instanceView", shown=True),
        )
    )

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.jump_box.enabled and spec.jump_box.network_watcher is True

    def name(self, spec: DeploymentSpec) -> str:
        return "AzureNetworkWatcherExtension"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return JumpBox().id(spec)

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rpartition("/extensions/")[0])

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties = {
            "publisher": "Microsoft.Azure.NetworkWatcher",
            "type": "NetworkWatcherAgentLinux",
            "typeHandlerVersion": "1.4",
            "autoUpgradeMinorVersion": True,
        }
        return {"location": spec.location, "properties": properties}

    def read(self, clients: "AzureClients", resource_id: str) -> Response:
        machine = resource_id.rpartition("/extensions/")[0]
        for shown in super().read(clients, machine).json().get("resources") or []:
            if str(shown.get("id", "")).casefold() == resource_id.casefold():
                return Answer(200, shown)
        return Answer(404, {})
