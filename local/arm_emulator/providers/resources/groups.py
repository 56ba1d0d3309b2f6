"""Resource groups, and the resources in them."""

from datetime import datetime
from urllib.parse import urlencode

from local.arm_emulator.providers.resources.family import GROUPS
from local.arm_emulator.providers.resources.filters import OF_GROUPS, read_filter
from local.arm_emulator.providers.resources.group_deletion import GroupDeletion
from local.arm_emulator.providers.resources.registrations import refuse_unregistered
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import GATEWAY, World
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.names import GROUP_NAME
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route

LISTED = (
    "id",
    "name",
    "type",
    "location",
    "tags",
    "sku",
    "zones",
    "kind",
    "identity",
    "managedBy",
)


class ResourceGroups(ResourceType):
    """Groups: written at once, deleted by a job that takes everything in them along."""

    grouped = False
    type = "Microsoft.Resources/resourceGroups"
    api_versions = (
        "2025-04-01",
        "2024-11-01",
        "2024-07-01",
        "2024-03-01",
        "2022-09-01",
        "2021-04-01",
        "2020-10-01",
    )
    sdk, model = "resources", "ResourceGroup"
    family = GROUPS
    timing = Timing(1, 1, 15)
    synchronous_put = True
    dressed = False
    name_rule = GROUP_NAME
    absent_delete = 404

    def check_location(self, change: Change) -> None:
        """A group has its own code for a changed location."""
        try:
            super().check_location(change)
        except ArmError as refusal:
            codes = {
                "InvalidResourceLocation": "InvalidResourceGroupLocation",
                "LocationNotAvailableForResourceType": "LocationNotAvailableForResourceGroup",
            }
            refusal.code = codes.get(refusal.code, refusal.code)
            refusal.headers |= GATEWAY
            raise

    def busy_error(self, running: Operation) -> ArmError:
        """What runs on a group is its deletion."""
        message = (
            f"The resource group '{running.target.rpartition('/')[2]}' is in deprovisioning state "
            "and cannot perform this operation."
        )
        return ArmError(409, "ResourceGroupBeingDeleted", message)

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Nothing refers to a group."""

    def gate(self, call: Call, target: ResourceId) -> None:
        """Nothing is written for a provider that the subscription is not registered for."""
        refuse_unregistered(self.world, target)

    def delete_seconds(self, resource: Resource) -> float:
        """As long as its longest chain of resources, each waiting for those that use it."""
        return max(self.timing.delete, GroupDeletion(self.world, self.peers, resource).seconds())

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """A group that is Deleting has begun to delete what is in it."""
        super().stamp(resource, state, only)
        job = self.world.running(resource)
        if state == "Deleting" and job is not None and job.ends is not None:
            GroupDeletion(self.world, self.peers, resource).start(job)

    def failed(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """A group whose deletion has failed is there as before, with what could not go."""
        self.stamp(resource, "Succeeded")

    def deleted(self, resource: Resource, now: datetime) -> None:
        """Everything in it is gone as well."""
        for child in self.world.store.in_group(resource.key):
            if self.world.store.get(child.key) is not None:  # not gone with its parent already
                self.world.remove(child, now)


def list_groups(world: World, call: Call, subscription: str) -> Response:
    """The groups of a subscription."""
    keep = read_filter(call.request.query.get("$filter", ""), OF_GROUPS)
    found = world.store.of_type(subscription, ResourceGroups.type)
    value = [world.show(each) for each in found if keep(each)]
    return _page(world, call, value)


def list_resources(world: World, call: Call, subscription: str, group: str = "") -> Response:
    """The tracked resources of a group or of a subscription, without their properties."""
    if group:
        found = world.store.in_group(world.require_group(subscription, group).key)
    else:
        wanted = subscription.lower()
        every = world.store.resources.values()
        found = [each for each in every if each.id.subscription.lower() == wanted and each.id.group]
    expand = call.request.query.get("$expand", "").replace(" ", "").split(",")
    keep = read_filter(call.request.query.get("$filter", ""))
    value = [_entry(each, expand) for each in found if "location" in each.body and keep(each)]
    return _page(world, call, value)


def _page(world: World, call: Call, value: list[Json]) -> Response:
    """As many as are asked for, and where the rest is.

    https://learn.microsoft.com/rest/api/resources/resources/list
    """
    query = call.request.query
    top, start = query.get("$top", ""), query.get("$skiptoken", "0")
    if not (top or "1").isdecimal() or not start.isdecimal():
        # The page that the docstring names.
        message = f"The query parameter '$top' with the value '{top}' is not a number."
        raise ArmError(400, "InvalidTopQueryParameter", message)
    first, count = int(start), int(top or len(value))
    answer: Json = {"value": value[first : first + count]}
    if count and first + count < len(value):
        rest = {**query, "$skiptoken": str(first + count)}
        answer["nextLink"] = f"{world.url}{call.request.path}?{urlencode(rest)}"
    return Response(200, answer)


def _entry(resource: Resource, expand: list[str]) -> Json:
    entry = {key: resource.body[key] for key in LISTED if resource.body.get(key) is not None}
    entry["location"] = canonical(entry["location"])  # whatever form the provider shows
    if "createdTime" in expand:
        entry["createdTime"] = resource.created.isoformat()
    if "changedTime" in expand:
        entry["changedTime"] = resource.changed.isoformat()
    if "provisioningState" in expand:
        entry["provisioningState"] = resource.state
    return entry


ROUTES = (
    Route("GET", "/subscriptions/{subscription}/resourceGroups", list_groups),
    Route("GET", "/subscriptions/{subscription}/resources", list_resources),
    Route("GET", "/subscriptions/{subscription}/resourceGroups/{group}/resources", list_resources),
)
