"""The parts of a spec that say how clients and people reach the database."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.deployment.specs.fields import (
    Address,
    HostName,
    IdentityId,
    Label,
    PassedThrough,
    Prefix,
    Size,
    Unused,
    ZoneId,
)
from shared.deployment.specs.part import KeyVaultSecret, Part

MOST_BACKENDS = 100  # of one pool (Learn: Azure networking limits, Application Gateway)


class HttpsListener(Part):
    """A web application behind the WAF, beside the database; its certificate lies in Key Vault."""

    host_name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,253}$")]
    """The name that browsers ask for."""
    backend_addresses: list[HostName] = Field(min_length=1, max_length=MOST_BACKENDS)
    """Addresses or host names of the web application."""
    backend_port: int = Field(default=443, ge=1, le=65535)
    """Its port, which speaks TLS."""
    certificate: KeyVaultSecret
    """Where the certificate of the listener lies."""


class Alias(Part):
    """A name in a private zone of the customer that leads to the gateway."""

    zone_id: ZoneId
    """ARM id of the private zone, which exists."""
    record_name: Label = "pg"
    """Name of the record in it."""


class Gateway(Part):
    """The Application Gateway in front of the server, or `mode: none` to reach it directly."""

    mode: Literal["proxy", "none"] = "proxy"
    """`proxy` puts an Application Gateway in front of the server; `none` leaves it out."""
    tls: PassedThrough = "passthrough"
    """The server ends TLS, never the gateway."""
    certificate: Unused = Field(default=None, exclude=True)
    """Of older specs: says nothing."""
    idle_timeout_seconds: int = Field(default=14400, ge=1, le=86400)
    """Seconds after which the gateway ends an idle connection."""
    identity_id: IdentityId | None = None
    """ARM id of the identity with which the gateway reads its certificate."""
    sku: Literal["Standard_v2", "WAF_v2"] = "Standard_v2"
    """Whether the gateway has a web application firewall."""
    min_capacity: int = Field(default=2, ge=0, le=125)
    """Capacity units that it always has."""
    max_capacity: int = Field(default=5, ge=2, le=125)
    """Capacity units that it grows to."""
    private_address: Address = "10.1.2.10"
    """Its address in its subnet, which clients connect to."""
    https: HttpsListener | None = None
    """A web application behind the same gateway."""
    alias: Alias | None = None
    """A name of the customer's that leads to the gateway."""


class Bastion(Part):
    """The way to the jump box."""

    enabled: bool = True
    """Whether there is one."""
    sku: Literal["Basic", "Standard"] = "Standard"
    """Its tier; native clients need Standard."""
    scale_units: int = Field(default=2, ge=2, le=50)
    """Its size: each unit carries about twenty sessions."""
    subnet: Prefix | None = None
    """Where an existing Bastion speaks from; one of its own lies in network.subnets.bastion."""


class JumpBox(Part):
    """A virtual machine without a public address, from which the database is probed."""

    enabled: bool = True
    """Whether there is one."""
    egress: Literal["none", "natGateway"] = "none"
    """Whether it reaches Azure itself, through a NAT gateway, as the probes inside of it need."""
    network_watcher: bool | None = None
    """Whether Network Watcher's agent is on it, which finds what stands in the way to the database;
    absent: where the app may put it there."""
    size: Size = "Standard_B2s"
    """Size of the virtual machine."""
    admin_username: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,30}$")] = (
        "azureuser"
    )
    """Name of its administrator."""
    ssh_public_key: Annotated[
        str | None,
        Field(
            default=None,
            pattern=r"^(ssh-(rsa|ed25519)|ecdsa-sha2-\S{1,20}) [A-Za-z0-9+/=]+( [^\x00-\x1f]*)?$",
            max_length=4096,
        ),
    ] = None
    """Public key that its administrator signs in with; a pair is made unless given."""
