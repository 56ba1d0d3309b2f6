"""What a PostgreSQL server asks of its surroundings before it is created."""

import re
from collections.abc import Iterable
from typing import Any

from local.arm_emulator.providers.dbforpostgresql.base import SERVER
from local.arm_emulator.providers.dbforpostgresql.offer import is_new
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.wire.locations import canonical
from local.arm_emulator.wire.messages import ArmError, Json, clone

DOMAIN = ".postgres.database.azure.com"
# https://learn.microsoft.com/azure/postgresql/flexible-server/quickstart-create-server
RESERVED_LOGINS = (
    "azure_superuser",
    "azure_pg_admin",
    "admin",
    "administrator",
    "root",
    "guest",
    "public",
)
# What a copy of a server is made from, beside its source; recorded in azure-cli, rdbms.
COPIES = {"pointintimerestore": ("pointInTimeUTC",), "georestore": (), "revivedropped": ()}
LOGIN = re.compile(r"[A-Za-z0-9_-]{1,63}")
CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")


def check_account(change: Change) -> None:
    """The login is not reserved; the password has 8 to 128 characters of three classes.

    https://learn.microsoft.com/azure/postgresql/flexible-server/quickstart-create-server
    """
    login = str(change.properties.get("administratorLogin") or "")
    if login.lower() in RESERVED_LOGINS or login.lower().startswith("pg_"):
        message = f"The administrator login '{login}' is reserved."
        raise ArmError(400, "InvalidParameterValue", message, target="administratorLogin")
    if login and not LOGIN.fullmatch(login):
        raise invalid("properties.administratorLogin", login)
    password = change.properties.get("administratorLoginPassword")
    auth = change.properties.get("authConfig") or {}
    if is_new(change) and str(auth.get("passwordAuth", "Enabled")) == "Enabled":
        for name, value in (
            ("administratorLogin", login),
            ("administratorLoginPassword", password),
        ):
            if not value:
                raise invalid(f"properties.{name}", None)
    if password is None:
        return
    classes = sum(1 for each in CLASSES if re.search(each, password))
    if not 8 <= len(password) <= 128 or classes < 3 or (login and login in password):
        message = "The administrator login password does not meet the complexity requirements."
        raise ArmError(400, change.world.settings.password_code, message)


def check_authentication(change: Change) -> None:
    """Somebody can log in, by a password or by Entra.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-azure-ad-authentication
    """
    auth = change.properties.get("authConfig") or {}
    ways = (auth.get("passwordAuth", "Enabled"), auth.get("activeDirectoryAuth", "Disabled"))
    if not any(str(each).lower() == "enabled" for each in ways):
        raise invalid("properties.authConfig.passwordAuth", auth.get("passwordAuth"))


def check_offer(change: Change) -> None:
    """The region is open to the subscription, and offers the version."""
    region = canonical(str(change.body.get("location", "")))
    settings = change.world.settings
    if region in settings.postgresql_restricted:
        message = (
            "Subscriptions are restricted from provisioning in this region. Please choose a "
            "different region."
        )
        # Seen in many reports, with the text of the documentation's page on capacity errors.
        raise ArmError(400, "LocationIsOfferRestricted", message)
    mode = (change.properties.get("highAvailability") or {}).get("mode")
    if mode == "ZoneRedundant" and region in settings.postgresql_without_ha:
        message = f"Zone-redundant high availability is not supported in {region}."
        raise ArmError(400, settings.standby_code, message)


def check_fixed(change: Change) -> None:
    """Login, subnet and geo-redundancy are chosen once (the SDK's facets: create only)."""
    for path in (
        ("administratorLogin",),
        ("network", "delegatedSubnetResourceId"),
        ("backup", "geoRedundantBackup"),
    ):
        before, wants = change.before("properties", *path), _at(change.properties, path)
        if before is not None and wants is not None and str(before).lower() != str(wants).lower():
            message = f"The {path[-1]} of a server cannot be changed."
            raise ArmError(400, "InvalidParameterValue", message, target=path[-1])


def _at(node: Any, path: Iterable[str]) -> Any:
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def check_subnet(world: World, subnet_id: str) -> None:
    """The subnet is delegated to the service; whether it exists is asked elsewhere."""
    subnet = world.store.find(subnet_id)
    if subnet is None:
        return
    services = [
        delegation["properties"].get("serviceName", "").lower()
        for delegation in subnet["properties"].get("delegations") or []
    ]
    if SERVER.lower() not in services:
        code = world.settings.subnet_not_delegated_code
        message = f"The subnet {subnet_id} is missing the required delegation {SERVER}."
        raise ArmError(400, code, message)


def check_network(change: Change) -> None:
    """A server in a network is not public, and has a zone; the codes were seen by many."""
    network = change.properties.get("network") or {}
    subnet = network.get("delegatedSubnetResourceId")
    zone = network.get("privateDnsZoneArmResourceId")
    if subnet and not zone:
        message = "The ARM id of the private DNS zone may not be empty for a server in a network."
        raise ArmError(400, "EmptyPrivateDnsZoneArmResourceId", message)
    if change.creates and subnet and network.get("publicNetworkAccess") == "Enabled":
        code = "ConflictingPublicNetworkAccessAndVirtualNetworkConfiguration"
        raise ArmError(400, code, "A server in a network cannot have public network access.")


def zone_refusal(change: Change) -> ArmError | None:
    """Why a zone cannot serve a server: it is named like the server, or not as documented.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private; found
    out only while the server is made: hashicorp/terraform-provider-azurerm, issue 24549.
    """
    network = change.properties.get("network") or {}
    name = str(network.get("privateDnsZoneArmResourceId") or "").rpartition("/")[2].lower()
    if not name or (name.endswith(DOMAIN) and name != f"{change.id.name}{DOMAIN}".lower()):
        return None
    message = (
        f"The name {name} of the private DNS zone is not valid: it must end with '{DOMAIN[1:]}' "
        "and may not be the server's own."
    )
    return ArmError(400, "PrivateDnsZoneNameNotValid", message)


def check_source(change: Change) -> None:
    """A replica has a ready primary, of which it takes login and storage; a copy has a source.

    https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas
    """
    mode = str(change.properties.get("createMode") or "").lower()
    if not change.creates or mode not in ("replica", *COPIES):
        return
    source_id = str(change.properties.get("sourceServerResourceId") or "")
    for name in ("sourceServerResourceId", *COPIES.get(mode, ())):
        if not change.properties.get(name):
            raise invalid(f"properties.{name}", None)
    if mode == "revivedropped":
        return
    source = change.world.store.get(source_id)
    if source is None:
        message = f"The source server '{source_id}' was not found."
        raise ArmError(404, "ResourceNotFound", message)
    if source.properties.get("state") != "Ready":
        message = f"The source server '{source.id.name}' is not ready."
        raise ArmError(409, "ServerIsNotReady", message)
    if mode != "replica":
        _inherit(change, source)
        return
    if (source.body.get("sku") or {}).get("tier") == "Burstable":
        message = "Read replicas are not supported in the Burstable tier."
        raise ArmError(400, "InvalidParameterValue", message)
    _inherit(change, source)


def _inherit(change: Change, source: Resource) -> None:
    """What is not said is as the source has it."""
    change.body.setdefault("sku", clone(source.body.get("sku") or {}))
    for name in ("administratorLogin", "version"):
        change.properties.setdefault(name, source.properties.get(name))
    size = (source.properties.get("storage") or {}).get("storageSizeGB", 128)
    change.properties.setdefault("storage", {}).setdefault("storageSizeGB", size)


def check_promotion(change: Change) -> None:
    """A replica is promoted by its own name: alone, or in turn with its primary.

    https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-read-replicas-promote
    """
    wanted = promotion(change)
    if wanted is None:
        return
    if change.before("properties", "replicationRole") != "AsyncReplica":
        raise invalid("properties.replica.role", wanted.get("role"), "It is no replica.")
    if str(wanted.get("promoteMode", "")).lower() != "switchover":
        return
    source = change.world.store.get(str(change.properties.get("sourceServerResourceId", "")))
    if source is None:
        raise invalid("properties.replica.promoteMode", "switchover", "Its primary is gone.")
    alike = source.body.get("sku") == change.body.get("sku") and (
        source.properties.get("storage") or {}
    ).get("storageSizeGB") == (change.properties.get("storage") or {}).get("storageSizeGB")
    endpoints = [
        child
        for child in change.world.store.children(source.key)
        if child.id.types[-1].lower() == "virtualendpoints"
    ]
    if not alike or not endpoints:
        message = "Both servers need the same size and storage, and a virtual endpoint."
        raise invalid("properties.replica.promoteMode", "switchover", message)


def promotion(change: Change) -> Json | None:
    """What a write says of a replica's new role; nothing where it says none."""
    found: Json = (change.sent.get("properties") or {}).get("replica") or {}
    role = str(found.get("role", "")).lower()
    same = role == str(change.before("properties", "replicationRole")).lower()
    return found if role in ("none", "primary", "independent") and not same else None
