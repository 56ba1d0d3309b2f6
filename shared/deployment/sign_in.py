"""The parts of a spec that say who may sign in to the database, and whose key encrypts it."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.deployment.specs.fields import IdentityId
from shared.deployment.specs.part import Part

Guid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
]
KeyUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^https://[A-Za-z0-9.-]+/keys/[A-Za-z0-9-]{1,127}(/[0-9a-f]+)?$", max_length=512
    ),
]


class Administrator(Part):
    """Who administers the server by Microsoft Entra ID; best a group, whose members change."""

    object_id: Guid
    """Object id in Entra ID."""
    name: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\"]{1,120}$")]
    """Name in Entra ID, which is the user to sign in with."""
    kind: Literal["Group", "User", "ServicePrincipal"] = "Group"
    """What it is."""


class Entra(Part):
    """Sign-in by a token of Microsoft Entra ID, beside the password or in its place."""

    tenant_id: Guid
    """The tenant of those who sign in."""
    administrator: Administrator
    """Who lets the others in."""
    only: bool = False
    """Whether nobody signs in by a password any more."""


class Encryption(Part):
    """A key of the customer's own, chosen when the server is made and never after."""

    key_url: KeyUrl
    """URL of the key; without a version it follows the key's rotation."""
    identity_id: IdentityId
    """The identity that reads it; its role on the vault is Key Vault Crypto Service Encryption."""
    geo_key_url: KeyUrl | None = None
    """URL of the key in the paired region, for backups that are kept there."""
    geo_identity_id: IdentityId | None = None
    """The identity that reads that one."""
