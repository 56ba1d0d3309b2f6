"""The two sides of the peering of a spoke with its hub, and the hub's link to the private zone.

A peering is two resources, one in each network, and carries nothing until both are there. Whose
right it is to write into the hub is for the spec to say: where that is the hub's owner alone, ours
is made, waits for theirs, and says with which command they make it.
https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Change, Json
from shared.deployment.specs.hub import Hub, command_for_owner
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.private_dns import PrivateDnsLink, PrivateDnsZone
from shared.resources.sdk_calls import OperationGroup, Response, path_of, started
from shared.resources.settling import SETTLED, Verdict
from shared.resources.timing import Timing, minutes, seconds
from shared.resources.virtual_network import HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

CONNECTED = "Connected"


class Peering(Resource):
    """Base of both sides; traffic through it has a price, it itself has none."""

    arm_type = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"
    free = "https://azure.microsoft.com/pricing/details/virtual-network"
    depends_on: ClassVar[tuple[type[Resource], ...]] = (HubVirtualNetwork,)
    stirs = True  # whoever takes the other side away disconnects it
    # 10 s (recorded in azure-service-operator)
    timing = Timing(create=seconds(15), delete=seconds(15), timeout=minutes(60))
    taggable = False
    paths = Rules(
        (
            Path(at="properties.remoteVirtualNetwork", fixed=True),
            Path(at="properties.routeServiceVips", shown=True),  # recorded; no definition has it
        )
    )

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.hub is not None

    def lock(self, resource_id: str) -> str:
        return super().lock(resource_id.rpartition("/virtualNetworkPeerings/")[0])

    def locks(self, spec: DeploymentSpec) -> tuple[str, ...]:
        """Both networks: each shows the state of the other's side."""
        return (HubVirtualNetwork().id(spec).casefold(), hub_of(spec).virtual_network.casefold())

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.virtual_network_peerings

    def health(self, observed: Json) -> Iterable[Change]:
        yield from super().health(observed)
        if (state := _peering_state(observed)) != CONNECTED:
            yield Change(path="properties.peeringState", before=state, after=CONNECTED)


class PeeringFromHub(Peering):
    """The hub's side, which lets the spoke use the hub's gateway."""

    key = "peering-from-hub"

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.hub is not None and spec.hub.side == "ours"

    def name(self, spec: DeploymentSpec) -> str:
        return f"peer-to-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return spec.hub.virtual_network if spec.hub else HubVirtualNetwork().id(spec)

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties = {
            "remoteVirtualNetwork": {"id": ids[HubVirtualNetwork]},
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": True,
            "allowGatewayTransit": hub_of(spec).gateway,
            "useRemoteGateways": False,
        }
        return {"properties": properties}

    def health(self, observed: Json) -> Iterable[Change]:
        """What is wrong with the pair is told of our own side."""
        return ()


class PeeringToHub(Peering):
    """Our side: it takes the hub's gateway into use once the hub's side allows that.

    ARM refuses `useRemoteGateways` before, so it is set by a second write, once both are connected.
    """

    key = "peering-to-hub"
    depends_on = (HubVirtualNetwork, PeeringFromHub)
    grace = minutes(30)  # for the owner of the hub; beyond that it is a warning

    def name(self, spec: DeploymentSpec) -> str:
        return f"peer-to-{spec.hub.name if spec.hub else 'hub'}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return HubVirtualNetwork().id(spec)

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        properties = {
            "remoteVirtualNetwork": {"id": hub_of(spec).virtual_network},
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": True,
            "allowGatewayTransit": False,
            "useRemoteGateways": hub_of(spec).gateway,
        }
        return {"properties": properties}

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        both = observed is not None and _peering_state(observed) == CONNECTED
        sent = body if both else _without_gateway(body)
        submit = clients.network.virtual_network_peerings.begin_create_or_update
        return started(submit, *path_of(resource_id), sent)

    def settle(
        self, clients: "AzureClients", body: Json, observed: Json, elapsed: timedelta
    ) -> Verdict:
        if _peering_state(observed) == CONNECTED:
            if not self.differences(body, observed):
                return SETTLED
            submitted = self.put(clients, observed["id"], body, observed)
            return Verdict("inProgress", submitted=submitted, leg=self.timing.create)
        if elapsed < self.grace:
            return Verdict("inProgress")
        hub = body["properties"]["remoteVirtualNetwork"]["id"]
        command = command_for_owner(
            hub, observed["id"], gateway=body["properties"]["useRemoteGateways"]
        )
        warning = f"the hub's side is not there yet: let its owner run {command}, then deploy again"
        return Verdict("succeeded", warning=warning)


class PrivateDnsLinkToHub(PrivateDnsLink):
    """Lets the hub's own name servers and resolver find the server."""

    key = "private-dns-link-hub"
    depends_on = (PrivateDnsZone, HubVirtualNetwork)

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.hub is not None and spec.hub.link_zone

    def name(self, spec: DeploymentSpec) -> str:
        return f"link-hub-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        network = {"id": hub_of(spec).virtual_network}
        return {
            "location": "global",
            "properties": {"virtualNetwork": network, "registrationEnabled": False},
        }

    def departures(self, spec: DeploymentSpec) -> tuple[()]:
        return ()


def hub_of(spec: DeploymentSpec) -> Hub:
    """The hub of a spoke."""
    if spec.hub is None:
        raise ValueError(f"{spec.name} is no spoke: check wanted() first")
    return spec.hub


def _peering_state(observed: Json) -> str:
    return str((observed.get("properties") or {}).get("peeringState") or "Initiated").capitalize()


def _without_gateway(body: Json) -> Json:
    return {**body, "properties": {**body["properties"], "useRemoteGateways": False}}
