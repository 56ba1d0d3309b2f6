"""The PostgreSQL flexible server, reachable through its delegated subnet only."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, get_args

from shared.deployment.changes.rules import Path, Rules
from shared.deployment.messages import Advice, Change, Json
from shared.deployment.sign_in import Encryption
from shared.deployment.specs.database import Postgres, Version
from shared.deployment.specs.secrets import Generated, secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.departures import Departure
from shared.resources.ids import Ids
from shared.resources.postgres_moves import SIZE, TIER, moved
from shared.resources.postgres_patch import patch
from shared.resources.postgres_sizes import tier
from shared.resources.postgres_storage import disk, disk_meters, with_own_tier
from shared.resources.prices import Meter, hourly
from shared.resources.private_dns import PrivateDnsLink, PrivateDnsZone
from shared.resources.sdk_calls import Answer, OperationGroup, Response, path_of, started
from shared.resources.settling import State
from shared.resources.timing import Timing, minutes
from shared.resources.virtual_network import DatabaseSubnet, HubVirtualNetwork

if TYPE_CHECKING:
    from shared.azure.clients import AzureClients

VERSIONS: tuple[str, ...] = get_args(Version)
VERSION = "properties.version"
SIGN_IN = "properties.administratorLoginPassword"
UPGRADE = "the server is down for minutes while its major version is upgraded, with no way back"
CROSSING = 4096  # GiB; up to there, and from there on, it grows online (Learn: Storage autogrow)
_VCORES = re.compile(r"Standard_([DE])(\d+)([a-z]*)_(v\d+)", re.IGNORECASE)
DEGRADED = {"stopped", "disabled", "inaccessible", "dropping"}  # the others pass by themselves


class PostgresServer(Resource):
    """Created by PUT, changed by PATCH, which carries nothing but what changes.

    What Azure moves by itself is no drift: storage that grew, the zones after a failover, the minor
    version. A new major version is installed in place, where the spec allows that.

    Departs from the recipe: zone and link exist before the server; the subnet is delegated; the
    password comes from Key Vault; storage grows by itself.
    """

    key = "postgres-server"
    arm_type = "Microsoft.DBforPostgreSQL/flexibleServers"
    named_by = "postgres.serverName"
    verbs = (*Resource.verbs, "restart/action", "start/action")
    depends_on: ClassVar[tuple[type[Resource], ...]] = (
        HubVirtualNetwork,
        DatabaseSubnet,
        PrivateDnsZone,
        PrivateDnsLink,
    )
    # create 5 min 6 s and 9 min 23 s observed, 60 min timeout (terraform-provider-azurerm)
    timing = Timing(create=minutes(8), delete=minutes(3), update=minutes(4), timeout=minutes(60))
    holds_data = True
    sign_in: ClassVar[str | None] = SIGN_IN
    generates: ClassVar[Generated | None] = "password"
    paths = Rules(
        (
            Path(at="properties.createMode", ignored=True),  # never returned
            Path(at="properties.administratorLogin", fixed=True),
            Path(at="properties.network", fixed=True),
            # Learn: Data encryption with customer-managed keys, only when a server is made
            Path(at="properties.dataEncryption", fixed=True),
            Path(at="identity.userAssignedIdentities", keys_fold=True, fixed=True),
            Path(at="properties.backup.geoRedundantBackup", fixed=True),
            # Learn: Premium SSD v2, chosen at creation
            Path(at="properties.storage.type", fixed=True),
            Path(at=SIZE, grows=True, field="postgres.storageGiB"),  # autogrow; it never shrinks
            # Learn: Major version upgrades, in place and without a way back
            Path(at=VERSION, order=VERSIONS, disturbs=UPGRADE, field="postgres.version"),
            # azure-cli asks before it does so: "in a way that requires a server restart"
            Path(at="sku", disturbs="the server restarts and cuts every session for a while"),
        )
    )

    def name(self, spec: DeploymentSpec) -> str:
        return spec.server_name

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        wanted = spec.postgres
        properties: Json = {
            "createMode": "Create",
            "version": wanted.version,
            "storage": disk(wanted),
            "backup": {
                "backupRetentionDays": wanted.backup_retention_days,
                "geoRedundantBackup": "Enabled" if wanted.geo_redundant_backup else "Disabled",
            },
            "network": {
                "publicNetworkAccess": "Disabled",
                "delegatedSubnetResourceId": ids[DatabaseSubnet],
                "privateDnsZoneArmResourceId": ids[PrivateDnsZone],
            },
            "highAvailability": {"mode": wanted.high_availability},
        }
        properties |= _sign_in(spec)
        sku = {"name": wanted.sku, "tier": tier(wanted.sku)}
        body: Json = {"location": spec.location, "sku": sku, "properties": properties}
        return body | _encryption(wanted.encryption, properties)

    def differences(self, desired: Json, observed: Json) -> list[Change]:
        """A server that is not well leaves out what it does not know; that is no change.

        What ARM keeps of it, such as its tags, is known at all times.
        """
        changes = super().differences(desired, observed)
        known = self.state(observed) != "failed"
        by_azure = set(moved(desired, observed))
        return [
            c
            for c in changes
            if (known or not _of_the_server(c) or c["before"] is not None)
            and not (c["path"] == TIER and TIER in by_azure)
        ]

    def succeeding(self, desired: Json, before: Json, observed: Json) -> Json:
        """A tier that is no longer declared gives way to that of the size."""
        body = super().succeeding(desired, before, observed)
        return with_own_tier(body, before, observed)

    def undeclared(self, desired: Json, baseline: Json, now: Json) -> list[Change]:
        """Without what Azure has moved itself."""
        by_azure = set(moved(baseline, now))
        found = super().undeclared(desired, baseline, now)
        return [change for change in found if change["path"] not in by_azure]

    def update_body(self, desired: Json, observed: Json, changes: Iterable[Change] = ()) -> Json:
        """Without the password, unless it is to change: setting it anew would be a change too."""
        body = super().update_body(desired, observed, changes)
        if not any(change["path"] == SIGN_IN for change in changes):
            body["properties"].pop("administratorLoginPassword", None)
        return body

    def refusals(
        self, spec: DeploymentSpec, changes: Iterable[Change], observed: Json
    ) -> Iterator[Advice]:
        for change in changes:
            if (
                change["path"] == VERSION
                and not self.fixed(change)
                and not spec.postgres.allow_major_upgrade
            ):
                yield Advice(
                    code="MajorUpgradeNotAllowed",
                    message=(
                        f"PostgreSQL {change['before']} would be upgraded to {change['after']} in "
                        "place: the server is down for minutes, extensions have to support it, and "
                        "there is no way back; set postgres.allowMajorUpgrade to true to do it, or "
                        f"keep version {change['before']}"
                    ),
                    target=self.key,
                )

    def state(self, observed: Json) -> State:
        state = _state(observed)
        if state == "ready":
            return "succeeded"
        return "failed" if state in DEGRADED else "inProgress"

    def health(self, observed: Json) -> Iterable[Change]:
        if (state := _state(observed)) in DEGRADED:
            yield Change(path="properties.state", before=state.capitalize(), after="Ready")

    def meters(self, body: Json) -> Iterable[Meter]:
        """Compute and storage, both twice where a standby runs, and the second copy of backups.

        Backups up to the size of the storage are free, and a copy in the paired region counts like
        the first (Learn: Backup and restore, backup storage cost): it is counted as full. A stopped
        server is counted as running, since Azure starts it again after seven days.
        """
        properties = body["properties"]
        size, storage = body["sku"]["name"], properties["storage"]["storageSizeGB"]
        standby = (properties.get("highAvailability") or {}).get("mode", "Disabled") != "Disabled"
        servers = 2 if standby else 1
        if found := _VCORES.fullmatch(size):
            family, vcores, letters, version = found.groups()
            yield hourly(f"{family}{letters}{version} vCore", servers * int(vcores))
        else:
            yield hourly(f"{size.removeprefix('Standard_')} server", servers)
        yield from disk_meters(properties["storage"], servers)
        if (properties.get("backup") or {}).get("geoRedundantBackup") == "Enabled":
            yield Meter("PostgreSQL backup", storage)

    def disturbance(self, change: Change, observed: Json) -> str | None:
        if change["path"] == SIZE and (change["before"] or 0) <= CROSSING <= change["after"]:
            return f"storage does not grow across {CROSSING} GiB while sessions go on"
        return super().disturbance(change, observed)

    def operation_group(self, clients: "AzureClients") -> OperationGroup:
        return clients.postgres.servers

    def put(
        self, clients: "AzureClients", resource_id: str, body: Json, observed: Json | None
    ) -> Response:
        """Create it, or change what may be changed."""
        servers, address = clients.postgres.servers, path_of(resource_id)
        if observed is None:
            return started(servers.begin_create_or_update, *address, body)
        changes = patch(body, observed)
        if password := body["properties"].get("administratorLoginPassword"):
            changes.setdefault("properties", {})["administratorLoginPassword"] = password
        if not changes:
            return Answer(200, observed)
        return started(servers.begin_update, *address, changes)

    def begin_start(
        self, clients: "AzureClients", resource_id: str, observed: Json
    ) -> Response | None:
        if _state(observed) != "stopped":
            return None
        return started(clients.postgres.servers.begin_start, *path_of(resource_id))

    def departures(self, spec: DeploymentSpec) -> Iterable[Departure]:
        yield Departure(
            "step 2",
            "PasswordFromKeyVault",
            "a password on the command line stays in the shell history and in logs; here it is "
            "read from Key Vault, or generated into it, at the moment of the request",
        )
        if spec.postgres.high_availability == "Disabled":
            yield Departure(
                "step 2",
                "NoHighAvailability",
                "a single server in one zone, as in the recipe: an outage of the zone is an outage "
                "of the database; postgres.highAvailability ZoneRedundant costs twice the server",
            )
        if spec.postgres.sku.casefold().endswith("s_v3"):
            yield Departure(
                "step 2",
                "PreviousGenerationSku",
                f"{spec.postgres.sku} is of the previous generation and not offered everywhere; "
                "Standard_D2ds_v5 is the same size of the current one",
            )
        elif spec.postgres.sku == Postgres().sku:
            yield Departure(
                "step 2",
                "CurrentGenerationSku",
                f"{spec.postgres.sku} in place of Standard_D2s_v3, which is of the previous "
                "generation and not offered everywhere",
            )


def admin_password(spec: DeploymentSpec) -> Json:
    """The reference to the administrator's password; made in our own vault where none is given."""
    if spec.postgres.admin_password is not None:
        return secret(spec.password_secret)
    return secret(spec.password_secret, generate="password")


def _sign_in(spec: DeploymentSpec) -> Json:
    """Who may sign in; where nobody does by password, there is no such administrator."""
    login: Json = {}
    if spec.by_password:
        login["administratorLogin"] = spec.postgres.admin_login
        login["administratorLoginPassword"] = admin_password(spec)
    if entra := spec.postgres.entra:
        login["authConfig"] = {
            "activeDirectoryAuth": "Enabled",
            "passwordAuth": "Enabled" if spec.by_password else "Disabled",
            "tenantId": entra.tenant_id,
        }
    return login


def _encryption(wanted: Encryption | None, properties: Json) -> Json:
    """The identities that read the customer's keys; the keys go into the properties."""
    if wanted is None:
        return {}
    keys = {
        "type": "AzureKeyVault",
        "primaryKeyURI": wanted.key_url,
        "primaryUserAssignedIdentityId": wanted.identity_id,
    }
    identities: Json = {wanted.identity_id: {}}
    if wanted.geo_key_url and wanted.geo_identity_id:
        keys["geoBackupKeyURI"] = wanted.geo_key_url
        keys["geoBackupUserAssignedIdentityId"] = wanted.geo_identity_id
        identities[wanted.geo_identity_id] = {}
    properties["dataEncryption"] = keys
    return {"identity": {"type": "UserAssigned", "userAssignedIdentities": identities}}


def _state(observed: Json) -> str:
    return str((observed.get("properties") or {}).get("state", "")).casefold()


def _of_the_server(change: Change) -> bool:
    """Whether the server itself says so, and not ARM."""
    return change["path"].startswith("properties.")
