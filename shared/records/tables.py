"""One table of Azure Storage: entities read and written, guarded by their ETags.

Who was slower gets None or False back, since losing a race is ordinary here; the exceptions of the
SDK end here as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from azure.core import MatchConditions
from azure.core.credentials import TokenCredential
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import (
    TableClient,
    TableErrorCode,
    TableServiceClient,
    TableTransactionError,
    UpdateMode,
)

from shared.records.errors import RecordsUnavailable

PATIENCE: dict[str, Any] = {
    "retry_total": 0,  # whoever asks tries again, with a durable timer
    "connection_timeout": 10,
    "read_timeout": 60,
}

KEYS = ["PartitionKey", "RowKey"]
LARGEST_TRANSACTION = 100  # entities

Entity = Any
"""What the SDK reads: a mapping of properties with `metadata["etag"]`."""


class Key(NamedTuple):
    """Where an entity lies."""

    partition: str
    row: str = ""


@contextmanager
def _azure_ends_here() -> Iterator[None]:
    try:
        yield
    except HttpResponseError as error:
        code = getattr(error, "error_code", None) or f"HTTP {error.status_code}"
        raise RecordsUnavailable(str(code)) from error
    except AzureError as error:
        raise RecordsUnavailable(type(error).__name__) from error


def open_tables(
    storage: str, credential: TokenCredential | None, *names: str
) -> tuple["Table", ...]:
    """The tables of a storage account, made where they are missing.

    Args:
        storage: a connection string, or the table endpoint of the account.
        credential: the identity to use with an endpoint.
        names: of the tables.

    Raises:
        RecordsUnavailable: the account does not answer as it should; so does everything below.
    """
    with _azure_ends_here():
        if storage.startswith("http"):
            service = TableServiceClient(endpoint=storage, credential=credential, **PATIENCE)
        else:
            service = TableServiceClient.from_connection_string(storage, **PATIENCE)
        return tuple(Table(service.create_table_if_not_exists(name)) for name in names)


class Table:
    """One table."""

    def __init__(self, client: TableClient) -> None:
        self._client = client

    @_azure_ends_here()
    def find(self, key: Key) -> Entity | None:
        """An entity, if there is one."""
        try:
            return self._client.get_entity(key.partition, key.row)
        except ResourceNotFoundError:
            return None

    @_azure_ends_here()
    def page(self, partition: str, *, after: str, size: int, but: str = "") -> list[Entity]:
        """At most `size` entities of a partition, in order of their rows, after one of them.

        Those with the status `but` are left out.
        """
        found = self._client.query_entities(
            "PartitionKey eq @partition and RowKey gt @last and status ne @but",
            parameters={"partition": partition, "last": after, "but": but},
            results_per_page=size,
        )
        return list(islice(found, size))

    @_azure_ends_here()
    def insert(self, key: Key, properties: Mapping[str, Any]) -> str | None:
        """Write a new entity: its ETag, None where there is one already."""
        try:
            return str(self._client.create_entity(_entity(key, properties))["etag"])
        except ResourceExistsError:
            return None

    @_azure_ends_here()
    def insert_all(self, rows: Iterable[tuple[Key, Mapping[str, Any]]]) -> bool:
        """Write new entities of one partition, all or none; False where one is there already.

        A hundred at most, and 4 MiB.
        https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
        """
        try:
            self._client.submit_transaction([("create", _entity(*row)) for row in rows])
        except TableTransactionError as error:
            if getattr(error, "error_code", "") == TableErrorCode.ENTITY_ALREADY_EXISTS:
                return False
            raise
        return True

    @_azure_ends_here()
    def upsert_all(self, rows: Iterable[tuple[Key, Mapping[str, Any]]]) -> None:
        """Write some properties of entities of one partition, new ones where there are none."""
        entities = [_entity(*row) for row in rows]
        for first in range(0, len(entities), LARGEST_TRANSACTION):
            some = entities[first : first + LARGEST_TRANSACTION]
            merge = {"mode": UpdateMode.MERGE}
            self._client.submit_transaction([("upsert", entity, merge) for entity in some])

    @_azure_ends_here()
    def partition(self, partition: str, *, start: str, end: str) -> list[Entity]:
        """The entities of a partition whose rows lie from `start` to `end`."""
        found = self._client.query_entities(
            "PartitionKey eq @partition and RowKey ge @start and RowKey le @end",
            parameters={"partition": partition, "start": start, "end": end},
        )
        return list(found)

    @_azure_ends_here()
    def range(self, *, start: str, end: str) -> list[Entity]:
        """The entities whose partitions lie from `start` to `end`."""
        found = self._client.query_entities(
            "PartitionKey ge @start and PartitionKey le @end",
            parameters={"start": start, "end": end},
        )
        return list(found)

    @_azure_ends_here()
    def where(self, condition: str, **named: Any) -> list[Entity]:
        """The entities that a condition holds for, wherever they lie."""
        return list(self._client.query_entities(condition, parameters=named))

    @_azure_ends_here()
    def delete_partition(self, partition: str) -> None:
        """Remove every entity of a partition."""
        mine = "PartitionKey eq @partition"
        named = {"partition": partition}
        found = list(self._client.query_entities(mine, parameters=named, select=KEYS))
        for first in range(0, len(found), LARGEST_TRANSACTION):
            some = found[first : first + LARGEST_TRANSACTION]
            self._client.submit_transaction([("delete", entity) for entity in some])

    @_azure_ends_here()
    def replace(self, key: Key, properties: Mapping[str, Any], *, etag: str) -> str | None:
        """Write an entity as it was read and changed: its ETag, None where somebody was faster."""
        return self._update(key, properties, UpdateMode.REPLACE, etag)

    @_azure_ends_here()
    def merge(self, key: Key, properties: Mapping[str, Any], *, etag: str = "") -> bool:
        """Write some properties of an entity; False where it is gone, or has not this ETag."""
        return self._update(key, properties, UpdateMode.MERGE, etag) is not None

    @_azure_ends_here()
    def upsert(self, key: Key, properties: Mapping[str, Any]) -> None:
        """Write some properties of an entity, a new one where there is none."""
        self._client.upsert_entity(_entity(key, properties), UpdateMode.MERGE)

    @_azure_ends_here()
    def delete(self, key: Key, *, etag: str) -> None:
        """Remove an entity as it was read."""
        self._client.delete_entity(*key, etag=etag, match_condition=MatchConditions.IfNotModified)

    def _update(
        self, key: Key, properties: Mapping[str, Any], mode: UpdateMode, etag: str
    ) -> str | None:
        guard: dict[str, Any] = {}
        if etag:
            guard = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        try:
            answer = self._client.update_entity(_entity(key, properties), mode, **guard)
        except (ResourceModifiedError, ResourceNotFoundError):
            return None
        return str(answer["etag"])


def _entity(key: Key, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"PartitionKey": key.partition, "RowKey": key.row, **properties}
