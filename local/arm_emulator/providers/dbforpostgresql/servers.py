"""PostgreSQL flexible servers."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any, ClassVar

from local.arm_emulator.providers.dbforpostgresql.backups import (
    LONG_TERM_SECONDS,
    check_long_term,
    start_long_term,
)
from local.arm_emulator.providers.dbforpostgresql.base import SERVER, PostgresqlType
from local.arm_emulator.providers.dbforpostgresql.capabilities import check_cores
from local.arm_emulator.providers.dbforpostgresql.children import replicas_of
from local.arm_emulator.providers.dbforpostgresql.encryption import (
    check_encryption,
    encryption_refusal,
)
from local.arm_emulator.providers.dbforpostgresql.offer import (
    BOUNDS,
    check_availability,
    check_failover,
    check_size,
    check_version,
    size_refusal,
    standby_refusal,
)
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.providers.dbforpostgresql.rules import (
    check_account,
    check_authentication,
    check_fixed,
    check_network,
    check_offer,
    check_promotion,
    check_source,
    check_subnet,
    zone_refusal,
)
from local.arm_emulator.providers.dbforpostgresql.shown import fill_server
from local.arm_emulator.providers.dbforpostgresql.storage import check_storage
from local.arm_emulator.providers.network.virtual_networks.association_links import VIA
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.bounds import Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.locations import LOCATIONS, canonical
from local.arm_emulator.wire.messages import ArmError, Json, clone

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])")
# https://github.com/hashicorp/terraform-provider-azurerm/issues/24549
ZONE_REFUSED_SECONDS = 60.0


class FlexibleServers(PostgresqlType):
    """Servers."""

    type = SERVER
    model = "Server"
    timing = Timing(8 * 60, 2 * 60, 3 * 60)
    zonal = True
    delete_retry_after = (15,)
    operation_names: ClassVar[Mapping[str, str]] = {  # recorded, azure-cli, rdbms
        "update": "UpsertServerManagementOperationV2",
        "delete": "DropServerManagementOperation",
        "restart": "RestartServerManagementOperation",
        "start": "StartServerManagementOperation",
        "stop": "StopServerManagementOperation",
        "startLtrBackup": "LongTermRetentionBackupManagementOperation",
    }
    bounds = BOUNDS
    secrets = ("administratorLoginPassword",)
    actions_not_emulated = ("migrateStorage", "migrateNetwork", "precheckVersionUpgrade")
    actions: ClassVar[Mapping[str, float]] = {
        "restart": 90.0,
        "start": 120.0,
        "stop": 60.0,
        "ltrPreBackup": 0,
        "startLtrBackup": LONG_TERM_SECONDS,
    }
    action_models: ClassVar[Mapping[str, str]] = {
        "restart": "RestartParameter",
        "ltrPreBackup": "LtrPreBackupRequest",
        "startLtrBackup": "BackupsLongTermRetentionRequest",
    }
    unchecked = ("sourceServerResourceId",)

    def accept(self, sent: Any) -> Any:
        """The storage type '' is what a GET shows for Premium_LRS; taken back, we believe. [K]."""
        properties = sent.get("properties") if isinstance(sent, dict) else None
        storage = properties.get("storage") if isinstance(properties, dict) else None
        if not isinstance(storage, dict) or storage.get("type") != "":
            return sent
        sent = clone(sent)
        del sent["properties"]["storage"]["type"]
        return sent

    def partial(self, sent: Any) -> Json:
        """As of a PUT, the storage type '' is taken back."""
        return super().partial(self.accept(sent))

    def seconds(self, change: Change, kind: str) -> float:
        """High availability adds a standby; a zone that will not do is found out soon."""
        if self.doom(change) is not None:
            return ZONE_REFUSED_SECONDS
        mode = (change.properties.get("highAvailability") or {}).get("mode", "Disabled")
        more = 8 * 60 if kind == "create" and mode != "Disabled" else 0
        return super().seconds(change, kind) + more

    def check(self, change: Change) -> None:
        """A free name, a place in a network, and nothing immutable changed."""
        check_source(change)
        check_promotion(change)
        network = change.properties.get("network") or {}
        subnet = network.get("delegatedSubnetResourceId")
        if change.creates:
            self._check_name(change)
            check_offer(change)
            if subnet:
                check_subnet(self.world, subnet)
        check_account(change)
        check_authentication(change)
        check_encryption(change)
        check_network(change)
        for check in (check_size, check_version, check_storage, check_availability):
            check(change)
        check_fixed(change)

    def out_of_bounds(self, bound: Bound, at: str, value: Any) -> ArmError:
        """In the service's words: recorded in azure-cli, rdbms, of other parameters."""
        return invalid(at, value, f"It may be {bound}.")

    def check_quota(self, change: Change) -> None:
        """So many vCores per family."""
        check_cores(change)

    def doom(self, change: Change) -> ArmError | None:
        """The zone is looked at only while the server is made, the size while it is updated."""
        if change.creates:
            return zone_refusal(change) or encryption_refusal(change)
        return size_refusal(change) or standby_refusal(change) or encryption_refusal(change)

    def check_delete(self, resource: Resource, now: datetime) -> None:
        """Its replicas must go first; whoever else names the server does not keep it."""
        replicas = replicas_of(self.world, resource)
        if replicas:
            message = f"The server has replicas, such as {replicas[0].id}: delete them first."
            raise ArmError(409, self.world.settings.server_with_replicas_code, message)

    def fill(self, change: Change) -> None:
        """What every server shows."""
        fill_server(change)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The server is ready, and has written its own record into the zone."""
        super().written(resource, operation, now)
        resource.properties["state"] = "Ready"
        if resource.properties["replicationRole"] == "Primary":
            self._lead(resource)
        if operation is not None and operation.kind == "create":
            self._write_record(resource, now)
            self._add_endpoint(resource)

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """Restart, start, stop; a backup for long."""
        self.refuse_busy(resource, call.time)
        if action != "start":
            self.refuse_stopped(resource)
        if action == "ltrPreBackup":
            return check_long_term(resource, sent)
        if action == "startLtrBackup":
            return start_long_term(resource, sent, call.time)
        if action == "restart":
            check_failover(resource, sent)
        resource.properties["state"] = {"restart": "Restarting", "start": "Starting"}.get(
            action, "Stopping"
        )
        return None

    def acted(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """Pending parameters take effect."""
        if operation.kind == "startLtrBackup":
            return
        resource.properties["state"] = "Stopped" if operation.kind == "stop" else "Ready"
        for child in self.world.store.children(resource.key):
            if child.id.type.lower().endswith("/configurations"):
                child.properties["isConfigPendingRestart"] = False
                self.world.store.put(child)
        super().written(resource, operation, now)
        self.world.store.put(resource)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """No provisioningState; the state tells."""
        state = body["properties"].pop("provisioningState", "Succeeded")
        if state in ("Updating", "Deleting") and body["properties"]["state"] == "Ready":
            body["properties"]["state"] = "Updating" if state == "Updating" else "Dropping"

    def deleted(self, resource: Resource, now: datetime) -> None:
        """The link on the subnet outlives the server; its record goes."""
        settings = self.world.settings
        subnet = (resource.properties.get("network") or {}).get("delegatedSubnetResourceId")
        if subnet:
            until = now + timedelta(seconds=settings.service_association_link_seconds)
            link = f"{resource.id}/{VIA}"
            self.world.store.linger(Reference(resource.key, link, VIA, subnet.lower()), until)
        record = resource.notes.get("record")
        if record:
            self.world.store.remove(record)

    def _check_name(self, change: Change) -> None:
        if not NAME.fullmatch(change.id.name):
            message = "A server's name is 3-63 lower-case letters, digits and '-', inside only."
            raise ArmError(400, self.world.settings.server_name_code, message)
        for subscription in self.world.subscriptions:
            for other in self.world.store.of_type(subscription, self.type):
                if other.id.name.lower() == change.id.name.lower():
                    message = f"Specified server name '{change.id.name}' is already used."
                    # https://github.com/Azure/azure-service-operator/issues/2428
                    raise ArmError(409, "ServerNameAlreadyExists", message)

    def _lead(self, resource: Resource) -> None:
        """A promoted replica leaves its primary, which follows it where they change places."""
        source = self.world.store.get(
            str(resource.properties.pop("sourceServerResourceId", "")).lower()
        )
        mode = resource.properties["replica"].pop("promoteMode", "")
        resource.properties["replica"].pop("promoteOption", None)
        if source is not None and str(mode).lower() == "switchover":
            follower = {"role": "AsyncReplica", "capacity": 0}
            source.properties.update(
                {
                    "replicationRole": "AsyncReplica",
                    "replicaCapacity": 0,
                    "replica": follower,
                    "sourceServerResourceId": str(resource.id),
                    "highAvailability": {"mode": "Disabled", "state": "NotEnabled"},
                }
            )
            self.world.store.put(source)

    def _write_record(self, resource: Resource, now: datetime) -> None:
        network = resource.properties.get("network") or {}
        zone_id = network.get("privateDnsZoneArmResourceId")
        zone = self.world.store.get(str(zone_id).lower()) if zone_id else None
        if zone is None:
            return
        label = self.guid(resource.key, "record").replace("-", "")[:12]
        id_ = zone.id.child("A", label)
        subnet = self.world.store.find(network.get("delegatedSubnetResourceId", ""))
        users = len(self.world.store.references_to(network["delegatedSubnetResourceId"]))
        properties = subnet["properties"] if subnet else {"addressPrefix": "10.1.3.0/24"}
        prefix = properties.get("addressPrefix") or properties["addressPrefixes"][0]
        address = str(ip_network(prefix).network_address + 3 + max(users, 1))
        body = {
            "properties": {
                "ttl": 30,
                "fqdn": f"{label}.{zone.id.name}.",
                "isAutoRegistered": False,
                "aRecords": [{"ipv4Address": address}],
            }
        }
        record = Resource(id_, body, now, now)
        type_ = self.peers.get(id_.type.lower())
        if type_ is not None:
            type_.dress(record)
        self.world.store.put(record)
        resource.notes |= {"record": id_.key, "address": address}

    def _add_endpoint(self, resource: Resource) -> None:
        """The service sees to it that its subnet has an endpoint for storage."""
        network = resource.properties.get("network") or {}
        subnet = self.world.store.find(str(network.get("delegatedSubnetResourceId", "")))
        if subnet is None or not self.world.settings.inject_storage_endpoint:
            return
        endpoints = subnet["properties"].setdefault("serviceEndpoints", [])
        if not any(each["service"] == "Microsoft.Storage" for each in endpoints):
            region = canonical(resource.body["location"])
            pair = LOCATIONS[region].pair
            endpoint = {"service": "Microsoft.Storage", "locations": [region, pair]}
            endpoints.append(endpoint | {"provisioningState": "Succeeded"})
