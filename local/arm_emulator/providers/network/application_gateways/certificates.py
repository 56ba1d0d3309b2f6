"""Certificates in a vault, which a gateway reads by its identity."""

from local.arm_emulator.providers.authorization.grants import SECRETS, reads
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.messages import ArmError


def certificates_refusal(change: Change) -> ArmError | None:
    """How a gateway ends whose identity may not read its certificates.

    Codes and words: MicrosoftDocs/azure-docs, issue 33157.
    """
    assigned = (change.body.get("identity") or {}).get("userAssignedIdentities") or {}
    for certificate in change.properties.get("sslCertificates") or []:
        url = str((certificate.get("properties") or {}).get("keyVaultSecretId") or "")
        if url and not any(reads(change.world, each, url, SECRETS) for each in assigned):
            denied = (
                f"Access denied for KeyVault Secret '{url}' for Application Gateway '{change.id}'. "
                "Make sure that Identity assigned to Application Gateway has access to the "
                "KeyVault associated with secret."
            )
            detail = {"code": "ApplicationGatewayKeyVaultSecretAccessDenied", "message": denied}
            message = (
                "Problem occured while accessing and validating KeyVault Secrets associated with "
                f"Application Gateway '{change.id}'. See details below:"
            )
            code = "ApplicationGatewayKeyVaultSecretException"
            return ArmError(400, code, message, details=[detail])
    return None
