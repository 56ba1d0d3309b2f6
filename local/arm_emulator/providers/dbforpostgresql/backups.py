"""Backups of a PostgreSQL server: those that are made by themselves, on demand, and for long.

As recorded in azure-cli, test_postgres_flexible_server_backups_mgmt and _ltr.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from local.arm_emulator.providers.dbforpostgresql.base import NAMESPACE, SERVER, require_server
from local.arm_emulator.providers.dbforpostgresql.children import ServerChild
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.router import Route

FIRST_AFTER = timedelta(minutes=6)  # until a new server has been backed up by itself (recorded)
LONG_TERM = timedelta(minutes=8)
LONG_TERM_SECONDS = LONG_TERM.total_seconds()
CONTAINER = re.compile(r"https://[a-z0-9]{3,24}\.blob\.core\.windows\.net/[a-z0-9-]+\?\S+")
KEPT = "longTermBackups"  # in the notes of a server: their operations by name


class Backups(ServerChild):
    """Backups that somebody asked for; they are made of a name alone."""

    type = f"{SERVER}/backups"
    model = "BackupAutomaticAndOnDemand"
    timing = Timing(6 * 60, 6 * 60, 30)
    operation_names: ClassVar[Mapping[str, str]] = {
        "create": "SnapshotManagementOperation",
        "update": "SnapshotManagementOperation",
        "delete": "DropSnapshotManagementOperation",
    }

    def accept(self, sent: Any) -> Any:
        """Nothing has to be sent."""
        return {} if sent is None else sent

    def fill(self, change: Change) -> None:
        """When and why it was made."""
        change.body["properties"] = {
            "backupType": "Customer On-Demand",
            "source": "Customer Initiated",
            "completedTime": change.before("properties", "completedTime") or change.now.isoformat(),
        }


def list_backups(world: World, call: Call, subscription: str, group: str, server: str) -> Response:
    """Every backup of a server, its own first."""
    found = require_server(world, subscription, group, server)
    return Response(200, {"value": _backups(world, found, call.time)})


def get_backup(
    world: World, call: Call, subscription: str, group: str, server: str, name: str
) -> Response:
    """One backup."""
    found = require_server(world, subscription, group, server)
    for each in _backups(world, found, call.time):
        if each["name"].lower() == name.lower():
            return Response(200, each)
    raise world.not_found(found.id.child("backups", name))


def _backups(world: World, server: Resource, now: datetime) -> list[Json]:
    """The first of those that a server makes by itself, and what was asked for."""
    asked = [world.show(each) for each in world.store.in_collection(f"{server.id}/backups")]
    made = server.created + FIRST_AFTER
    if now < made:
        return asked
    name = f"backup_{int(made.timestamp() * 10_000_000)}"
    properties = {"backupType": "Full", "source": "Automatic", "completedTime": made.isoformat()}
    id_ = str(server.id.child("backups", name))
    own: Json = {"properties": properties, "id": id_, "name": name, "type": Backups.type}
    return [own, *asked]


def check_long_term(server: Resource, sent: Json) -> Json:
    """What a container has to hold for a backup of that name; one for all that we emulate."""
    name = str((sent.get("backupSettings") or {}).get("backupName") or "")
    if not name:
        raise invalid("backupSettings.backupName", None)
    if server.properties.get("replicationRole") != "Primary":
        # https://learn.microsoft.com/azure/backup/backup-azure-database-postgresql-flex-support-matrix
        raise ArmError(400, "InvalidParameterValue", "A replica has no long-term backup.")
    return {"properties": {"numberOfContainers": 1}}


def start_long_term(server: Resource, sent: Json, now: datetime) -> Json:
    """What is told of a backup that goes to containers, by addresses that let it write there."""
    check_long_term(server, sent)
    targets = (sent.get("targetDetails") or {}).get("sasUriList") or []
    if not targets or not all(CONTAINER.fullmatch(str(each)) for each in targets):
        raise invalid("targetDetails.sasUriList", f"{len(targets)} of them")
    name = str(sent["backupSettings"]["backupName"])
    properties = {
        "backupName": name,
        "datasourceSizeInBytes": 47_668_094,
        "dataTransferredInBytes": 78_696,
        "backupMetadata": "",
        "startTime": now.isoformat(),
        "endTime": (now + LONG_TERM).isoformat(),
        "percentComplete": 100.0,
    }
    server.notes.setdefault(KEPT, {})[name.lower()] = properties
    return {"properties": properties}


def list_long_term(
    world: World, call: Call, subscription: str, group: str, server: str
) -> Response:
    """Every long-term backup of a server."""
    found = require_server(world, subscription, group, server)
    kept = found.notes.get(KEPT) or {}
    return Response(200, {"value": [_long_term(found, each, call.time) for each in kept.values()]})


def get_long_term(
    world: World, call: Call, subscription: str, group: str, server: str, name: str
) -> Response:
    """One long-term backup."""
    found = require_server(world, subscription, group, server)
    kept = (found.notes.get(KEPT) or {}).get(name.lower())
    if kept is None:
        raise world.not_found(found.id.child("ltrBackupOperations", name))
    return Response(200, _long_term(found, kept, call.time))


def _long_term(server: Resource, kept: Json, now: datetime) -> Json:
    done = now >= datetime.fromisoformat(kept["endTime"])
    shown = {**kept, "status": "Succeeded" if done else "Running"}
    if not done:
        shown = {**shown, "endTime": None, "percentComplete": 0.0}
    id_ = server.id.child("ltrBackupOperations", kept["backupName"])
    return {"properties": shown, "id": str(id_), "name": id_.name, "type": id_.type}


_PATH = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    f"/providers/{NAMESPACE}/flexibleServers/{{server}}"
)
ROUTES = (
    Route("GET", _PATH + "/backups", list_backups),
    Route("GET", _PATH + "/backups/{name}", get_backup),
    Route("GET", _PATH + "/ltrBackupOperations", list_long_term),
    Route("GET", _PATH + "/ltrBackupOperations/{name}", get_long_term),
)
