"""The private zone of the database's name, and its link to the hub network."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.prices import Meter
from shared.resources.sdk_calls import OperationGroup
from shared.resources.settling import State
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


class PrivateDnsZone(Resource):
    """Holds the address of the server; PostgreSQL itself writes the record and keeps it right.

    Departs from the recipe: made before the server, which refers to it, and without a record of
    our own.
    """

    key = "private-dns-zone"
    arm_type = "Microsoft.Network/privateDnsZones"
    named_by = "postgres.privateDnsZone"
    verbs = (*Resource.verbs, "join/action")
    # Retry-After 30 and one poll or two (recorded by azure-cli, 2026)
    timing = Timing(create=seconds(40), delete=seconds(40), timeout=minutes(30))

    def name(self, spec: DeploymentSpec) -> str:
        return spec.zone_name

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        return {"location": "global"}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.private_dns.private_zones

    def meters(self, body: Json) -> Iterable[Meter]:
        yield Meter("private zone", 1)

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "step 5",
            "ServerWritesItsOwnRecord",
            "a server in a virtual network has no private endpoint to read an address from, and "
            "the platform keeps a record of its own in the zone, which follows a failover; the "
            "manual A record is left out",
        )


class PrivateDnsLink(Resource):
    """Lets the hub network resolve the private zone; no auto-registration of VM names."""

    key = "private-dns-link"
    arm_type = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
    free = "https://azure.microsoft.com/pricing/details/dns"  # zones and queries have prices
    depends_on: ClassVar[tuple[type[Resource], ...]] = (PrivateDnsZone, HubVirtualNetwork)
    # 32 s observed, up to 2 min; a deleted link is still found for a while
    # (terraform-provider-azurerm, private_dns_zone_virtual_network_link)
    timing = Timing(create=seconds(40), delete=seconds(40), timeout=minutes(30))
    paths = Rules((Path(at="properties.virtualNetwork", fixed=True),))

    def name(self, spec: DeploymentSpec) -> str:
        return f"link-vnet-hub-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return PrivateDnsZone().id(spec)

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        network = {"id": ids[HubVirtualNetwork]}
        properties = {"virtualNetwork": network, "registrationEnabled": False}
        return {"location": "global", "properties": properties}

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.private_dns.virtual_network_links

    def state(self, observed: Json) -> State:
        """Azure may be at work on a link that is provisioned."""
        state = super().state(observed)
        at_work = state == "succeeded" and _link_state(observed) == "InProgress"
        return "inProgress" if at_work else state

    def health(self, observed: Json) -> Iterable[Change]:
        yield from super().health(observed)
        if (state := _link_state(observed)) != "Completed":
            yield Change(path="properties.virtualNetworkLinkState", before=state, after="Completed")

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "step 5",
            "OnPremisesNeedsAForwarder",
            "a private zone answers inside linked networks only, and 168.63.129.16 is out of reach "
            "over ExpressRoute: on-premises needs a DNS Private Resolver or a DNS server in Azure, "
            "and a conditional forwarder for postgres.database.azure.com",
        )


def _link_state(observed: Json) -> str:
    return str((observed.get("properties") or {}).get("virtualNetworkLinkState", "Completed"))
