"""Events on their way: one entity an event and receiver, until it is delivered.

What is delivered is forgotten; what could not be for a day stays, as dead, and is shown. Of a
receiver only its host is told: its URL may hold what lets one in. Everything may raise
RecordsUnavailable.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from shared.deployment.events import CloudEvent
from shared.deployment.messages import Failure, Json
from shared.records.entities import packed, unpacked
from shared.records.tables import Key, Table

State = Literal["pending", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One event on its way to one receiver."""

    event: CloudEvent
    receiver: str  # digest of its URL
    state: State = "pending"
    tries: int = 0
    failure: Json | None = None  # of the last try


def name_of(url: str) -> str:
    """What a receiver is called here."""
    host = (urlsplit(url).hostname or "").replace(".", "-")[:40]
    return f"{host}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


class Events:
    """One table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def post(self, event: CloudEvent, receivers: Iterable[str]) -> None:
        """Put an event on its way; once, however often it is told."""
        for url in receivers:
            self._table.insert(
                Key(event["id"], name_of(url)),
                packed({"event": dict(event), "state": "pending", "tries": 0}),
            )

    def find(self, event: str, receiver: str) -> Parcel | None:
        """What is on its way; None where it has arrived."""
        entity = self._table.find(Key(event, receiver))
        return None if entity is None else _parcel(entity)

    def arrived(self, event: str, receiver: str) -> None:
        """It is delivered."""
        if entity := self._table.find(Key(event, receiver)):
            self._table.delete(Key(event, receiver), etag=entity.metadata["etag"])

    def failed(self, parcel: Parcel, failure: Failure, *, dead: bool) -> None:
        """It could not be delivered, this time or at all."""
        told = {"code": failure["code"], "message": failure["message"]}
        tried = {"tries": parcel.tries + 1, "failure": told, "state": "dead" if dead else "pending"}
        self._table.merge(Key(parcel.event["id"], parcel.receiver), packed(tried))

    def on_their_way(self) -> list[Parcel]:
        """All that is still to be delivered."""
        return [_parcel(e) for e in self._table.where("state eq @state", state="pending")]

    def undelivered(self, deployment: str) -> Iterator[Parcel]:
        """What a deployment has to tell and could not, once tried at least."""
        for entity in self._table.range(start=f"{deployment}-", end=f"{deployment}-~"):
            parcel = _parcel(entity)
            if parcel.tries and parcel.event["data"]["deployment"] == deployment:
                yield parcel

    def clear(self, *, before: datetime) -> None:
        """Forget what could not be delivered long ago."""
        for entity in self._table.where("state eq @state", state="dead"):
            if datetime.fromisoformat(_parcel(entity).event["time"]) < before:
                key = Key(entity["PartitionKey"], entity["RowKey"])
                self._table.delete(key, etag=entity.metadata["etag"])


def _parcel(entity: Any) -> Parcel:
    values = unpacked(entity)
    return Parcel(
        event=values["event"],
        receiver=entity["RowKey"],
        state=values["state"],
        tries=values["tries"],
        failure=values.get("failure"),
    )
