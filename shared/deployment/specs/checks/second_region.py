"""Whether a second region fits beside the first one; pure."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from shared.deployment.specs.checks.findings import Finding, finding
from shared.deployment.specs.spec import DeploymentSpec

SPACE, SUBNET = "secondRegion.addressSpace", "secondRegion.databaseSubnet"


def second_region_faults(spec: DeploymentSpec) -> Iterator[Finding]:
    """Learn: Read replicas, considerations; Virtual network peering, constraints."""
    wanted = spec.second_region
    if wanted is None:
        return
    if wanted.location == spec.location:
        message = "a second region is another one: an outage of the first would take both"
        yield finding("RegionsAlike", "secondRegion.location", message, "location")
    here = [IPv4Network(prefix) for prefix in wanted.address_space]
    around = {
        "network.addressSpace": spec.network.address_space,
        "onPremises.prefixes": spec.on_premises.prefixes,
    }
    for field, prefixes in around.items():
        if any(IPv4Network(prefix).overlaps(one) for prefix in prefixes for one in here):
            message = f"it overlaps {field}, so neither side can route to the other: move it"
            yield finding("SecondRegionOverlaps", SPACE, message, field)
    subnet = IPv4Network(wanted.database_subnet)
    if not any(subnet.subnet_of(one) for one in here):
        message = f"{subnet} lies outside the address space there: move one of them"
        yield finding("SubnetOutsideAddressSpace", SUBNET, message, SPACE)
    if subnet.prefixlen > 28:
        message = "a flexible server takes a subnet of /28 or larger"
        yield finding("SubnetTooSmall", SUBNET, message)
    if spec.postgres.sku.startswith("Standard_B"):
        message = f"the Burstable size {spec.postgres.sku} has no replicas: take a larger size"
        yield finding("ReplicaNotSupported", "postgres.sku", message, "secondRegion")
    if spec.postgres.encryption:
        message = (
            "a replica in another region needs a key there, which no field names: leave it out"
        )
        yield finding("ReplicaNeedsItsOwnKey", "secondRegion", message, "postgres.encryption")
