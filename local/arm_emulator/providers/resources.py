"""Resource groups, and the resources in them."""

from datetime import datetime
from typing import TYPE_CHECKING

from local.arm_emulator.calls import Call
from local.arm_emulator.families import GROUPS
from local.arm_emulator.messages import ArmError, Json, Response
from local.arm_emulator.names import GROUP_NAME
from local.arm_emulator.resource_type import Change, ResourceType, Timing
from local.arm_emulator.router import Route
from local.arm_emulator.store import Resource

if TYPE_CHECKING:
    from local.arm_emulator.cloud import Cloud


class ResourceGroups(ResourceType):
    """Groups: written at once, deleted by a job that takes everything in them along."""

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
            if refusal.code == "InvalidResourceLocation":
                refusal.code = "InvalidResourceGroupLocation"
            raise

    def patch(self, change: Change, sent: Json) -> None:
        """Tags are replaced where they are sent."""
        if "tags" in sent:
            change.body["tags"] = sent["tags"]

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Nothing refers to a group."""

    def delete_seconds(self, resource: Resource) -> float:
        """As long as its slowest resource."""
        slowest = self.timing.delete
        for child in self.cloud.store.in_group(resource.key):
            type_ = self.cloud.types.get(child.id.type)
            slowest = max(slowest, type_.delete_seconds(child) if type_ else 0)
        return slowest

    def deleted(self, resource: Resource, now: datetime) -> None:
        """Everything in it is gone as well."""
        for child in self.cloud.store.in_group(resource.key):
            if self.cloud.store.get(child.key) is not None:  # not gone with its parent already
                self.cloud.remove(child, now)


def list_groups(cloud: "Cloud", call: Call, subscription: str) -> Response:
    """The groups of a subscription."""
    found = cloud.store.of_type(subscription, ResourceGroups.type)
    return Response(200, {"value": [cloud.types.show(each) for each in found]})


def list_resources(cloud: "Cloud", call: Call, subscription: str, group: str = "") -> Response:
    """The tracked resources of a group or of a subscription, without their properties."""
    if group:
        found = cloud.store.in_group(cloud.require_group(subscription, group).key)
    else:
        wanted = subscription.lower()
        every = cloud.store.resources.values()
        found = [each for each in every if each.id.subscription.lower() == wanted and each.id.group]
    expand = call.request.query.get("$expand", "").replace(" ", "").split(",")
    value = [_entry(each, expand) for each in found if "location" in each.body]
    return Response(200, {"value": value})


def _entry(resource: Resource, expand: list[str]) -> Json:
    keys = ("id", "name", "type", "location", "tags", "sku", "zones", "kind", "identity")
    entry = {key: resource.body[key] for key in keys if resource.body.get(key) is not None}
    if "createdTime" in expand:
        entry["createdTime"] = resource.created.isoformat()
    if "changedTime" in expand:
        entry["changedTime"] = resource.changed.isoformat()
    if "provisioningState" in expand:
        entry["provisioningState"] = resource.state
    return entry


TYPES = (ResourceGroups,)
ROUTES = (
    Route("GET", "/subscriptions/{subscription}/resourceGroups", list_groups),
    Route("GET", "/subscriptions/{subscription}/resources", list_resources),
    Route("GET", "/subscriptions/{subscription}/resourceGroups/{group}/resources", list_resources),
)
