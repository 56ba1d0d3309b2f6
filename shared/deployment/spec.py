"""What a caller asks for: one deployment, as a spec.

Only what has no sane default is required: name, location, the circuit, the on-premises prefixes.
Everything else defaults to the recipe as corrected. Unknown fields are refused. Wire names are
camelCase. A spec never holds a secret, only the URL of one in a Key Vault.
"""

import hashlib
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared.deployment.connectivity import ByMode
from shared.deployment.fields import (
    Address,
    HostName,
    IdentityId,
    Label,
    Location,
    PassedThrough,
    Prefix,
    Size,
    Unused,
    ZoneId,
)
from shared.deployment.messages import Json
from shared.deployment.part import KeyVaultSecret, Part

Version = Literal["14", "15", "16", "17", "18"]
"""Of PostgreSQL, in the order of its upgrades."""
NAME = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"
"""Of a deployment: names of resources are made of it."""
MOST_PREFIXES = 1000
"""On-premises; Azure takes 4,000 addresses a security group (Learn: Azure networking limits)."""
MOST_SPACES = 64  # of the hub network; our own bound
MOST_BACKENDS = 100  # of one pool (Learn: Azure networking limits, Application Gateway)


class Subnets(Part):
    """The five subnets of the hub network (recipe: preparation; the Bastion one was missing)."""

    gateway: Prefix = "10.1.1.0/27"
    application_gateway: Prefix = "10.1.2.0/24"
    database: Prefix = "10.1.3.0/24"
    management: Prefix = "10.1.4.0/24"
    bastion: Prefix = "10.1.5.0/26"


class Network(Part):
    """The hub network."""

    address_space: list[Prefix] = Field(
        default=["10.1.0.0/16"], min_length=1, max_length=MOST_SPACES
    )
    subnets: Subnets = Subnets()


class OnPremises(Part):
    """The networks at the other end of the circuit; they alone may reach the database."""

    prefixes: list[Prefix] = Field(min_length=1, max_length=MOST_PREFIXES)


class Postgres(Part):
    """The flexible server; reached through its delegated subnet only."""

    server_name: Annotated[
        str | None, Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")
    ] = None
    version: Version = "17"
    allow_major_upgrade: bool = False
    sku: Size = "Standard_D2ds_v5"
    storage_gib: Literal[32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384] = Field(
        default=128, alias="storageGiB"
    )
    admin_login: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")] = (
        "dbadmin"
    )
    admin_password: KeyVaultSecret | None = None
    high_availability: Literal["Disabled", "SameZone", "ZoneRedundant"] = "Disabled"
    backup_retention_days: int = Field(default=7, ge=7, le=35)
    geo_redundant_backup: bool = False
    private_dns_zone: Annotated[str | None, Field(default=None, max_length=253)] = None
    parameters: dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,62}$")],
        Annotated[str, StringConstraints(min_length=1, max_length=1024)],
    ] = Field(default={"shared_preload_libraries": "pg_stat_statements"}, max_length=20)


class HttpsListener(Part):
    """A web application behind the WAF, beside the database; its certificate lies in Key Vault."""

    host_name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,253}$")]
    backend_addresses: list[HostName] = Field(min_length=1, max_length=MOST_BACKENDS)
    backend_port: int = Field(default=443, ge=1, le=65535)
    certificate: KeyVaultSecret


class Alias(Part):
    """A name in a private zone of the customer that leads to the gateway."""

    zone_id: ZoneId
    record_name: Label = "pg"


class Gateway(Part):
    """The Application Gateway in front of the server, or `mode: none` to reach it directly."""

    mode: Literal["proxy", "none"] = "proxy"
    tls: PassedThrough = "passthrough"
    certificate: Unused = Field(default=None, exclude=True)
    idle_timeout_seconds: int = Field(default=14400, ge=1, le=86400)
    identity_id: IdentityId | None = None
    sku: Literal["Standard_v2", "WAF_v2"] = "Standard_v2"
    min_capacity: int = Field(default=2, ge=0, le=125)
    max_capacity: int = Field(default=5, ge=2, le=125)
    private_address: Address = "10.1.2.10"
    https: HttpsListener | None = None
    alias: Alias | None = None


class Bastion(Part):
    """The way to the jump box."""

    enabled: bool = True
    sku: Literal["Basic", "Standard"] = "Standard"
    scale_units: int = Field(default=2, ge=2, le=50)


class JumpBox(Part):
    """A virtual machine without a public address, from which the database is probed."""

    enabled: bool = True
    egress: Literal["none", "natGateway"] = "none"
    size: Size = "Standard_B2s"
    admin_username: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,30}$")] = (
        "azureuser"
    )
    ssh_public_key: Annotated[
        str | None,
        Field(
            default=None,
            pattern=r"^(ssh-(rsa|ed25519)|ecdsa-sha2-\S{1,20}) [A-Za-z0-9+/=]+( [^\x00-\x1f]*)?$",
            max_length=4096,
        ),
    ] = None


class Approval(Part):
    """A person says yes to each plan before its first write."""

    within_hours: int = Field(default=24, ge=1, le=168)


class Budget(Part):
    """What the deployment may cost; a plan that would cost more is refused."""

    monthly_usd: float = Field(gt=0, le=1_000_000)


def _as_sent(schema: Json) -> None:
    """A caller may leave the subscription out: the app's own holds then."""
    schema["required"].remove("subscriptionId")


class Validation(Part):
    """What has to be proven of a deployment before it counts as succeeded.

    The levels contain one another: `connected` is what Azure shows of every hop, `query` an answer
    of the database to the jump box, directly and through the gateway.
    """

    require: Literal["none", "connected", "query"] = "connected"
    on_failure: Literal["rollBack", "keep"] = "rollBack"


class DeploymentSpec(Part):
    """One deployment of the architecture; see the module."""

    model_config = ConfigDict(json_schema_extra=_as_sent)

    name: Annotated[str, StringConstraints(pattern=NAME)]
    location: Location
    express_route: ByMode
    on_premises: OnPremises
    subscription_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f-]{36}$")]
    resource_group: Annotated[
        str | None, Field(default=None, pattern=r"^[A-Za-z0-9_.()-]{0,89}[A-Za-z0-9_()-]$")
    ] = None
    tags: dict[
        Annotated[str, StringConstraints(pattern=r"^[^<>%&\\?/]{1,512}$")],
        Annotated[str, StringConstraints(max_length=256)],
    ] = Field(default={}, max_length=50)
    adopt: bool = False
    replace: Literal["all"] | list[Label] = Field(default=[], max_length=30)
    approval: Approval | None = None
    validation: Validation | None = None
    budget: Budget | None = None
    zones: list[Literal["1", "2", "3"]] = Field(default=["1", "2", "3"], max_length=3)
    network: Network = Network()
    postgres: Postgres = Postgres()
    gateway: Gateway = Gateway()
    bastion: Bastion = Bastion()
    jump_box: JumpBox = JumpBox()

    @property
    def group(self) -> str:
        """Name of the resource group."""
        return self.resource_group or f"rg-{self.name}"

    @property
    def suffix(self) -> str:
        """Six letters that make a globally unique name of ours unique, the same every time."""
        seed = f"{self.subscription_id}/{self.group}/{self.name}".casefold()
        return hashlib.sha256(seed.encode()).hexdigest()[:6]

    @property
    def server_name(self) -> str:
        """Name of the PostgreSQL server, unique in all of Azure."""
        return self.postgres.server_name or f"psql-{self.name}-{self.suffix}"

    @property
    def server_fqdn(self) -> str:
        """The name clients use; a CNAME into the private zone."""
        return f"{self.server_name}.postgres.database.azure.com"

    @property
    def zone_name(self) -> str:
        """Name of the private zone that holds the address of the server."""
        return self.postgres.private_dns_zone or (
            f"{self.server_name}.private.postgres.database.azure.com"
        )

    @property
    def proxied(self) -> bool:
        """Whether an Application Gateway stands in front of the server."""
        return self.gateway.mode == "proxy"

    @property
    def gatewayed(self) -> bool:
        """Whether the hub network has an ExpressRoute gateway."""
        return self.express_route.mode != "none"

    @property
    def circuit_id(self) -> str | None:
        """The circuit that is connected to; None as long as there is none."""
        return self.express_route.circuit_id if self.express_route.mode == "connected" else None

    @property
    def pooled(self) -> bool:
        """Whether the server's own PgBouncer runs."""
        return self.postgres.parameters.get("pgbouncer.enabled", "").casefold() in {"true", "on"}

    @property
    def leads_out(self) -> bool:
        """Whether the jump box can speak to Azure itself, as a query from it has to be told."""
        return self.jump_box.enabled and self.jump_box.egress == "natGateway"

    @property
    def firewalled(self) -> bool:
        """Whether the gateway carries a WAF policy."""
        return self.proxied and (self.gateway.sku == "WAF_v2" or self.gateway.https is not None)
