"""The links by which a service holds a delegated subnet, also for a while after it is gone."""

from datetime import datetime

from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError, Json

SERVICE = "Microsoft.DBforPostgreSQL/flexibleServers"
NAME = "AzureDatabaseforPostgreSQL"
VIA = "serviceAssociationLink"


def held_by_service(world: World, subnet_id: str, now: datetime) -> list[Reference]:
    """Who holds a subnet: servers in it, and links that servers have left behind."""
    return [
        each
        for each in world.store.blocking(subnet_id, now)
        if each.via in ("delegatedSubnetResourceId", VIA)
    ]


def association_links(world: World, subnet_id: str, now: datetime) -> list[Json]:
    """The subnet's serviceAssociationLinks as a GET shows them: one per service, or none."""
    if not held_by_service(world, subnet_id, now):
        return []
    id_ = f"{subnet_id}/serviceAssociationLinks/{NAME}"
    properties = {
        "provisioningState": "Succeeded",
        "linkedResourceType": SERVICE,
        "allowDelete": False,
        "locations": [],
    }
    kind = "Microsoft.Network/virtualNetworks/subnets/serviceAssociationLinks"
    return [{"id": id_, "name": NAME, "type": kind, "properties": properties}]


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
        if prior is None or not held_by_service(change.world, prior["id"], change.now):
            continue
        properties = subnet.get("properties") or {}
        if _services(properties) != _services(prior["properties"]):
            message = (
                f"Subnet {prior['id']} requires the delegation {SERVICE} to reference service "
                f"association link {prior['id']}/serviceAssociationLinks/{NAME}."
            )
            raise ArmError(400, "SubnetMissingRequiredDelegation", message)
        if properties.get("addressPrefix") != prior["properties"].get("addressPrefix"):
            message = f"Subnet {subnet['name']} is in use by {NAME} and cannot be updated."
            raise ArmError(400, "InUseSubnetCannotBeUpdated", message)


def _services(properties: Json) -> set[str]:
    found = properties.get("delegations") or []
    return {str(each["properties"].get("serviceName", "")).lower() for each in found}
