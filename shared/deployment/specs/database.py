"""The part of a spec that says what the database is like."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.deployment.sign_in import Encryption, Entra
from shared.deployment.specs.fields import Size
from shared.deployment.specs.part import CLOSED, KeyVaultSecret, Part
from shared.deployment.specs.tuning import ProvisionedDisk, Tier, Tuning

Version = Literal["14", "15", "16", "17", "18"]
"""Of PostgreSQL, in the order of its upgrades."""


class Postgres(Part):
    """The flexible server; reached through its delegated subnet only."""

    server_name: Annotated[
        str | None, Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")
    ] = None
    """Name of the server, unique in all of Azure; made of the deployment's name unless given."""
    version: Version = "17"
    """Major version of PostgreSQL."""
    allow_major_upgrade: bool = False
    """Lets an update raise the major version, which cannot be taken back."""
    sku: Size = "Standard_D2ds_v5"
    """Size of the server's compute."""
    storage_gib: Literal[32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384] = Field(
        default=128, alias="storageGiB"
    )
    """Size of its disk in GiB; it grows only."""
    storage_tier: Tier | None = None
    """Performance of its disk, where it is to be more than its size brings; billed as that tier."""
    provisioned_disk: ProvisionedDisk | None = None
    """A disk of the kind Premium SSD v2, decided once; absent: Premium SSD."""
    tuning: Tuning = Tuning()
    """What it is tuned for; absent: Azure's defaults."""
    admin_login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")] = (
        "dbadmin"
    )
    """Name of the administrator; it cannot be changed later."""
    admin_password: KeyVaultSecret | None = None
    """Where the password lies; one is generated into the app's vault unless given."""
    entra: Entra | None = None
    """Sign-in by Microsoft Entra ID; absent: by password alone."""
    threat_protection: bool = False
    """Whether Defender watches this server; a plan of the whole subscription is left alone."""
    encryption: Encryption | None = None
    """A key of the customer's own, decided once; absent: Azure's."""
    high_availability: Literal["Disabled", "SameZone", "ZoneRedundant"] = "Disabled"
    """Whether a standby runs, and where."""
    backup_retention_days: int = Field(default=7, ge=7, le=35)
    """Days for which backups are kept."""
    geo_redundant_backup: bool = False
    """Whether backups are kept in the paired region too; decided once."""
    private_dns_zone: Annotated[str | None, Field(default=None, max_length=253)] = None
    """Name of the private zone of the server; made of its name unless given."""
    parameters: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,62}$")],
        Annotated[str, StringConstraints(min_length=1, max_length=1024)],
    ] = Field(
        default={"shared_preload_libraries": "pg_stat_statements"},
        max_length=20,
        json_schema_extra=CLOSED,
    )
    """Server parameters by name, as text."""
