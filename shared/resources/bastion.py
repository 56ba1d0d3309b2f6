"""Azure Bastion, the way to the jump box."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.ids import Ids
from shared.resources.prices import Meter, hourly
from shared.resources.public_ips import BastionPublicIp
from shared.resources.sdk_calls import OperationGroup
from shared.resources.timing import Timing, minutes
from shared.resources.virtual_network import BastionSubnet, HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients


SKUS = ("Developer", "Basic", "Standard", "Premium")
INCLUDED = 2  # scale units in the price (https://azure.microsoft.com/pricing/details/azure-bastion)


class BastionHost(Resource):
    """Opens a session on the jump box from the portal or the command line, without a public VM.

    Departs from the recipe: its diagram shows it, its steps never make it.
    """

    key = "bastion"
    arm_type = "Microsoft.Network/bastionHosts"
    depends_on = (HubVirtualNetwork, BastionSubnet, BastionPublicIp)
    # create 5-12 min (Learn: about 10), delete 3-10 min
    timing = Timing(create=minutes(7), delete=minutes(5), timeout=minutes(60))
    paths = Rules(
        (
            Path(at="properties.ipConfigurations", fixed=True),
            Path(at="zones", fixed=True, omitted=True),  # older ones were made without
            # Learn: About Bastion configuration settings, "Downgrading a SKU isn't supported"
            Path(at="sku.name", order=SKUS),
            # Learn: Configure host scaling, "will disrupt active bastion connections"
            Path(at="sku", disturbs="open sessions are cut"),
            Path(at="properties.scaleUnits", disturbs="open sessions are cut"),
        )
    )

    def wanted(self, spec: DeploymentSpec) -> bool:
        return spec.bastion.enabled

    def name(self, spec: DeploymentSpec) -> str:
        return f"bastion-{spec.name}"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        address = {
            "name": "default",
            "properties": {
                "privateIPAllocationMethod": "Dynamic",
                "subnet": {"id": ids[BastionSubnet]},
                "publicIPAddress": {"id": ids[BastionPublicIp]},
            },
        }
        properties: Json = {"ipConfigurations": [address]}
        if spec.bastion.sku != "Basic":  # which is fixed at two units, and has no native client
            properties |= {"scaleUnits": spec.bastion.scale_units, "enableTunneling": True}
        sku = {"name": spec.bastion.sku}
        body: Json = {"location": spec.location, "sku": sku, "properties": properties}
        return body | ({"zones": list(spec.zones)} if spec.zones else {})

    def meters(self, body: Json) -> Iterable[Meter]:
        sku = body["sku"]["name"]
        yield hourly(f"Bastion {sku}")
        if (more := body["properties"].get("scaleUnits", INCLUDED) - INCLUDED) > 0:
            yield hourly(f"Bastion {sku} unit", more)

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.network.bastion_hosts
