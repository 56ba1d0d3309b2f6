"""Who calls, and what they may do: the principal that the platform has signed in, a key, or nobody.

App Service puts the principal into a header, and takes away one that a caller sent, only while its
authentication is on; otherwise the header is what anybody may write, and is not read. Where keys
guard the app, a caller is known by the digest of the key; where nothing does, as on a laptop, every
caller is `local`. Roles are those of the app's Entra registration; key and local have all of them.

https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Literal, TypedDict, get_args

import azure.functions as func

from shared.deployment.messages import Json
from shared.settings import Settings, settings

Role = Literal["Reader", "Deployer", "Approver", "Operator"]
ALL: tuple[Role, ...] = get_args(Role)
LONGEST = 256  # characters of a name that is kept

# App Service calls some claims by other names than the token does, and says of a role type that no
# claim need have: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
_SOAP, _MICROSOFT = "http://schemas.xmlsoap.org/ws/2005/05", "http://schemas.microsoft.com"
_OBJECT_ID = (f"{_MICROSOFT}/identity/claims/objectidentifier", "oid")
_CLIENT = ("appid", "azp")
_ROLES = ("roles", f"{_MICROSOFT}/ws/2008/06/identity/claims/role")
_NAMES = ("preferred_username", f"{_SOAP}/identity/claims/upn", "name")
_NAMES_BY_URI = (f"{_SOAP}/identity/claims/emailaddress", f"{_SOAP}/identity/claims/name")
# Of whoever is in more groups than a token holds: then it names none.
# https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
_OVERAGE = ("hasgroups", "_claim_names")


class Actor(TypedDict):
    """Who asked for something, as it is kept."""

    name: str
    objectId: str
    client: str


class Caller(TypedDict):
    """Who calls, with what they may do."""

    actor: Actor
    roles: list[str]
    groups: list[str] | None  # of Entra; None: too many for a token


class RoleMissing(Exception):
    """The caller may not do this; the text says what is missing."""


def caller_of(req: func.HttpRequest) -> Caller:
    """Who calls."""
    chosen = settings()
    if chosen.signed_in:
        return _principal(req.headers.get("x-ms-client-principal", ""))
    key = req.headers.get("x-functions-key") or req.params.get("code")
    name = _key_name(key, chosen) if key else "local"
    return Caller(actor=Actor(name=name, objectId="", client=""), roles=[*ALL], groups=[])


def require(caller: Caller, roles: Collection[Role]) -> None:
    """Refuse a caller who has none of these roles.

    Raises:
        RoleMissing: naming them.
    """
    if not set(caller["roles"]) & set(roles):
        wanted = " or ".join(role for role in ALL if role in roles)
        has = ", ".join(caller["roles"]) or "none"
        raise RoleMissing(f"this takes the role {wanted}: {caller['actor']['name']} has {has}")


def require_scope(caller: Caller, specs: Iterable[Json]) -> None:
    """Refuse a caller whose Entra groups have their roles for other resource groups only.

    Args:
        caller: who calls.
        specs: what is changed, as it is and as it is to be.

    Raises:
        RoleMissing: naming the resource group.
    """
    scopes = settings().role_scopes
    if scopes and caller["groups"] is None:
        who = caller["actor"]["name"]
        raise RoleMissing(f"{who} is in more groups than a token names: no scope holds")
    limits = [pattern for each in caller["groups"] or [] for pattern in scopes.get(each, [])]
    for group in {spec.get("resourceGroup") or f"rg-{spec['name']}" for spec in specs if limits}:
        if not any(fnmatchcase(group.casefold(), pattern.casefold()) for pattern in limits):
            who, where = caller["actor"]["name"], ", ".join(sorted(set(limits)))
            raise RoleMissing(f"{who} has roles for the resource groups {where}, not for {group}")


def require_other(caller: Caller, requester: Json | None) -> None:
    """Refuse an approval by whoever asked for the plan, unless a setting lets them.

    Raises:
        RoleMissing: they are the same.
    """
    chosen = settings()
    same = requester and requester.get("objectId") == caller["actor"]["objectId"]
    if chosen.signed_in and not chosen.own_plans and same:
        raise RoleMissing("who asked for a plan does not approve it: let somebody else decide")


def _principal(header: str) -> Caller:
    """The signed-in principal; one that cannot be read has no role."""
    try:
        principal: Json = json.loads(base64.b64decode(header, validate=True))
        claims = [(str(claim["typ"]), str(claim["val"])) for claim in principal["claims"]]
    except (binascii.Error, ValueError, KeyError, TypeError):
        principal, claims = {}, []

    def values(*kinds: str) -> list[str]:
        """The values of claims of these kinds, in the order of the kinds."""
        return [value[:LONGEST] for each in kinds for kind, value in claims if kind == each]

    object_id = next(iter(values(*_OBJECT_ID)), "")
    client = next(iter(values(*_CLIENT)), "")
    names = values(str(principal.get("name_typ")), *_NAMES, *_NAMES_BY_URI)
    name = next(iter(names), object_id or client or "nobody")
    return Caller(
        actor=Actor(name=name, objectId=object_id, client=client),
        roles=values(*dict.fromkeys([str(principal.get("role_typ")), *_ROLES])),
        groups=None if values(*_OVERAGE) else values("groups"),
    )


def _key_name(key: str, chosen: Settings) -> str:
    """What a key is called: by its digest, or as a setting names that."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    names: Mapping[str, str] = chosen.key_names
    return names.get(digest, f"key:{digest}")
