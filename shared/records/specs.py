"""The specs that a deployment has had: the last of them, by generation, so that it can go back.

A partition a deployment, a row a generation; a spec is kept once it is deployed, never before, and
names secrets by reference only. Everything may raise RecordsUnavailable.
"""

from shared.deployment.messages import Json
from shared.records.entities import packed, unpacked
from shared.records.errors import SpecUnknown
from shared.records.tables import Entity, Key, Table

KEPT = 20  # of each deployment
SPEC = "spec-"


class Specs:
    """One table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, deployment: str, generation: int, spec: Json, **told: str | Json | None) -> None:
        """Keep a spec, unless that generation is kept already; the oldest one goes.

        Args:
            deployment: its name.
            generation: of the spec.
            spec: what is deployed.
            told: by which operation, for whom and when: {operation, actor, deployedAt}.
        """
        entry = {"generation": generation, **told, "spec": spec}
        self._table.insert(Key(deployment, _row(generation)), packed({"entry": entry}))
        for entity in self._all(deployment)[:-KEPT]:
            self._table.delete(Key(deployment, entity["RowKey"]), etag=entity.metadata["etag"])

    def history(self, deployment: str) -> list[Json]:
        """What is kept, the latest first: {generation, operation, actor, deployedAt, spec}."""
        return [unpacked(entity)["entry"] for entity in reversed(self._all(deployment))]

    def get(self, deployment: str, generation: int) -> Json:
        """One of them.

        Raises:
            SpecUnknown: it is not kept, or not any more.
        """
        entity = self._table.find(Key(deployment, _row(generation)))
        if entity is None:
            raise SpecUnknown(deployment, generation)
        entry: Json = unpacked(entity)["entry"]
        return entry

    def forget(self, deployment: str) -> None:
        """Remove all of them."""
        self._table.delete_partition(deployment)

    def _all(self, deployment: str) -> list[Entity]:
        return self._table.partition(deployment, start=SPEC, end=f"{SPEC}~")


def _row(generation: int) -> str:
    return f"{SPEC}{generation:09}"
