"""What single fields of a spec may hold: addresses, ids, names, references to secrets.

Each says how long it may be and what it is made of, and says so in words, never with the value that
it refuses: that might be a secret.
"""

import re
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema

from shared.deployment.resource_id import LONGEST, ResourceId, pattern_of

_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
ADDRESS = rf"^{_OCTET}(\.{_OCTET}){{3}}$"
PREFIX = rf"^{_OCTET}(\.{_OCTET}){{3}}(/(3[0-2]|[12]?[0-9]))?$"
"""What JSON schemas say of a prefix: all but that no bit is set beyond its length."""


def _network(text: str) -> str:
    """A canonical IPv4 prefix; host bits set are a typing error, not a prefix."""
    try:
        if not re.fullmatch(PREFIX, text):  # a mask in place of a length, or /08
            raise ValueError
        return str(IPv4Network(text))
    except ValueError:  # its own text shows the value, and what a caller sent is not repeated
        raise ValueError(
            "should be an IPv4 prefix such as 10.1.0.0/16, with no bits set beyond its length"
        ) from None


def _address(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise ValueError("should be an IPv4 address such as 10.1.2.10") from None


def is_address(text: str) -> bool:
    """Whether a host name is really an IPv4 address."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _resource_id(arm_type: str) -> AfterValidator:
    namespace, *kinds = arm_type.split("/")
    shape = "/".join(f"{kind}/<name>" for kind in kinds)

    def check(text: str) -> str:
        try:
            right = ResourceId.parse(text).is_a(arm_type)
        except ValueError:
            right = False
        if not right:
            raise ValueError(
                f"should be the ARM id of a {arm_type}: /subscriptions/<id>/resourceGroups/<group>"
                f"/providers/{namespace}/{shape}"
            )
        return text

    return AfterValidator(check)


def _passed_through(value: object) -> object:
    if value == "terminate":
        raise ValueError(
            "no TLS of PostgreSQL can end at the gateway: clients ask for it inside their own "
            "protocol, and those that begin with TLS need ALPN, which Application Gateway does not "
            "offer for it; the server ends it, so leave this out"
        )
    return value


def _unused(value: object) -> None:
    if value is not None:
        raise ValueError("no TLS of PostgreSQL ends at the gateway, so leave this out")


def _text(pattern: str, longest: int) -> WithJsonSchema:
    """What a JSON schema says of a text that is read by more than a pattern."""
    return WithJsonSchema({"type": "string", "pattern": pattern, "maxLength": longest})


def _id(arm_type: str) -> WithJsonSchema:
    return _text(pattern_of(arm_type), LONGEST)


_SHORT = StringConstraints(max_length=18)  # 255.255.255.255/32
_LONG = StringConstraints(max_length=LONGEST)

_CIRCUIT = "Microsoft.Network/expressRouteCircuits"
_NETWORK = "Microsoft.Network/virtualNetworks"
_GATEWAY = "Microsoft.Network/virtualNetworkGateways"
_CONNECTION = "Microsoft.Network/connections"
_BASTION = "Microsoft.Network/bastionHosts"
_WORKSPACE = "Microsoft.OperationalInsights/workspaces"
_LINK = "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
_ZONE = "Microsoft.Network/privateDnsZones"
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"

Prefix = Annotated[str, _SHORT, AfterValidator(_network), _text(PREFIX, 18)]
Address = Annotated[str, _SHORT, AfterValidator(_address), _text(ADDRESS, 18)]
CircuitId = Annotated[str, _LONG, _resource_id(_CIRCUIT), _id(_CIRCUIT)]
ZoneId = Annotated[str, _LONG, _resource_id(_ZONE), _id(_ZONE)]
IdentityId = Annotated[str, _LONG, _resource_id(_IDENTITY), _id(_IDENTITY)]
NetworkId = Annotated[str, _LONG, _resource_id(_NETWORK), _id(_NETWORK)]
GatewayId = Annotated[str, _LONG, _resource_id(_GATEWAY), _id(_GATEWAY)]
ConnectionId = Annotated[str, _LONG, _resource_id(_CONNECTION), _id(_CONNECTION)]
BastionId = Annotated[str, _LONG, _resource_id(_BASTION), _id(_BASTION)]
WorkspaceId = Annotated[str, _LONG, _resource_id(_WORKSPACE), _id(_WORKSPACE)]
LinkId = Annotated[str, _LONG, _resource_id(_LINK), _id(_LINK)]
SecretUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/secrets/[A-Za-z0-9-]{1,127}(/[0-9a-f]+)?$",
        max_length=512,
    ),
]
Location = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{2,40}$")]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
HostName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
        r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
        max_length=253,
    ),
]
"""A host name, or an IPv4 address, which reads like one."""
PassedThrough = Annotated[Literal["passthrough"], BeforeValidator(_passed_through)]
Unused = Annotated[None, BeforeValidator(_unused)]
"""A field of older specs, accepted as long as it says nothing."""
Anything = Annotated[
    Any,
    WithJsonSchema(
        {"type": ["object", "array", "string", "number", "boolean", "null"], "items": {}}
    ),
]
"""Any JSON, said in a way that tools for schemas take."""
Size = Annotated[str, StringConstraints(pattern=r"^Standard_[A-Za-z0-9_]{1,60}$")]
