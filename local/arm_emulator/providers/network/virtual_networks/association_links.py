"""The links by which a service holds a delegated subnet, also for a while after it is gone."""

from datetime import datetime

from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json

SERVER = "Microsoft.DBforPostgreSQL/flexibleServers"
RESOLVER = "Microsoft.Network/dnsResolvers"
LINKS = {  # the names of the links, by the service that holds the subnet
    SERVER: "AzureDatabaseforPostgreSQL",
    RESOLVER: "dnsResolverLink",  # https://github.com/MicrosoftDocs/azure-docs/issues/107008
}
VIA = "serviceAssociationLink"


def holder_of(world: World, subnet_id: str, now: datetime) -> str:
    """The service that holds a subnet, be it by a link that it has left behind; or nothing."""
    for each in world.store.blocking(subnet_id, now):
        if each.via in ("delegatedSubnetResourceId", VIA):
            return SERVER
        if f"/{RESOLVER}/".lower() in each.owner:
            return RESOLVER
    return ""


def association_links(world: World, subnet_id: str, now: datetime) -> list[Json]:
    """The subnet's serviceAssociationLinks as a GET shows them: one per service, or none."""
    service = holder_of(world, subnet_id, now)
    if not service:
        return []
    properties = {
        "provisioningState": "Succeeded",
        "linkedResourceType": service,
        "allowDelete": False,
        "locations": [],
    }
    name, kind = LINKS[service], "Microsoft.Network/virtualNetworks/subnets/serviceAssociationLinks"
    id_ = f"{subnet_id}/serviceAssociationLinks/{name}"
    return [{"id": id_, "name": name, "type": kind, "properties": properties}]


def show_association_links(world: World, body: Json, now: datetime) -> None:
    """Add them to the subnets of a virtual network's body."""
    for subnet in body["properties"].get("subnets") or []:
        links = association_links(world, subnet["id"], now)
        if links:
            subnet["properties"]["serviceAssociationLinks"] = links


def check_held_subnets(change: Change) -> None:
    """Refuse a write that takes the delegation or the range from a subnet that a service holds."""
    before = {s["name"].lower(): s for s in change.before("properties", "subnets") or []}
    for subnet in change.properties.get("subnets") or []:
        prior = before.get(subnet["name"].lower())
        service = holder_of(change.world, prior["id"], change.now) if prior else ""
        if prior is None or not service:
            continue
        name, properties = LINKS[service], subnet.get("properties") or {}
        if _services(properties) != _services(prior["properties"]):
            message = (
                f"Subnet {prior['id']} requires any of the following delegation(s) [{service}] to "
                f"reference service association link {prior['id']}/serviceAssociationLinks/{name}."
            )
            # https://github.com/MicrosoftDocs/azure-docs/issues/107008
            raise ArmError(400, "SubnetMissingRequiredDelegation", message)
        if properties.get("addressPrefix") != prior["properties"].get("addressPrefix"):
            message = f"Subnet {subnet['name']} is in use by {name} and cannot be updated."
            # [K] the code: a subnet that a server is in keeps its prefix.
            raise ArmError(400, "InUseSubnetCannotBeUpdated", message)


def _services(properties: Json) -> set[str]:
    found = properties.get("delegations") or []
    return {str(each["properties"].get("serviceName", "")).lower() for each in found}
