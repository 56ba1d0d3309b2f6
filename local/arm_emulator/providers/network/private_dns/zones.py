"""Private DNS zones, and their links with virtual networks."""

from datetime import datetime

from local.arm_emulator.providers.network.private_dns.base import SOA, PrivateDnsType
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import ANY_NAME, NameRule
from local.arm_emulator.wire.resource_ids import parse_id


class PrivateZones(PrivateDnsType):
    """Zones."""

    type = "Microsoft.Network/privateDnsZones"
    model = "PrivateZone"
    timing = Timing(40, 35, 40)
    joined = True
    name_rule = NameRule(
        r"([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){1,33}[A-Za-z0-9-]{1,63}",
        "A private DNS zone has 2 to 34 labels of letters, digits, '-' and '_'.",
        code="BadRequest",
    )

    def fill(self, change: Change) -> None:
        """Limits, and the SOA record."""
        super().fill(change)
        change.properties.update(
            {
                "maxNumberOfRecordSets": 25_000,
                "maxNumberOfVirtualNetworkLinks": 1_000,
                "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
                "numberOfVirtualNetworkLinks": 0,
                "numberOfVirtualNetworkLinksWithRegistration": 0,
                "internalId": self.guid(change.id.key),
            }
        )

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Links must go first; a server that uses the zone is not noticed by Azure."""
        for child in self.world.store.children(resource.key):
            if child.id.type.lower().endswith("/virtualnetworklinks"):
                message = (
                    "Cannot delete resource while nested resources exist. Some existing nested "
                    f"resource IDs include: '{child.id}'. Please delete all nested resources "
                    "before deleting this resource."
                )
                headers = {"x-ms-failure-cause": "gateway"}
                # Recorded in azure-service-operator, Test_Networking_PrivateDnsZone.
                raise ArmError(409, "CannotDeleteResource", message, headers=headers)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Counters follow the records and links."""
        children = self.world.store.children(resource.key)
        links = [c for c in children if c.id.type.lower().endswith("/virtualnetworklinks")]
        starts = [c for c in children if c.id.type == SOA]
        records = len(children) - len(links) - len(starts)
        body["properties"]["numberOfRecordSets"] = 1 + records
        body["properties"]["numberOfVirtualNetworkLinks"] = len(links)


class VirtualNetworkLinks(PrivateDnsType):
    """Links of a zone with a virtual network."""

    type = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
    model = "VirtualNetworkLink"
    timing = Timing(35, 30, 30)
    name_rule = ANY_NAME

    def check(self, change: Change) -> None:
        """The zone exists; a network sees one zone of a namespace."""
        zone = change.id.parent
        if zone is None or self.world.store.get(zone.key) is None:
            raise self.world.parent_not_found(change.id)
        network = str((change.properties.get("virtualNetwork") or {}).get("id", ""))
        for reference in self.world.store.references_to(network):
            other = parse_id(reference.owner)
            if other is None or other.type.lower() != self.type.lower():
                continue
            if other.key != change.id.key and other.names[0] == zone.name.lower():
                message = (
                    "A virtual network cannot be linked to multiple zones with overlapping "
                    f"namespaces. You tried to link virtual network with '{zone.name}' and "
                    f"'{other.names[0]}' zones."
                )
                raise ArmError(400, "BadRequest", message)

    def fill(self, change: Change) -> None:
        """A link is in progress until its operation ends; its state is nobody's to write."""
        super().fill(change)
        change.properties.pop("virtualNetworkLinkState", None)
        change.properties.setdefault("registrationEnabled", False)
        change.properties.setdefault("resolutionPolicy", "Default")

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """The link's state follows the operation, unless it was edited."""
        state = "Completed" if resource.state == "Succeeded" else "InProgress"
        body["properties"].setdefault("virtualNetworkLinkState", state)
