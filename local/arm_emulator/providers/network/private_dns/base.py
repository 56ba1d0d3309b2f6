"""What the types of private DNS share."""

from datetime import datetime
from typing import ClassVar

from local.arm_emulator.providers.network.private_dns.family import PRIVATE_DNS
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Where
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import ArmError, clone
from local.arm_emulator.wire.preconditions import unmet
from local.arm_emulator.wire.resource_ids import ResourceId

NAMESPACE = "Microsoft.Network"
API_VERSIONS = ("2024-06-01", "2020-06-01", "2018-09-01")
UNMET = {
    "exists": "exists already and hence cannot be created again.",
    "changed": "has been modified (etag mismatch).",
}
SOA = f"{NAMESPACE}/privateDnsZones/SOA"


class PrivateDnsType(ResourceType):
    """What the types of private DNS share."""

    api_versions = API_VERSIONS
    sdk = "privatedns"
    family = PRIVATE_DNS
    location: ClassVar[Where] = "global"
    dressed = False
    retry_after = (30,)
    delete_retry_after = (30,)
    synchronous_patch = False
    etag_header = True
    most_tags = 15  # seen: hashicorp/terraform-provider-azurerm, issue 6018
    bound_code = "BadRequest"

    def parent_not_found(self, target: ResourceId) -> ArmError:
        """Private DNS has its own code for a zone that is not there."""
        return self.world.parent_not_found(target)

    def fill(self, change: Change) -> None:
        """A bare GUID as etag."""
        change.body["etag"] = self.guid(change.id.key, change.now, len(change.sent))
        change.body["location"] = "global"

    def doom(self, change: Change) -> ArmError | None:
        """An If-Match or If-None-Match that does not hold is answered at the operation's end."""
        refusal = self.delete_doom(change)
        if refusal is not None:
            change.notes["restore"] = clone(change.prior.body) if change.prior else None
        return refusal

    def delete_doom(self, change: Change) -> ArmError | None:
        """The same of a deletion.

        Recorded in azure-cli, test_PatchLink_LinkExistsIfMatchFailure_ExpectError and its kind.
        """
        why = unmet(change.call.request.headers if change.call else {}, change.before("etag"))
        if not why:
            return None
        name, parent = change.id.name, change.id.parent
        what = f"The Zone {name}"
        if parent is not None:
            what = f"The Virtual Network link {name} for the Private DNS zone {parent.name}"
        return ArmError(412, "PreconditionFailed", f"{what} {UNMET[why]}")

    def failed(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """A write whose condition did not hold has changed nothing; neither has a deletion."""
        before = resource.notes.pop("restore", None)
        if before is not None:
            resource.body = before
        elif operation.kind == "create":
            self.world.remove(resource, now)
            return
        self.stamp(resource, "Succeeded")
