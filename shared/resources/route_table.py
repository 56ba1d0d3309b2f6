"""The route table of the database subnet: empty on purpose, but in a spoke with a firewall."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes, seconds

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


EVERYTHING = "0.0.0.0/0"
INTERNET = "internet"  # of network.defaultRoute


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
        properties = {"disableBgpRoutePropagation": False, "routes": list(_routes(spec))}
        return {"location": spec.location, "properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.route_tables

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        held = "no route to it" if any(_routes(spec)) else "an empty table"
        yield Departure(
            "step 7",
            "NoStaticRouteToOnPremises",
            "next hop VnetLocal drops what lies outside the virtual network, so the route "
            "10.0.0.0/8 would black-hole the replies of the database; routes over ExpressRoute "
            f"come by BGP, hence {held} with propagation on",
        )


def _routes(spec: DeploymentSpec) -> Iterator[Json]:
    if spec.hub and spec.hub.firewall:
        appliance = {"nextHopType": "VirtualAppliance", "nextHopIpAddress": spec.hub.firewall}
        yield _route("everything", EVERYTHING, appliance)
        yield from _companions(spec)
    elif spec.network.default_route == INTERNET:
        yield from _companions(spec)


def _companions(spec: DeploymentSpec) -> Iterator[Json]:
    """What stays as it is where everything else leaves by a way of somebody else.

    What the server says to its standby, to Entra ID and to Storage has to reach them all the same.
    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private
    """
    out = {"nextHopType": "Internet"}
    yield _route("database", spec.network.subnets.database, {"nextHopType": "VnetLocal"})
    yield _route("entra", "AzureActiveDirectory", out)
    yield _route("storage", f"Storage.{spec.location}", out)


def _route(name: str, prefix: str, hop: Json) -> Json:
    return {"name": name, "properties": {"addressPrefix": prefix, **hop}}
