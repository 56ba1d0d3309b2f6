"""What a caller asks for: one deployment, as a spec.

Only what has no sane default is required: name, location, the circuit, the on-premises prefixes.
Everything else defaults to the recipe as corrected. Unknown fields are refused. Wire names are
camelCase. A spec never holds a secret, only the URL of one in a Key Vault.
"""

import hashlib
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared.deployment.changes.watching import Drift
from shared.deployment.messages import Json
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.access import Bastion, Gateway, JumpBox
from shared.deployment.specs.connectivity import ByMode
from shared.deployment.specs.database import Postgres
from shared.deployment.specs.dns import Dns
from shared.deployment.specs.existing import Adopt, Existing, Names, called
from shared.deployment.specs.fields import Label, Location
from shared.deployment.specs.hub import Hub
from shared.deployment.specs.monitoring import Monitoring
from shared.deployment.specs.network import Network, OnPremises
from shared.deployment.specs.part import CLOSED, Part
from shared.deployment.specs.protection import Protect
from shared.deployment.specs.second_region import SecondRegion
from shared.deployment.specs.secrets import generated

NAME = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"
"""Of a deployment: names of resources are made of it."""


class Approval(Part):
    """A person says yes to each plan before its first write."""

    within_hours: int = Field(default=24, ge=1, le=168)
    """Hours in which a plan may be approved."""


class Budget(Part):
    """What the deployment may cost; a plan that would cost more is refused."""

    monthly_usd: float = Field(gt=0, le=1_000_000)
    """The most that the deployment may cost a month, in US dollars at list prices."""


def _as_sent(schema: Json) -> None:
    """A caller may leave the subscription out: the app's own holds then."""
    schema["required"].remove("subscriptionId")


class Validation(Part):
    """What has to be proven of a deployment before it counts as succeeded.

    The levels contain one another: `connected` is what Azure shows of every hop, `query` an answer
    of the database to the jump box, directly and through the gateway.
    """

    require: Literal["none", "connected", "query"] | None = None
    """The level that has to be proven; absent: the strongest that can be proven here."""
    asked_from: Literal["jumpBox", "app"] = Field(default="jumpBox", alias="from")
    """Where a query is asked from: the jump box, or the app itself, if it is in the network."""
    on_failure: Literal["rollBack", "keep"] = "rollBack"
    """Whether a deployment that is not proven is rolled back or kept."""


class DeploymentSpec(Part):
    """What a caller asks for: one deployment of the architecture."""

    model_config = ConfigDict(json_schema_extra=_as_sent)

    name: Annotated[str, StringConstraints(pattern=NAME)]
    """Name of the deployment; names of its resources are made of it."""
    location: Location
    """Azure region of everything."""
    express_route: ByMode
    """The circuit and the gateway that joins it, or a mode in its place."""
    on_premises: OnPremises
    """What lies at the other end of the circuit."""
    subscription_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f-]{36}$")]
    """Subscription that it is deployed into; the app's own unless given."""
    resource_group: Annotated[
        str | None, Field(default=None, pattern=r"^[A-Za-z0-9_.()-]{0,89}[A-Za-z0-9_()-]$")
    ] = None
    """Resource group that it is deployed into; rg-<name> unless given."""
    tags: dict[
        Annotated[str, StringConstraints(pattern=r"^[^<>%&\\?/]{1,512}$")],
        Annotated[str, StringConstraints(max_length=256)],
    ] = Field(default={}, max_length=50, json_schema_extra=CLOSED)
    """Tags of every resource."""
    names: Names = Field(default={}, max_length=128)
    """Names of resources by key, or a pattern of {type}, {name} and {region} for all of them."""
    monitoring: Monitoring | None = None
    """What is watched, and who is told; absent: nothing is."""
    second_region: SecondRegion | None = None
    """Where a copy of the database follows; absent: nowhere."""
    hub: Hub | None = None
    """The network that ours is a spoke of; absent: it is a hub itself."""
    existing: Existing = Existing()
    """What is there already and is used as it is."""
    adopt: Adopt = False
    """Takes over what is there already: all under the names of the plan, or by id the key it is."""
    replace: Literal["all"] | Annotated[list[Label], Field(max_length=30)] = Field(default=[])
    """Keys of resources that may be made anew where Azure changes them in no other way, or all."""
    protect: Protect = None
    """Whether nothing that is deployed may be deleted, and what is locked; absent: neither."""
    retain: list[Label] = Field(default=[], max_length=30)
    """Keys of resources that stay in Azure, with all they stand on, when the rest is deleted."""
    approval: Approval | None = None
    """Asks a person before the first write of each plan; absent: nobody is asked."""
    validation: Validation | None = None
    """What has to be proven afterwards; absent: as much as can be proven here."""
    drift: Drift = Drift()
    """What is done about what somebody changes in Azure."""
    budget: Budget | None = None
    """What it may cost; absent: anything."""
    zones: list[Literal["1", "2", "3"]] = Field(default=["1", "2", "3"], max_length=3)
    """Availability zones of public addresses and gateways."""
    network: Network = Network()
    """The network that everything lies in."""
    dns: Dns = Dns()
    """Who answers for the server's name on-premises."""
    postgres: Postgres = Postgres()
    """The flexible server."""
    gateway: Gateway = Gateway()
    """The Application Gateway in front of it."""
    bastion: Bastion = Bastion()
    """How people reach the jump box."""
    jump_box: JumpBox = JumpBox()
    """The virtual machine from which the database is probed."""

    @property
    def group(self) -> str:
        """Name of the resource group."""
        return self.resource_group or f"rg-{self.name}"

    @property
    def proving(self) -> Validation:
        """What has to be proven of it."""
        return self.validation or Validation()

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
    def endpoint(self) -> str | None:
        """First label of the names that follow the roles of two servers, where there are two."""
        if self.second_region is None:
            return None
        return self.second_region.endpoint or f"{self.server_name[:60]}-ve"

    @property
    def writer_fqdn(self) -> str:
        """The name that leads to whichever server takes writes."""
        domain = "writer.postgres.database.azure.com"
        return f"{self.endpoint}.{domain}" if self.endpoint else self.server_fqdn

    @property
    def password_secret(self) -> str:
        """Where the password of the server is: a secret's URL, or its name in the app's vault."""
        given = self.postgres.admin_password
        return given.key_vault_secret if given else generated(self.name, "password")

    @property
    def zone_name(self) -> str:
        """Name of the private zone that holds the address of the server."""
        if zone := self.existing.private_dns_zone:
            return ResourceId.of(zone).name
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
    def bastioned(self) -> bool:
        """Whether it makes a Bastion of its own."""
        return self.bastion.enabled and self.existing.bastion is None

    @property
    def bastion_prefix(self) -> str:
        """Where Bastion speaks to the jump box from."""
        return self.bastion.subnet or self.network.subnets.bastion

    @property
    def prefixes(self) -> dict[str, str]:
        """The subnets that it makes, by their fields: in a network of others those it needs."""
        everything: dict[str, str] = self.network.subnets.model_dump()
        if self.dns.resolver is None:
            del everything["resolver"]
        if self.existing.virtual_network is None:
            return everything
        needed = {
            "gateway": self.gatewayed and self.existing.express_route_gateway is None,
            "application_gateway": self.proxied,
            "database": True,
            "management": self.jump_box.enabled,
            "bastion": self.bastioned,
            "resolver": True,
        }
        return {field: prefix for field, prefix in everything.items() if needed[field]}

    @property
    def adopted(self) -> dict[str, str]:
        """By key, the ids of what is taken over under any name."""
        given = {} if isinstance(self.adopt, bool) else self.adopt
        return {key: resource_id for resource_id, key in given.items()}

    def adopts(self, key: str) -> bool:
        """Whether a resource is taken over where it is there and not ours."""
        return self.adopt is True or key in self.adopted

    def called(self, key: str, own: str) -> str:
        """The name of a resource whose own name would be `own`; of what is adopted, that it has."""
        if given := self.adopted.get(key):
            return ResourceId.of(given).name
        return called(self.names, key, own, name=self.name, region=self.location)

    @property
    def circuit_id(self) -> str | None:
        """The circuit that is connected to; None as long as there is none."""
        return self.express_route.circuit_id if self.express_route.mode == "connected" else None

    @property
    def by_password(self) -> bool:
        """Whether anybody signs in to the server by a password."""
        return self.postgres.entra is None or not self.postgres.entra.only

    @property
    def sign_in_name(self) -> str:
        """Whom the printed strings sign in as."""
        entra = self.postgres.entra
        return entra.administrator.name if entra and entra.only else self.postgres.admin_login

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
