"""Which work items are ready, which run, and which comes next."""

from collections.abc import Callable, Iterable, Mapping, Sequence

ORCHESTRATION, ACTIVITY = "orchestration", "activity"

Item = tuple[str, str | int]  # kind and instance id, or kind and number of the activity
Chooser = Callable[[Sequence[str]], int]


class ReadyItems:
    """Ready and running items; an item that is offered while it runs is ready again afterwards.

    With a chooser one item runs at a time, so that the choices decide the whole run.
    """

    def __init__(self, limits: Mapping[str, int], choose: Chooser | None) -> None:
        self._limits, self._choose = limits, choose
        self._ready: dict[str, dict[str | int, None]] = {kind: {} for kind in limits}
        self._running: dict[str, set[str | int]] = {kind: set() for kind in limits}
        self._again: set[Item] = set()

    def __bool__(self) -> bool:
        return any(self._ready.values())

    def offer(self, kind: str, keys: Iterable[str | int]) -> None:
        """Something arrived for these items."""
        for key in keys:
            if key in self._running[kind]:
                self._again.add((kind, key))
            else:
                self._ready[kind][key] = None

    def take(self, dozing: int = 0) -> Item | None:
        """The next item to run, if there is one and a place for it.

        With a chooser, items that doze do not count as running.
        """
        item = self._oldest() if self._choose is None else self._chosen(self._choose, dozing)
        if item is not None:
            kind, key = item
            del self._ready[kind][key]
            self._running[kind].add(key)
        return item

    def _oldest(self) -> Item | None:
        for kind, keys in self._ready.items():
            if keys and len(self._running[kind]) < self._limits[kind]:
                return kind, next(iter(keys))
        return None

    def _chosen(self, choose: Chooser, dozing: int) -> Item | None:
        items = [(kind, key) for kind, keys in self._ready.items() for key in keys]
        if not items or sum(map(len, self._running.values())) > dozing:
            return None
        return items[choose([f"{kind} {key}" for kind, key in items])]

    def give_back(self, item: Item) -> None:
        """An item has run."""
        kind, key = item
        self._running[kind].discard(key)
        if item in self._again:
            self._again.discard(item)
            self._ready[kind][key] = None
