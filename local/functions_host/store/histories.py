"""The histories of the current executions: append only in the file, recent ones also in memory."""

import json
from collections import OrderedDict
from collections.abc import Iterable

from local.functions_host.engine.history import Event, History
from local.functions_host.store.transactions import Transactions

CACHED = 512


class Histories:
    """The history rows of a task hub; a rolled-back transaction has to clear the memory."""

    def __init__(self, file: Transactions) -> None:
        self._file = file
        self._recent: OrderedDict[str, History] = OrderedDict()

    def of(self, instance_id: str) -> History:
        """The history of the current execution, from memory where possible."""
        found = self._recent.get(instance_id)
        if found is None:
            rows = self._file.execute(
                "SELECT event FROM history WHERE instance_id = ? ORDER BY seq", (instance_id,)
            )
            texts = [text for (text,) in rows]
            found = self._recent[instance_id] = History([json.loads(text) for text in texts], texts)
            if len(self._recent) > CACHED:
                self._recent.popitem(last=False)
        else:
            self._recent.move_to_end(instance_id)
        return found

    def append(self, instance_id: str, events: Iterable[Event]) -> None:
        """Add events; inside a transaction."""
        history = self.of(instance_id)
        first = len(history.events)
        for event in events:
            history.append(event)
        self._file.execute_many(
            "INSERT INTO history VALUES (?, ?, ?)",
            [(instance_id, seq, history.texts[seq]) for seq in range(first, len(history.texts))],
        )

    def replace(self, instance_id: str, events: Iterable[Event]) -> None:
        """Begin a history anew: for a new execution, or after a rewind."""
        self.delete(instance_id)
        self.append(instance_id, events)

    def delete(self, instance_id: str) -> None:
        """Delete a history; inside a transaction."""
        self.let_go(instance_id)
        self._file.execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))

    def let_go(self, instance_id: str) -> None:
        """Free the memory of an instance that will not run again."""
        self._recent.pop(instance_id, None)

    def clear(self) -> None:
        """Forget everything that is only in memory."""
        self._recent.clear()
