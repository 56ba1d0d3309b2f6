"""Deployments that stand already: each made once a session by the app itself, and gone back to.

A test of what happens to a deployment need not watch it being made. What Azure holds comes from a
snapshot, what is on record from the tables; time goes on, so all of it was long ago.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azure.data.tables import TableClient, TableServiceClient, UpdateMode

from local.arm_emulator.state.snapshots import Snapshot, go_back, take_snapshot

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A deployment at rest."""

    cloud: Snapshot
    tables: dict[str, list[Any]]


_made: dict[str, Standing] = {}


def standing(simulation: Any, spec: Json) -> Json:
    """Make a world one in which this was deployed; the spec, under the name that it stands by."""
    asked = {name: value for name, value in spec.items() if name not in ("name", "resourceGroup")}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:10]
    spec = spec | {"name": f"s{digest}", "resourceGroup": f"rg-s{digest}"}
    storage = TableServiceClient.from_connection_string(simulation.settings["AzureWebJobsStorage"])
    with storage:
        there = _made.get(digest)
        if there is None:
            told = simulation.deploy(spec)
            assert told["status"] == "Succeeded", told["failure"]
            tables = {t.table_name: list(_entities(t, spec["name"])) for t in _tables(storage)}
            _made[digest] = Standing(take_snapshot(simulation.azure.cloud), tables)
        else:
            go_back(simulation.azure.cloud, there.cloud)
            for table in _tables(storage):
                _put_back(table, spec["name"], there.tables[table.table_name])
    return spec


def _tables(storage: TableServiceClient) -> Iterator[TableClient]:
    for table in storage.list_tables():
        yield storage.get_table_client(table.name)


def _entities(table: TableClient, name: str) -> Iterator[Any]:
    """What a table holds of a deployment: its name begins one of the keys."""
    for key in ("PartitionKey", "RowKey"):
        yield from table.query_entities(f"{key} ge '{name}' and {key} lt '{name}~'")


def _put_back(table: TableClient, name: str, entities: list[Any]) -> None:
    for entity in list(_entities(table, name)):
        table.delete_entity(entity)
    for entity in entities:
        table.upsert_entity(entity, mode=UpdateMode.REPLACE)
