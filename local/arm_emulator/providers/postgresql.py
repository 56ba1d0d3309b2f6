"""PostgreSQL flexible servers with their parameters, administrators, databases and endpoints."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from local.arm_emulator.calls import Call
from local.arm_emulator.families import POSTGRESQL
from local.arm_emulator.locations import display_name
from local.arm_emulator.messages import ArmError, Json, Response
from local.arm_emulator.names import ANY_NAME, NameRule
from local.arm_emulator.operations import Operation
from local.arm_emulator.providers.postgresql_parameters import PARAMETERS
from local.arm_emulator.references import Reference
from local.arm_emulator.resource_ids import ResourceId
from local.arm_emulator.resource_type import Change, ResourceType, Timing
from local.arm_emulator.router import Route
from local.arm_emulator.store import Resource

if TYPE_CHECKING:
    from local.arm_emulator.cloud import Cloud

API_VERSIONS = ("2026-10-01", "2026-01-01-preview", "2025-08-01", "2024-08-01", "2022-12-01")
NAMESPACE = "Microsoft.DBforPostgreSQL"
SERVER = f"{NAMESPACE}/flexibleServers"
DELEGATION = SERVER


class PostgresqlType(ResourceType):
    """What the types of PostgreSQL share: every write is a 202, one at a time per server."""

    api_versions = API_VERSIONS
    sdk = "postgresql"
    family = POSTGRESQL
    dressed = False
    retry_after = (60,)
    synchronous_patch = False
    name_rule = ANY_NAME

    def server_of(self, id_: ResourceId) -> Resource | None:
        """The server that a resource is, or belongs to."""
        while id_.parent is not None:
            id_ = id_.parent
        return self.cloud.store.get(id_.key)

    def takes(self, change: Change) -> tuple[str, ...]:
        """The server's lock; refused with the service's own code, also a while after success."""
        server = self.server_of(change.id)
        if server is not None:
            self.refuse_busy(server, change.now)
        return ()

    def holds(self, change: Change) -> dict[str, str]:
        """The server."""
        return {f"server:{'/'.join(change.id.key.split('/')[:9])}": "ServerIsBusy"}

    def refuse_busy(self, server: Resource, now: datetime) -> None:
        """Raise while another operation on the server runs, or has just succeeded."""
        held = self.cloud.operations.held(f"server:{server.key}")
        until = server.notes.get("busyUntil")
        if held or (until is not None and now < datetime.fromisoformat(until)):
            raise self._busy(server)

    def busy_error(self, running: Operation) -> ArmError:
        """The service's own code."""
        server = self.cloud.store.get(running.key)
        assert server is not None  # noqa: S101 - it has a running operation
        return self._busy(server)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The server stays busy for a while."""
        server = self.server_of(resource.id)
        if server is not None:
            quiet = timedelta(seconds=self.cloud.settings.postgresql_busy_after_seconds)
            server.notes["busyUntil"] = (now + quiet).isoformat()

    def _busy(self, server: Resource) -> ArmError:
        message = (
            f"Cannot complete operation while server '{server.id.name}' is busy processing "
            "another operation. Try again later."
        )
        return ArmError(409, "ServerIsBusy", message)


class FlexibleServers(PostgresqlType):
    """Servers."""

    type = SERVER
    model = "Server"
    timing = Timing(8 * 60, 2 * 60, 3 * 60)
    secrets = ("administratorLoginPassword",)
    actions: ClassVar[Mapping[str, float]] = {"restart": 90.0, "start": 120.0, "stop": 60.0}
    unchecked = ("sourceServerResourceId",)
    name_rule = NameRule(
        r"[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])",
        "A server's name is 3-63 lower-case letters, digits and '-', not first or last.",
        code="InvalidServerName",
    )

    def seconds(self, change: Change, kind: str) -> float:
        """High availability adds a standby."""
        mode = (change.properties.get("highAvailability") or {}).get("mode", "Disabled")
        more = 8 * 60 if kind == "create" and mode != "Disabled" else 0
        return super().seconds(change, kind) + more

    def check(self, change: Change) -> None:
        """A free name, a delegated subnet, and nothing immutable changed."""
        if change.creates:
            self._check_name(change)
        network = change.properties.get("network") or {}
        subnet = network.get("delegatedSubnetResourceId")
        if subnet and change.creates:
            self._check_subnet(subnet)
        zone = str(network.get("privateDnsZoneArmResourceId", ""))
        if zone.rpartition("/")[2].lower() == f"{change.id.name}.postgres.database.azure.com":
            code = self.cloud.settings.zone_named_as_server_code
            message = f"The private DNS zone may not be named {change.id.name} as the server is."
            raise ArmError(400, code, message)
        had = change.before("properties", "storage", "storageSizeGB")
        wants = (change.properties.get("storage") or {}).get("storageSizeGB")
        if had is not None and wants is not None and wants < had:
            message = f"Storage cannot shrink from {had} to {wants} GB."
            raise ArmError(400, "InvalidParameterValue", message)

    def fill(self, change: Change) -> None:
        """Defaults as recorded in November 2025."""
        body, properties = change.body, change.properties
        before: Json = (change.prior.body if change.prior else {}).get("properties", {})
        body["location"] = display_name(body["location"])
        properties.pop("createMode", None)
        storage = properties.setdefault("storage", {})
        storage |= {"type": "", "iops": 500, "tier": "P10"}
        storage.setdefault("storageSizeGB", 128)
        storage.setdefault("autoGrow", "Disabled")
        properties.setdefault("version", "17")
        properties.setdefault("dataEncryption", {"type": "SystemManaged"})
        properties.setdefault(
            "authConfig", {"activeDirectoryAuth": "Disabled", "passwordAuth": "Enabled"}
        )
        backup = properties.setdefault("backup", {})
        backup.setdefault("backupRetentionDays", 7)
        backup.setdefault("geoRedundantBackup", "Disabled")
        backup["earliestRestoreDate"] = change.now.isoformat()
        availability = properties.setdefault("highAvailability", {"mode": "Disabled"})
        on = availability.get("mode", "Disabled") != "Disabled"
        availability["state"] = "Healthy" if on else "NotEnabled"
        name = change.id.name
        properties |= {
            "fullyQualifiedDomainName": f"{name}.postgres.database.azure.com",
            "minorVersion": "6",
            "state": before.get("state", "Provisioning"),
            "replicationRole": "Primary",
            "replicaCapacity": 5,
            "replica": {"role": "Primary", "capacity": 5},
            "privateEndpointConnections": [],
        }
        properties.setdefault("availabilityZone", "1")
        properties.setdefault(
            "maintenanceWindow",
            {"customWindow": "Disabled", "dayOfWeek": 0, "startHour": 0, "startMinute": 0},
        )
        properties.setdefault("network", {}).setdefault("publicNetworkAccess", "Enabled")
        if properties["network"].get("delegatedSubnetResourceId"):
            properties["network"]["publicNetworkAccess"] = "Disabled"
        body.setdefault("systemData", {"createdAt": change.now.isoformat()})

    def patch(self, change: Change, sent: Json) -> None:
        """A merge of what is sent."""
        _merge(change.body, sent)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The server is ready, and has written its own record into the zone."""
        super().written(resource, operation, now)
        resource.properties["state"] = "Ready"
        if operation is not None and operation.kind == "create":
            self._write_record(resource, now)
            self._mark_subnet(resource, "add")

    def act(self, resource: Resource, action: str, sent: Any, call: Call) -> Any:
        """Restart, start, stop."""
        self.refuse_busy(resource, call.time)
        resource.properties["state"] = {"restart": "Restarting", "start": "Starting"}.get(
            action, "Stopping"
        )
        return None

    def acted(self, resource: Resource, operation: Operation, now: datetime) -> None:
        """Pending parameters take effect."""
        resource.properties["state"] = "Stopped" if operation.kind == "stop" else "Ready"
        for child in self.cloud.store.children(resource.key):
            if child.id.type.lower().endswith("/configurations"):
                child.properties["isConfigPendingRestart"] = False
                self.cloud.store.put(child)
        super().written(resource, operation, now)
        self.cloud.store.put(resource)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """No provisioningState; the state tells."""
        state = body["properties"].pop("provisioningState", "Succeeded")
        if state in ("Updating", "Deleting") and body["properties"]["state"] == "Ready":
            body["properties"]["state"] = "Updating" if state == "Updating" else "Dropping"

    def deleted(self, resource: Resource, now: datetime) -> None:
        """The link on the subnet outlives the server; its record goes."""
        settings = self.cloud.settings
        subnet = (resource.properties.get("network") or {}).get("delegatedSubnetResourceId")
        if subnet:
            until = now + timedelta(seconds=settings.service_association_link_seconds)
            self.cloud.store.linger(
                Reference(
                    resource.key,
                    f"{subnet}/serviceAssociationLinks/AzureDatabaseforPostgreSQL",
                    "serviceAssociationLink",
                    subnet.lower(),
                ),
                until,
            )
        record = resource.notes.get("record")
        if record:
            self.cloud.store.remove(record)

    def _check_name(self, change: Change) -> None:
        for subscription in self.cloud.subscriptions:
            for other in self.cloud.store.of_type(subscription, self.type):
                if other.id.name.lower() == change.id.name.lower():
                    message = f"Specified server name '{change.id.name}' is already used."
                    raise ArmError(409, "ServerNameAlreadyExists", message)

    def _check_subnet(self, subnet_id: str) -> None:
        subnet = self.cloud.store.find(subnet_id)
        if subnet is None:
            return
        services = [
            delegation["properties"].get("serviceName", "").lower()
            for delegation in subnet["properties"].get("delegations") or []
        ]
        if DELEGATION.lower() not in services:
            code = self.cloud.settings.subnet_not_delegated_code
            message = f"The subnet {subnet_id} is not delegated to {DELEGATION}."
            raise ArmError(400, code, message)

    def _write_record(self, resource: Resource, now: datetime) -> None:
        network = resource.properties.get("network") or {}
        zone_id = network.get("privateDnsZoneArmResourceId")
        zone = self.cloud.store.get(str(zone_id).lower()) if zone_id else None
        if zone is None:
            return
        label = self.guid(resource.key, "record").replace("-", "")[:12]
        id_ = zone.id.child("A", label)
        subnet = self.cloud.store.find(network.get("delegatedSubnetResourceId", ""))
        prefix = subnet["properties"]["addressPrefix"] if subnet else "10.1.3.0/24"
        address = prefix.rsplit(".", 1)[0] + ".4"
        body = {
            "properties": {
                "ttl": 30,
                "fqdn": f"{label}.{zone.id.name}.",
                "isAutoRegistered": False,
                "aRecords": [{"ipv4Address": address}],
            }
        }
        record = Resource(id_, body, now, now)
        type_ = self.cloud.types.get(id_.type)
        if type_ is not None:
            type_.dress(record)
        self.cloud.store.put(record)
        resource.notes["record"] = id_.key

    def _mark_subnet(self, resource: Resource, change: str) -> None:
        """The service's link appears on the subnet; see show of the virtual network."""


class Configurations(PostgresqlType):
    """Server parameters; those that nobody has set show the system's default."""

    type = f"{SERVER}/configurations"
    declared_body: ClassVar[Mapping[str, Any]] = {"properties": {"value": str, "source": str}}
    implicit = True
    timing = Timing(20, 20, 1)
    location = "none"

    def check(self, change: Change) -> None:
        """The parameter exists and may be set."""
        name = change.id.name
        server = self.server_of(change.id)
        if server is None:
            raise self.cloud.parent_not_found(change.id)
        known = PARAMETERS.get(name)
        if known is None:
            message = f"The configuration '{name}' does not exist for server {server.id.name}."
            raise ArmError(404, "ConfigurationNotFound", message)
        if known.read_only:
            message = f"The configuration '{name}' is read-only."
            raise ArmError(400, "ConfigurationIsReadOnly", message)
        if not known.allows(str(change.properties.get("value", ""))):
            message = (
                f"The value '{change.properties.get('value')}' is not allowed for '{name}': "
                f"{known.allowed}."
            )
            raise ArmError(400, "InvalidParameterValue", message)

    def fill(self, change: Change) -> None:
        """What a parameter shows beside its value."""
        known = PARAMETERS[change.id.name]
        before = change.before("properties", "value") or known.default
        value = change.properties.get("value")
        change.body["properties"] = known.properties() | {
            "value": value,
            "source": change.properties.get("source") or "user-override",
            "isConfigPendingRestart": not known.dynamic and value != before,
        }

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Parameters have no state."""
        body["properties"].pop("provisioningState", None)


def get_configuration(
    cloud: "Cloud", call: Call, subscription: str, group: str, server: str, name: str
) -> Response:
    """One parameter."""
    found = _server(cloud, subscription, group, server)
    known = PARAMETERS.get(name)
    if known is None:
        message = f"The configuration '{name}' does not exist for server {server}."
        raise ArmError(404, "ConfigurationNotFound", message)
    return Response(200, _configuration(cloud, found, name))


def list_configurations(
    cloud: "Cloud", call: Call, subscription: str, group: str, server: str
) -> Response:
    """Every parameter, set or not, in one list."""
    found = _server(cloud, subscription, group, server)
    return Response(200, {"value": [_configuration(cloud, found, name) for name in PARAMETERS]})


def _server(cloud: "Cloud", subscription: str, group: str, server: str) -> Resource:
    cloud.require_group(subscription, group)
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    id_ = ResourceId(scope, NAMESPACE, ("flexibleServers",), (server,))
    found = cloud.store.get(id_.key)
    if found is None:
        raise cloud.not_found(id_)
    return found


def _configuration(cloud: "Cloud", server: Resource, name: str) -> Json:
    id_ = server.id.child("configurations", name)
    stored = cloud.store.get(id_.key)
    if stored is not None:
        return cloud.types.show(stored)
    body = {"id": str(id_), "name": name, "type": Configurations.type}
    return body | {"properties": PARAMETERS[name].properties()}


class ServerChild(PostgresqlType):
    """A child of a server that is written by its own requests."""

    location = "none"

    def check(self, change: Change) -> None:
        """The server exists."""
        if self.server_of(change.id) is None:
            raise self.cloud.parent_not_found(change.id)


class Administrators(ServerChild):
    """Entra administrators."""

    type = f"{SERVER}/administrators"
    model = "AdministratorMicrosoftEntraAdd"
    timing = Timing(60, 60, 60)


class Databases(ServerChild):
    """Databases."""

    type = f"{SERVER}/databases"
    model = "Database"
    timing = Timing(15, 15, 15)


class VirtualEndpoints(ServerChild):
    """Endpoints that follow the primary."""

    type = f"{SERVER}/virtualendpoints"
    model = "VirtualEndpoint"
    timing = Timing(60, 60, 60)


class ThreatProtection(ServerChild):
    """Advanced threat protection."""

    type = f"{SERVER}/advancedThreatProtectionSettings"
    model = "AdvancedThreatProtectionSettingsModel"
    timing = Timing(10, 10, 10)


def _merge(node: Json, sent: Json) -> None:
    for key, value in sent.items():
        if isinstance(value, dict) and isinstance(node.get(key), dict):
            _merge(node[key], value)
        elif value is not None:
            node[key] = value


TYPES = (
    FlexibleServers,
    Configurations,
    Administrators,
    Databases,
    VirtualEndpoints,
    ThreatProtection,
)
_SERVER_PATH = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    f"/providers/{NAMESPACE}/flexibleServers/{{server}}"
)
ROUTES = (
    Route("GET", _SERVER_PATH + "/configurations", list_configurations),
    Route("GET", _SERVER_PATH + "/configurations/{name}", get_configuration),
)
