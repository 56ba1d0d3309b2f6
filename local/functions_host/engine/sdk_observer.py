"""Watches the SDK at work: how it numbers tasks, what it is handed. Changes nothing it does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from azure.durable_functions.models.DurableOrchestrationContext import DurableOrchestrationContext
from azure.durable_functions.models.Task import AtomicTask, RetryAbleTask

TIMER = "(timer)"
_watching = threading.local()


@dataclass
class Observed:
    """What was seen during one replay."""

    numbered: dict[int, str] = field(default_factory=dict)  # sequence id: name of its function
    carried: list[str] = field(default_factory=list)  # scheduled before, in a compound again
    misnamed: dict[str, str] = field(default_factory=dict)  # Python name sent: registered name


@contextmanager
def watching(observed: Observed) -> Iterator[None]:
    """Note what the SDK does in this thread."""
    _install()
    _watching.observed = observed
    try:
        yield
    finally:
        _watching.observed = None


def _install() -> None:
    """Stand beside two methods of the SDK, once per process."""
    number = DurableOrchestrationContext._add_to_open_tasks
    name = DurableOrchestrationContext._get_function_name
    if getattr(number, "watched", False):
        return

    def numbering(context: Any, task: Any) -> None:
        observed: Observed | None = getattr(_watching, "observed", None)
        carried = task._is_scheduled  # only a child of a compound that has new children as well
        fresh = isinstance(task, AtomicTask) and task.id is None
        number(context, task)
        if observed is not None and carried:
            observed.carried.append(_name_of(task))
        elif observed is not None and fresh and isinstance(task.id, int):
            observed.numbered[task.id] = _name_of(task)

    def naming(context: Any, builder: Any, kind: Any) -> str:
        sent = str(name(context, builder, kind))
        observed: Observed | None = getattr(_watching, "observed", None)
        registered = _registered_name(builder)
        if observed is not None and sent.casefold() != registered.casefold():
            observed.misnamed[sent] = registered
        return sent

    numbering.watched = True  # type: ignore[attr-defined]
    DurableOrchestrationContext._add_to_open_tasks = numbering
    DurableOrchestrationContext._get_function_name = naming


def _registered_name(builder: Any) -> str:
    """The name under which the extension knows a function of the app."""
    trigger = builder._function.get_trigger()
    alias = getattr(trigger, "activity", None) or getattr(trigger, "orchestration", None)
    return str(alias or builder._function.get_function_name())


def _name_of(task: Any) -> str:
    if isinstance(task, RetryAbleTask):
        return str(getattr(task.actions, "function_name", TIMER))
    action = task.action_repr
    if isinstance(task.parent, RetryAbleTask):
        waits = "timer" in str(getattr(action, "metadata", ""))
        return TIMER if waits else _name_of(task.parent)
    event = getattr(action, "external_event_name", None)
    return str(event or getattr(action, "function_name", TIMER))
