"""Databases: those that somebody made, and those that every server has."""

from collections.abc import Mapping
from typing import ClassVar

from local.arm_emulator.providers.dbforpostgresql.base import (
    SERVER,
    require_server,
)
from local.arm_emulator.providers.dbforpostgresql.children import SERVER_PATH, ServerChild
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import Json, Response
from local.arm_emulator.wire.router import Route

BUILT_IN = ("postgres", "azure_maintenance", "azure_sys")


class Databases(ServerChild):
    """Databases."""

    type = f"{SERVER}/databases"
    model = "Database"
    timing = Timing(15, 15, 15)
    retry_after = (10,)
    delete_retry_after = (10,)
    operation_names: ClassVar[Mapping[str, str]] = {
        "create": "UpsertServerDatabaseManagementOperation",
        "update": "UpsertServerDatabaseManagementOperation",
        "delete": "DropServerDatabaseManagementOperation",
    }


def get_database(
    world: World, call: Call, subscription: str, group: str, server: str, name: str
) -> Response:
    """A database that somebody made, or one that every server has."""
    found = require_server(world, subscription, group, server)
    for each in _databases(world, found):
        if each["name"].lower() == name.lower():
            return Response(200, each)
    refusal = world.not_found(found.id.child("databases", name))
    refusal.headers.clear()  # the provider itself answers (recorded)
    raise refusal


def list_databases(
    world: World, call: Call, subscription: str, group: str, server: str
) -> Response:
    """Every database of a server."""
    return Response(
        200, {"value": _databases(world, require_server(world, subscription, group, server))}
    )


def _databases(world: World, server: Resource) -> list[Json]:
    stored = world.store.in_collection(f"{server.id}/databases")
    made = [world.show(each) for each in stored]
    names = {each["name"].lower() for each in made}
    return made + [
        {
            "id": str(server.id.child("databases", name)),
            "name": name,
            "type": Databases.type,
            "properties": {"charset": "UTF8", "collation": "en_US.utf8"},
        }
        for name in BUILT_IN
        if name not in names
    ]


ROUTES = (
    Route("GET", SERVER_PATH + "/databases", list_databases),
    Route("GET", SERVER_PATH + "/databases/{name}", get_database),
)
