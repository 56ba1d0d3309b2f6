"""A server's key of one's own: what it takes, and who may use it."""

from local.arm_emulator.providers.authorization.grants import KEYS, reads
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError


def check_encryption(change: Change) -> None:
    """A key of one's own takes an identity that the server has, a geo-backup one more; for life.

    Code and words: pulumi/pulumi-azure-native, issue 4014; chosen at creation only, as azure-cli
    says before it asks.
    """
    keys = change.properties.get("dataEncryption") or {}
    kind, before = str(keys.get("type") or "SystemManaged"), change.before("properties")
    had = str(((before or {}).get("dataEncryption") or {}).get("type") or kind)
    if before and had.lower() != kind.lower():
        raise invalid("properties.dataEncryption.type", kind, "It is chosen at creation.")
    if kind.lower() != "azurekeyvault":
        return
    geo = (change.properties.get("backup") or {}).get("geoRedundantBackup") == "Enabled"
    needed = ["primaryKeyURI", "primaryUserAssignedIdentityId"]
    needed += ["geoBackupKeyURI", "geoBackupUserAssignedIdentityId"] if geo else []
    assigned = (change.body.get("identity") or {}).get("userAssignedIdentities") or {}
    own = {each.lower() for each in assigned}
    lacking = [
        name
        for name in needed
        if not keys.get(name) or (name.endswith("Id") and str(keys[name]).lower() not in own)
    ]
    if lacking:
        message = (
            "The input server encryption parameters are invalid. "
            f"{', '.join(lacking)} is required. Please retry operation with valid input parameters."
        )
        raise ArmError(400, "CMKInvalidEncryptionParameters", message)


def encryption_refusal(change: Change) -> ArmError | None:
    """How a server ends whose identity may not wrap and unwrap by the key.

    https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-byok-key-rotation
    tells the code, of the service's sibling.
    """
    keys = change.properties.get("dataEncryption") or {}
    for use in ("primary", "geoBackup"):
        url, identity = keys.get(f"{use}KeyURI"), keys.get(f"{use}UserAssignedIdentityId")
        if url and not reads(change.world, str(identity), str(url), KEYS):
            message = (
                f"The server '{change.id.name}' requires following Azure Key Vault permissions: "
                "'Get, WrapKey, UnwrapKey'. Please grant the missing permissions to the identity "
                f"'{identity}'."
            )
            return ArmError(400, "AzureKeyVaultMissingPermissions", message)
    return None
