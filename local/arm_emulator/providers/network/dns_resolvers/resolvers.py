"""DNS private resolvers and their endpoints: names of a network for those who are outside of it.

https://learn.microsoft.com/azure/dns/dns-private-resolver-overview
"""

from datetime import datetime
from typing import Any, ClassVar

from local.arm_emulator.providers.network.dns_resolvers.family import DNS_RESOLVERS
from local.arm_emulator.providers.network.virtual_networks.subnets import (
    check_entry,
    check_static_address,
    free_address,
    network_key,
    users_of,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import NETWORK_NAME
from local.arm_emulator.wire.preconditions import unmet

OVERVIEW = f"{LEARN}azure/dns/dns-private-resolver-overview"
NESTED = (  # as Resource Manager says it of every tracked child, recorded of private DNS zones
    "Cannot delete resource while nested resources exist. Some existing nested resource IDs "
    "include: '{}'. Please delete all nested resources before deleting this resource."
)
LARGEST, SMALLEST = 24, 28


class ResolverType(GenericType):
    """What resolvers and rulesets share."""

    api_versions = ("2025-05-01", "2023-07-01-preview", "2022-07-01")
    family = DNS_RESOLVERS
    name_rule = NETWORK_NAME
    synchronous_patch = False
    retry_after = (5,)
    delete_retry_after = (5,)
    timing = Timing(15, 15, 15)  # recorded: three to six polls, five seconds apart
    has_guid: ClassVar[bool] = True

    def check_preconditions(self, call: Call, view: Json | None) -> None:
        """If-Match and If-None-Match are documented on every write of theirs.

        https://learn.microsoft.com/rest/api/dns/dnsresolver/dns-resolvers/create-or-update
        """
        etag = (view or {}).get("etag")
        if unmet(call.request.headers, etag):
            message = f"The condition in the header of the request is not met: etag {etag}."
            raise ArmError(412, "PreconditionFailed", message)

    def check(self, change: Change) -> None:
        """What hangs below something is there with it."""
        parent = change.id.parent
        if parent is not None and self.world.store.get(parent.key) is None:
            raise self.world.parent_not_found(change.id)

    def fill(self, change: Change) -> None:
        """An etag in quotes, and a GUID that stays for life."""
        change.body["etag"] = f'"{self.guid(change.id.key, change.now, len(change.sent))}"'
        if self.has_guid:
            guid = change.before("properties", "resourceGuid") or self.guid(change.id.key)
            change.properties["resourceGuid"] = guid

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Whatever is below it, or uses it, goes first."""
        for child in self.world.store.children(resource.key):
            message = NESTED.format(child.id)
            headers = {"x-ms-failure-cause": "gateway"}
            raise ArmError(409, "CannotDeleteResource", message, headers=headers)
        super().check_delete(resource, now)

    def refuse(self, change: Change, says: str) -> ArmError:
        """The refusal of what the documentation excludes."""
        return ArmError(400, change.world.settings.resolver_code, f"{change.id}: {says}")


class DnsResolvers(ResolverType):
    """Resolvers, one for a network."""

    type = "Microsoft.Network/dnsResolvers"

    def check(self, change: Change) -> None:
        """Its network is in its region, is for nobody else, and is its own for life."""
        network = change.properties["virtualNetwork"]["id"]
        before = change.before("properties", "virtualNetwork", "id")
        if before is not None and before.lower() != network.lower():
            message = f"{change.id} is in {before} and cannot be moved to {network}."
            # https://github.com/Azure/azure-sdk-for-net/pull/18299
            raise ArmError(409, "Conflict", message)
        check_region(self, change, network)
        for each in self.world.store.of_type(change.id.subscription, self.type):
            there = each.properties["virtualNetwork"]["id"].lower()
            if each.key != change.id.key and there == network.lower():
                raise self.refuse(change, f"{network} has a resolver: {each.id}.")

    def fill(self, change: Change) -> None:
        """Connected."""
        super().fill(change)
        change.properties["dnsResolverState"] = "Connected"


class Endpoint(ResolverType):
    """An end of a resolver, alone in a subnet of its network."""

    most: ClassVar[int] = 5

    def place(self, change: Change) -> str:
        """The id of its subnet."""
        return str(change.properties["subnet"]["id"])

    def check(self, change: Change) -> None:
        """So many to a resolver; each has a subnet of the resolver's network for itself.

        https://learn.microsoft.com/azure/dns/dns-private-resolver-overview#subnet-restrictions
        """
        super().check(change)
        assert change.id.parent is not None  # noqa: S101 - an endpoint is below a resolver
        resolver = self.world.store.get(change.id.parent.key)
        assert resolver is not None  # noqa: S101 - refused before
        subnet = self.place(change)
        if network_key(subnet) != resolver.properties["virtualNetwork"]["id"].lower():
            raise self.refuse(change, f"{subnet} is not in the resolver's virtual network.")
        check_entry(change, subnet, smallest=SMALLEST)
        prefix = str(
            (self.world.store.find(subnet) or {}).get("properties", {}).get("addressPrefix")
        )
        if int(prefix.partition("/")[2] or SMALLEST) < LARGEST:
            raise self.refuse(change, f"{subnet} has {prefix}; /{LARGEST} is the largest.")
        others = users_of(self.world, subnet, but=change.id.key)
        if others:
            raise self.refuse(change, f"{subnet} is used by {others[0].id}.")
        alike = self.world.store.in_collection(change.id.collection)
        if change.creates and len(alike) >= self.most:
            raise self.refuse(change, f"a resolver has up to {self.most} of them.")

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """Its subnet is delegated by then, whoever did it (recorded: it need not be before)."""
        subnet = _subnet_of(resource.properties)
        network = self.world.store.get(network_key(subnet))
        for each in network.properties.get("subnets") or [] if network else []:
            if each["id"].lower() == subnet.lower() and not each["properties"].get("delegations"):
                service = {"serviceName": DnsResolvers.type}
                delegation = {"name": "Microsoft.Network.dnsResolvers", "properties": service}
                each["properties"]["delegations"] = [delegation]
                assert network is not None  # noqa: S101 - it has subnets
                self.peers[network.id.type.lower()].dress(network)
                self.world.store.put(network)


class InboundEndpoints(Endpoint):
    """Addresses at which a resolver is asked."""

    type = "Microsoft.Network/dnsResolvers/inboundEndpoints"
    bounds = (
        Bound(
            "properties.ipConfigurations[].privateIpAllocationMethod",
            f"{LEARN}azure/dns/private-resolver-endpoints-rulesets",
            choices=("Static", "Dynamic"),
        ),
    )
    bound_code = "resolver_code"

    def place(self, change: Change) -> str:
        """The one subnet of all its configurations."""
        places = {each["subnet"]["id"] for each in change.properties["ipConfigurations"]}
        if len(places) != 1:
            raise self.refuse(change, f"its configurations are in {len(places)} subnets, not one.")
        return str(places.pop())

    def check(self, change: Change) -> None:
        """A static address is a free one of the subnet."""
        super().check(change)
        for each in change.properties["ipConfigurations"]:
            address = each.get("privateIpAddress")
            if each.get("privateIpAllocationMethod") == "Static" and not address:
                raise self.refuse(change, "a static address is not said.")
            if address:
                check_static_address(change, each["subnet"]["id"], address)

    def fill(self, change: Change) -> None:
        """The address stays; a new one is the lowest that is free."""
        super().fill(change)
        had = change.before("properties", "ipConfigurations") or [{}]
        for each in change.properties["ipConfigurations"]:
            each.setdefault("privateIpAllocationMethod", "Dynamic")
            known = each.get("privateIpAddress") or had[0].get("privateIpAddress")
            each["privateIpAddress"] = known or free_address(change, each["subnet"]["id"])


class OutboundEndpoints(Endpoint):
    """From where a resolver asks others."""

    type = "Microsoft.Network/dnsResolvers/outboundEndpoints"


def _subnet_of(properties: Json) -> str:
    place: Any = properties.get("subnet") or properties["ipConfigurations"][0]["subnet"]
    return str(place["id"])


def check_region(type_: ResolverType, change: Change, network: str) -> None:
    """What belongs together is in one region."""
    there = type_.world.store.get(network)
    here = canonical(str(change.body["location"]))
    if there is not None and canonical(str(there.body["location"])) != here:
        raise type_.refuse(change, f"{network} is in {there.body['location']}, another region.")
