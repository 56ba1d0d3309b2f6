"""The parts of a spec that say what is there already, and how what is made is called."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.deployment.resource_id import LONGEST
from shared.deployment.specs.fields import (
    BastionId,
    ConnectionId,
    GatewayId,
    Label,
    LinkId,
    NetworkId,
    WorkspaceId,
    ZoneId,
)
from shared.deployment.specs.part import CLOSED, Part


class Existing(Part):
    """What is there already, by id: used, never written, never deleted.

    Each field is the key of a resource in camelCase. What lies in a network or a zone of others
    (our subnets, our link) is ours all the same.
    """

    virtual_network: NetworkId | None = None
    """The network that everything is put into, in subnets of its own."""
    express_route_gateway: GatewayId | None = None
    """The ExpressRoute gateway of that network."""
    express_route_connection: ConnectionId | None = None
    """The connection of that gateway to the circuit, where it is made already."""
    private_dns_zone: ZoneId | None = None
    """The private zone that holds the address of the server."""
    private_dns_link: LinkId | None = None
    """The link of that zone to that network, where it is made already."""
    workspace: WorkspaceId | None = None
    """The Log Analytics workspace that everything writes to."""
    bastion: BastionId | None = None
    """A Bastion that reaches the jump box."""

    def id_of(self, key: str) -> str | None:
        """The id that stands in the place of a resource; None where there is none."""
        found: str | None = getattr(self, key.replace("-", "_"), None)
        return found


Pattern = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9._-]|\{(type|name|region)\})+$", max_length=128)
]
OwnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._()-]+$", max_length=128)]
Names = Pattern | Annotated[dict[Label, OwnName], Field(json_schema_extra=CLOSED)]
"""How resources are called: by key, or all by one pattern such as ``{type}-{name}-{region}``."""


Adopted = dict[
    Annotated[
        str,
        StringConstraints(
            pattern=r"^/subscriptions/[0-9A-Fa-f-]{36}/resourceGroups/[-A-Za-z0-9_.()]{1,90}"
            r"(/providers(/[A-Za-z0-9_.-]{1,128}){3,11})?$",
            max_length=LONGEST,
        ),
    ],
    Label,
]
Adopt = bool | Annotated[Adopted, Field(max_length=100, json_schema_extra=CLOSED)]
"""Everything under the names of the plan, or what is there under any name: its id, and its key."""


def called(names: Names, key: str, own: str, *, name: str, region: str) -> str:
    """The name of a resource.

    Args:
        names: of the spec.
        key: of the resource.
        own: its name where nothing else is said; `<type>-<name>` where a pattern applies.
        name: of the deployment.
        region: of the deployment.
    """
    if not isinstance(names, str):
        return names.get(key, own)
    kind, ending = own.removesuffix(f"-{name}"), f"-{name}"
    if not own.endswith(ending):
        return own
    return names.replace("{type}", kind).replace("{name}", name).replace("{region}", region)
