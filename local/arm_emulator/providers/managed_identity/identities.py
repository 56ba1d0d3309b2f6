"""User-assigned identities.

Shapes are recorded in azure-service-operator, Test_ManagedIdentity_UserAssignedIdentity_CRUD.
"""

from typing import ClassVar

from local.arm_emulator.state.operations import derived_guid
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.generic_type import GenericType
from local.arm_emulator.wire.names import NameRule


class UserAssignedIdentities(GenericType):
    """Identities; written and deleted at once, whoever they are assigned to."""

    type = "Microsoft.ManagedIdentity/userAssignedIdentities"
    api_versions: ClassVar[tuple[str, ...]] = (
        "2024-11-30",
        "2023-07-31-preview",
        "2023-01-31",
        "2022-01-31-preview",
        "2018-11-30",
    )
    # https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    name_rule = NameRule(
        r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}",
        "An identity has a name of 3 to 128 letters, digits, '-' and '_'.",
    )
    timing = Timing(0, 0, 0)
    synchronous_put = True
    synchronous_delete = True
    joined = True
    tolerated = ("identity",)
    bounds = (
        Bound(
            "properties.isolationScope",
            f"{LEARN}rest/api/managedidentity/user-assigned-identities/create-or-update",
            choices=("None", "Regional"),
        ),
    )

    def fill(self, change: Change) -> None:
        """Whom it stands for, for life, whatever the seed: roles are given beforehand."""
        own = {"tenantId": self.world.settings.tenant_id}
        for name in ("principalId", "clientId"):
            own[name] = derived_guid(0, change.id.key, name)
        change.properties.update(own)
        change.body.setdefault("tags", {})

    def dress(self, resource: Resource) -> None:
        """The group is told in lower case (recorded)."""
        super().dress(resource)
        told = str(resource.id).replace("/resourceGroups/", "/resourcegroups/")
        resource.body["id"] = told

    def stamp(self, resource: Resource, state: str, only: str | None = None) -> None:
        """It has no state (recorded)."""
