"""The route table of the database subnet: empty on purpose, but in a spoke with a firewall."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Ids, Resource
from shared.resources.departures import Departure
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class DatabaseRouteTable(Resource):
    """Keeps the way back to on-premises to what BGP teaches, and shows any route added by hand.

    Departs from the recipe: no route 10.0.0.0/8 to VnetLocal.
    """

    key = "route-table"
    arm_type = "Microsoft.Network/routeTables"
    verbs = (*Resource.verbs, "join/action")
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    # 2-5 s (recorded by azure-cli, 2026)
    timing = Timing(create=seconds(5), delete=seconds(10), timeout=minutes(30))
    paths = Rules((Path(at="properties.routes", exact=True),))

    def name(self, spec: DeploymentSpec) -> str:
        return f"rt-database-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        routes = _through(spec.hub.firewall, spec) if spec.hub and spec.hub.firewall else []
        properties = {"disableBgpRoutePropagation": False, "routes": routes}
        return {"location": spec.location, "properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.route_tables

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        firewalled = spec.hub and spec.hub.firewall
        yield Departure(
            "step 7",
            "NoStaticRouteToOnPremises",
            "next hop VnetLocal drops what lies outside the virtual network, so the route "
            "10.0.0.0/8 would black-hole the replies of the database; routes over ExpressRoute "
            f"come by BGP, hence {'no route to it' if firewalled else 'an empty table'} with "
            "propagation on",
        )


def _through(firewall: str, spec: DeploymentSpec) -> list[Json]:
    """Everything leaves by a firewall, but what the server and its standby say to one another.

    What the server says to Entra ID and to Storage has to reach them whatever the firewall does.
    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
    """
    appliance = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": firewall}
    routes = {
        "everything": {"addressPrefix": "0.0.0.0/0", **appliance},
        "database": {
            "addressPrefix": spec.network.subnets.database,
            "nextHopType": "VnetLocal",
        },
        "entra": {"addressPrefix": "AzureActiveDirectory", "nextHopType": "Internet"},
        "storage": {"addressPrefix": f"Storage.{spec.location}", "nextHopType": "Internet"},
    }
    return [{"name": name, "properties": properties} for name, properties in routes.items()]
