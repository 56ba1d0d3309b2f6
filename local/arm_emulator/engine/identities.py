"""The identities that a resource is given: they are there, and it shows whom they stand for."""

from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json


def check_identity(arm: ResourceManager, change: Change) -> None:
    """Raise for an identity that nobody has made, or none where one is said to be.

    Reports: Azure/azure-libraries-for-net, issue 690, and hashicorp/terraform-provider-azurerm,
    issue 17082.
    """
    identity: Json = change.body.get("identity") or {}
    assigned: Json = identity.get("userAssignedIdentities") or {}
    if "userassigned" in str(identity.get("type", "")).lower() and not assigned:
        message = "The identity ids must not be null or empty for 'UserAssigned' identity type."
        raise ArmError(400, "MissingIdentityIds", message)
    for each in assigned:
        if arm.store.get(each) is None:
            message = (
                f"Identity operation for resource '{change.id}' failed with error 'Failed to "
                "perform resource identity operation. Status: 'BadRequest'. Response: "
                f"'Resource '{each}' was not found.'."
            )
            raise ArmError(400, "FailedIdentityOperation", message)


def fill_identity(arm: ResourceManager, change: Change) -> None:
    """Add whom the identities stand for (recorded in azure-cli, byok_mgmt and test_vm_msi)."""
    identity: Json = change.body.get("identity") or {}
    for each, shown in (identity.get("userAssignedIdentities") or {}).items():
        found = arm.store.get(each)
        if found is not None and isinstance(shown, dict):
            shown |= {name: found.properties[name] for name in ("principalId", "clientId")}
    if "systemassigned" in str(identity.get("type", "")).lower():
        own = change.before("identity", "principalId")
        identity["principalId"] = own or arm.identity.guid("principal", change.id.key)
        identity["tenantId"] = arm.settings.tenant_id
