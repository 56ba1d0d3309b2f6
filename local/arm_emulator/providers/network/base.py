"""What all types of Microsoft.Network share."""

from typing import Any, ClassVar

from local.arm_emulator.providers.network.quotas import check_quotas
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.families import NETWORK
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.preconditions import unmet

API_VERSIONS = (
    "2026-03-01",
    "2026-01-01",
    "2025-09-01",
    "2025-07-01",
    "2025-05-01",
    "2025-03-01",
    "2025-01-01",
    "2024-10-01",
    "2024-07-01",
    "2024-05-01",
    "2024-03-01",
    "2024-01-01",
    "2023-11-01",
    "2023-09-01",
    "2022-11-01",
    "2022-07-01",
    "2022-05-01",
    "2022-01-01",
    "2018-10-01",
    "2015-06-15",
)


class NetworkType(ResourceType):
    """What all types of Microsoft.Network share."""

    api_versions = API_VERSIONS
    family = NETWORK
    etag_header = True
    has_guid: ClassVar[bool] = True  # as the SDK's models have it

    def partial(self, sent: Any) -> Json:
        """A PATCH sets the tags, and nothing else.

        Code and words: Azure/azure-sdk-for-go, issue 2608.
        """
        others = sorted(set(sent) - {"tags"}) if isinstance(sent, dict) else []
        if others:
            message = (
                f"PATCH request content includes {others[0]} property. "
                "Only tags property is currently supported."
            )
            raise ArmError(400, "OnlyTagsSupportedForPatch", message)
        return {"tags": {}} | super().partial(sent)

    def check_quota(self, change: Change) -> None:
        """So many of a type per region."""
        check_quotas(change, self.quotas)

    def check_preconditions(self, call: Call, view: Json | None) -> None:
        """An etag that is stale, or of nothing.

        Code and words: kubernetes-sigs/cloud-provider-azure, pkg/retry (errors of etags).
        """
        wanted = call.request.headers.get("if-match", "*").strip()
        found = str((view or {}).get("etag", ""))
        if wanted == "*" or unmet({"if-match": wanted}, found) == "":
            return
        message = (
            f"Etag provided in if-match header {wanted} does not match etag {found} of resource "
            f"{call.target} in NRP data store."
        )
        detail = {"code": "PreconditionFailedEtagMismatch", "message": message}
        raise ArmError(412, "PreconditionFailed", "Precondition failed.", details=[detail])

    def fill(self, change: Change) -> None:
        """A GUID that stays for life."""
        if self.has_guid:
            change.properties["resourceGuid"] = change.before("properties", "resourceGuid") or (
                self.guid(change.id.key, change.now)
            )


def check_zones(change: Change) -> None:
    """Refuse zones in a region without any."""
    region = LOCATIONS.get(canonical(str(change.body.get("location", ""))))
    if change.body.get("zones") and region is not None and not region.zones:
        message = (
            f"Resource {change.id} has availability zones, which {region.name} does not support."
        )
        raise ArmError(400, change.world.settings.zones_code, message)


def check_public_address(change: Change, configuration: Json) -> None:
    """Refuse a public address that something else uses.

    https://github.com/microsoft/azure-tools-for-java/issues/91
    """
    target = (configuration.get("publicIPAddress") or {}).get("id")
    for reference in change.world.store.references_to(str(target)) if target else ():
        if reference.owner != change.id.key:
            message = f"Resource {change.id} cannot use {target}: {reference.element} has it."
            raise ArmError(400, "PublicIPAddressInUse", message)
