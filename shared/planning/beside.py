"""What lies in the body of no resource: the locks of our groups, the addresses in our zone.

Each is compared, as if it were one resource, with what it was. PostgreSQL itself writes the record
of a server and moves it when the server fails over, so that an address is told by where it lies:
inside the subnet of the database it is Azure's business, anywhere else it is somebody's.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_address

from shared.azure.clients import clients_for
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.observing import listed
from shared.resources.base import RESOURCE_GROUP
from shared.resources.private_dns import PrivateDnsZone

LOCKS = "providers/Microsoft.Authorization/locks"
ADDRESSES = "A"
PLACES = (RESOURCE_GROUP, PrivateDnsZone.key)
"""Keys of what something lies beside of."""


def is_beside(body: Json) -> bool:
    """Whether this is what one of the functions below has read."""
    return bool(body.keys() & {"locks", "records"})


def beside(spec: DeploymentSpec, place: str, key: str) -> tuple[str, Json]:
    """The id of what lies beside a group or a zone of ours, and what it is.

    Args:
        spec: of the deployment.
        place: the id of the group or zone.
        key: which of the two it is.
    """
    if key == RESOURCE_GROUP:
        return f"{place}/{LOCKS}", {"locks": list(_locks(place))}
    return f"{place}/{ADDRESSES}", {"records": list(_records(place, spec))}


def _locks(group_id: str) -> Iterator[Json]:
    """The locks on a group and on what lies in it.

    https://learn.microsoft.com/rest/api/resources/management-locks/list-at-resource-group-level
    """
    group = ResourceId.of(group_id).group.casefold()
    for lock in listed(clients_for(group_id), f"{group_id}/{LOCKS}?api-version=2020-05-01"):
        if group in lock["id"].casefold():
            yield {"id": lock["id"], "name": lock["name"], "properties": lock["properties"]}


def _records(zone_id: str, spec: DeploymentSpec) -> Iterator[Json]:
    """The names of a zone, each with where it leads.

    https://learn.microsoft.com/rest/api/dns/privatedns/record-sets/list-by-type
    """
    database = IPv4Network(spec.network.subnets.database)
    for record in listed(clients_for(zone_id), f"{zone_id}/{ADDRESSES}?api-version=2024-06-01"):
        addresses = [each["ipv4Address"] for each in record["properties"].get("aRecords") or []]
        places = {str(database) if ip_address(a) in database else a for a in addresses}
        yield {"name": record["name"], "aRecords": sorted(places)}
