"""What belongs to a PostgreSQL server: parameters, administrators, databases, endpoints."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any, ClassVar

from local.arm_emulator.providers.dbforpostgresql.base import (
    NAMESPACE,
    SERVER,
    PostgresqlType,
    require_server,
)
from local.arm_emulator.providers.dbforpostgresql.parameters import PARAMETERS
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.bounds import LEARN, Bound
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route

FIREWALL = f"{LEARN}azure/postgresql/flexible-server/concepts-firewall-rules"
OCTET = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
ADDRESS = rf"({OCTET}\.){{3}}{OCTET}"
# https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-servers


class Configurations(PostgresqlType):
    """Server parameters; those that nobody has set show the system's default."""

    type = f"{SERVER}/configurations"
    declared_body: ClassVar[Mapping[str, Any]] = {"properties": {"value": str, "source": str}}
    implicit = True
    deletable = False
    timing = Timing(20, 20, 1)
    retry_after = (10,)
    operation_names: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("create", "update"), "UpdateOrcasServerParameterManagementOperation"
    )
    location = "none"

    def check(self, change: Change) -> None:
        """The parameter exists and may be set."""
        name = change.id.name
        server = self.server_of(change.id)
        if server is None:
            raise self.world.parent_not_found(change.id)
        known = PARAMETERS.get(name)
        if known is None:
            message = f"The configuration '{name}' does not exist for server {server.id.name}."
            raise ArmError(404, self.world.settings.parameter_unknown_code, message)
        if known.read_only:
            message = f"The configuration '{name}' is read-only."
            raise ArmError(400, self.world.settings.parameter_read_only_code, message)
        if not known.allows(str(change.properties.get("value", ""))):
            message = (
                f"The value '{change.properties.get('value')}' is not allowed for '{name}': "
                f"{known.allowed}."
            )
            # https://learn.microsoft.com/azure/postgresql/server-parameters/concepts-server-parameters
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


def get_configuration(
    world: World, call: Call, subscription: str, group: str, server: str, name: str
) -> Response:
    """One parameter."""
    found = require_server(world, subscription, group, server)
    known = PARAMETERS.get(name)
    if known is None:
        message = f"The configuration '{name}' does not exist for server {server}."
        raise ArmError(404, world.settings.parameter_unknown_code, message)
    return Response(200, _configuration(world, found, name))


def list_configurations(
    world: World, call: Call, subscription: str, group: str, server: str
) -> Response:
    """Every parameter, set or not, in one list."""
    found = require_server(world, subscription, group, server)
    return Response(200, {"value": [_configuration(world, found, name) for name in PARAMETERS]})


def list_replicas(world: World, call: Call, subscription: str, group: str, server: str) -> Response:
    """The servers that replicate from one."""
    found = require_server(world, subscription, group, server)
    return Response(200, {"value": [world.show(r) for r in replicas_of(world, found)]})


def replicas_of(world: World, server: Resource) -> list[Resource]:
    """The read replicas of a server."""
    references = world.store.references_to(server.key)
    owners = [r.owner for r in references if r.via == "sourceServerResourceId"]
    return [each for each in map(world.store.get, owners) if each is not None]


def _configuration(world: World, server: Resource, name: str) -> Json:
    id_ = server.id.child("configurations", name)
    stored = world.store.get(id_.key)
    if stored is not None:
        return world.show(stored)
    body = {"id": str(id_), "name": name, "type": Configurations.type}
    return body | {"properties": PARAMETERS[name].properties()}


class ServerChild(PostgresqlType):
    """A child of a server that is written by its own requests."""

    location = "none"

    def check(self, change: Change) -> None:
        """The server exists."""
        if self.server_of(change.id) is None:
            raise self.world.parent_not_found(change.id)

    def not_found(self, target: ResourceId) -> ArmError:
        """The provider itself answers, so nothing tells of a gateway (recorded)."""
        refusal = self.world.not_found(target)
        refusal.headers.clear()
        return refusal


class Administrators(ServerChild):
    """Entra administrators."""

    def check(self, change: Change) -> None:
        """Only where the server lets Entra's users in.

        https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-configure-sign-in-azure-ad-authentication
        """
        super().check(change)
        server = self.server_of(change.id)
        auth = (server.properties.get("authConfig") or {}) if server is not None else {}
        if auth.get("activeDirectoryAuth", "Disabled") != "Enabled":
            message = f"Microsoft Entra authentication is not enabled on {change.id.names[0]}."
            raise ArmError(400, self.world.settings.entra_disabled_code, message)

    @property
    def shown_only(self) -> frozenset[str]:
        """Its address is shown beside the rest, too."""
        return super().shown_only | {"objectId"}

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """Addressed by the principal's id, and named after the principal.

        Recorded in azure-cli, test_postgresql_flexible_server_identity_aad_admin_mgmt.
        """
        super().show(resource, body, now)
        body["properties"]["objectId"] = resource.id.name
        body["name"] = body["properties"].get("principalName") or resource.id.name

    type = f"{SERVER}/administrators"
    model = "AdministratorMicrosoftEntraAdd"
    timing = Timing(60, 60, 60)
    operation_names: ClassVar[Mapping[str, str]] = {
        "create": "UpsertAadAuthPrincipalManagementOperation",
        "update": "UpsertAadAuthPrincipalManagementOperation",
        "delete": "DropAadAuthPrincipalManagementOperation",
    }


class FirewallRules(ServerChild):
    """Ranges of public addresses that a server lets in; one in a network has none of them."""

    type = f"{SERVER}/firewallRules"
    model = "FirewallRule"
    timing = Timing(20, 20, 20)
    bounds = (
        Bound("properties.startIpAddress", FIREWALL, pattern=ADDRESS),
        Bound("properties.endIpAddress", FIREWALL, pattern=ADDRESS),
    )
    bound_code = "InvalidParameterValue"
    operation_names: ClassVar[Mapping[str, str]] = {
        "create": "UpsertServerFirewallRulesManagementOperation",
        "update": "UpsertServerFirewallRulesManagementOperation",
        "delete": "DropServerFirewallRulesManagementOperation",
    }

    def check(self, change: Change) -> None:
        """A range goes up."""
        super().check(change)
        first, last = (
            ip_address(str(change.properties.get(name)))
            for name in ("startIpAddress", "endIpAddress")
        )
        if int(first) > int(last):
            message = f"The range {first} to {last} ends before it starts."
            # https://learn.microsoft.com/azure/postgresql/security/security-firewall-rules
            raise ArmError(400, "InvalidParameterValue", message, target="properties.endIpAddress")


class ThreatProtection(ServerChild):
    """Advanced threat protection: every server has it, switched off until somebody writes it."""

    type = f"{SERVER}/advancedThreatProtectionSettings"
    model = "AdvancedThreatProtectionSettingsModel"
    deletable = False
    timing = Timing(10, 10, 10)
    operation_names: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("create", "update"), "UpsertThreatProtectionStateOperation"
    )


def get_protection(
    world: World, call: Call, subscription: str, group: str, server: str, name: str
) -> Response:
    """The one setting of a server, written or not."""
    return Response(200, _protection(world, subscription, group, server, name))


def list_protection(
    world: World, call: Call, subscription: str, group: str, server: str
) -> Response:
    """The same, as a list."""
    return Response(200, {"value": [_protection(world, subscription, group, server, "Default")]})


def _protection(world: World, subscription: str, group: str, server: str, name: str) -> Json:
    id_ = require_server(world, subscription, group, server).id.child(
        ThreatProtection.type.rpartition("/")[2], name
    )
    stored = world.store.get(id_.key)
    if stored is not None:
        return world.show(stored)
    if name.lower() != "default":
        raise world.not_found(id_)
    body = {"id": str(id_), "name": id_.name, "type": ThreatProtection.type}
    return body | {"properties": {"state": "Disabled"}}


SERVER_PATH = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    f"/providers/{NAMESPACE}/flexibleServers/{{server}}"
)
ROUTES = (
    Route("GET", SERVER_PATH + "/configurations", list_configurations),
    Route("GET", SERVER_PATH + "/configurations/{name}", get_configuration),
    Route("GET", SERVER_PATH + "/replicas", list_replicas),
    Route("GET", SERVER_PATH + "/advancedThreatProtectionSettings", list_protection),
    Route("GET", SERVER_PATH + "/advancedThreatProtectionSettings/{name}", get_protection),
)
