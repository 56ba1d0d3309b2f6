"""What happens to a task hub: starts, messages, committed episodes, finished activities.

Every method that changes something is one transaction. What became ready is left in the store
for the dispatcher (`Store.take_wake`).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from local.clock import Clock
from local.functions_host.engine.actions import fault_in_instance_id
from local.functions_host.engine.episode import (
    FINISHED,
    Episode,
    Instance,
    Message,
    Outcome,
    prepare,
)
from local.functions_host.engine.history import (
    Event,
    EventType,
    from_text,
    new_event,
    to_microseconds,
)
from local.functions_host.errors import RequestError
from local.functions_host.store.tables import Store

REPLACED = "A new instance with the same id has taken its place."


class TaskHub:
    """The task hub, with the clock that stamps its rows and the source of its ids.

    With `replaces_live` a start terminates a live instance of the same id and takes its place.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        new_id: Callable[[], str],
        *,
        replaces_live: bool = False,
    ) -> None:
        self.store = store
        self.clock = clock
        self.new_id = new_id
        self.replaces_live = replaces_live

    def start(
        self, name: str, instance_id: str | None, start_input: str | None, version: str
    ) -> Instance:
        """Start an instance, over a finished one with the same id if there is one.

        Raises:
            RequestError: the id is invalid, or its instance is live and must stay.
        """
        instance_id = instance_id or self.new_id()
        fault = fault_in_instance_id(instance_id)
        if fault:
            raise RequestError(400, f"The instance id '{instance_id}' {fault}.")
        now = self.clock.now()
        live = self.store.instance(instance_id)
        if live is not None and live.status in FINISHED:
            live = None
        if live is not None and not self.replaces_live:
            raise RequestError(409, already_exists(live))
        instance = Instance(
            instance_id, self.new_id(), name, version, "Pending", start_input, now, now
        )
        with self.store.transaction(f"start {instance_id}"):
            if live is not None:
                self._finish(replace(live, status="Terminated", output=REPLACED, updated=now))
            self.store.create_instance(instance)
        return instance

    def send(self, instance_id: str, kind: EventType, **fields: Any) -> None:
        """Put a client's message into an inbox: an event, terminate, suspend, resume."""
        now = self.clock.now()
        with self.store.transaction(f"{kind.name} {instance_id}"):
            self.store.send(instance_id, new_event(kind, now, **fields), now)

    def load(self, instance_id: str) -> tuple[Episode | None, list[Message]]:
        """The next work item of an instance and the messages that it consumes."""
        instance, now = self.store.instance(instance_id), self.clock.now()
        messages = self.store.messages(instance_id, now)
        if instance is None:
            return None, messages
        return prepare(instance, self.store.histories.of(instance_id), messages, now), messages

    def discard(self, messages: Sequence[Message]) -> None:
        """Delete messages that nobody must see any more."""
        with self.store.transaction("stale messages"):
            self.store.delete_messages(messages)

    def commit(self, episode: Episode, messages: Sequence[Message], outcome: Outcome) -> None:
        """Write everything that an episode decided."""
        instance = replace(
            episode.instance,
            status=outcome.status,
            output=outcome.output,
            custom_status=custom_status(episode.instance, outcome),
            updated=episode.now,
        )
        with self.store.transaction(f"episode {instance.id}"):
            current = self.store.instance(instance.id)
            if current is None or current.execution_id != instance.execution_id:
                return  # purged or replaced while the orchestrator ran, its messages too
            self.store.delete_messages(messages)
            if outcome.continue_input is not None:
                self._continue_as_new(instance, outcome)
            else:
                self.store.histories.append(instance.id, outcome.new_events)
                self._dispatch(instance, outcome.decisions, outcome.cancelled_timers)
                if instance.status in FINISHED:
                    self._finish(instance)
                self.update(instance)

    def update(self, instance: Instance) -> None:
        """Write the changeable part of an instance's row; inside a transaction."""
        values = (
            instance.execution_id,
            instance.status,
            instance.input,
            instance.output,
            instance.custom_status,
            to_microseconds(instance.updated),
            instance.parent_execution_id,
            instance.id,
        )
        self.store.execute(
            "UPDATE instance SET execution_id = ?, status = ?, input = ?, output = ?,"
            " custom_status = ?, updated = ?, parent_execution_id = ? WHERE id = ?",
            values,
        )

    def _dispatch(self, instance: Instance, decisions: list[Event], cancelled: set[int]) -> None:
        self.store.delete_timers(instance.id, instance.execution_id, cancelled)
        for event in decisions:
            kind, task_id = event["EventType"], event["EventId"]
            if kind == EventType.TASK_SCHEDULED:
                (text,) = json.loads(event["Input"])
                self.store.add_activity(instance, task_id, event["Name"], text)
            elif kind == EventType.SUB_ORCHESTRATION_CREATED:
                self._start_child(instance, event)
            elif task_id not in cancelled:
                fire_at = from_text(event["FireAt"])
                due = max(fire_at, instance.updated)
                # Stamped when it is written, which is before it fires: as the extension does.
                fired = new_event(
                    EventType.TIMER_FIRED,
                    instance.updated,
                    TimerId=task_id,
                    FireAt=event["FireAt"],
                )
                self.store.send(
                    instance.id,
                    fired,
                    due,
                    instance.execution_id,
                    delayed=due > self.clock.now(),
                    task_id=task_id,
                )

    def _start_child(self, parent: Instance, event: Event) -> None:
        now = parent.updated
        existing = self.store.instance(event["InstanceId"])
        if existing is not None and existing.status not in FINISHED:
            failed = new_event(
                EventType.SUB_ORCHESTRATION_FAILED,
                now,
                TaskScheduledId=event["EventId"],
                Reason=already_exists(existing),
                Details=None,
                FailureDetails=None,
            )
            self.store.send(parent.id, failed, now, parent.execution_id)
            return
        child = Instance(
            id=event["InstanceId"],
            execution_id=self.new_id(),
            name=event["Name"],
            version=event["Version"],
            status="Pending",
            input=event["Input"],
            created=now,
            updated=now,
            parent_id=parent.id,
            parent_execution_id=parent.execution_id,
            parent_name=parent.name,
            parent_task_id=event["EventId"],
        )
        self.store.create_instance(child)

    def _finish(self, instance: Instance) -> None:
        self.store.delete_inbox(instance.id)
        self.store.histories.let_go(instance.id)
        if instance.parent_id is None:
            return
        fields: dict[str, Any] = {"TaskScheduledId": instance.parent_task_id}
        if instance.status == "Completed":
            kind = EventType.SUB_ORCHESTRATION_COMPLETED
            fields["Result"] = instance.output
        else:
            kind = EventType.SUB_ORCHESTRATION_FAILED
            fields |= {"Reason": instance.output or "", "Details": None, "FailureDetails": None}
        event = new_event(kind, instance.updated, **fields)
        self.store.send(instance.parent_id, event, instance.updated, instance.parent_execution_id)

    def _continue_as_new(self, instance: Instance, outcome: Outcome) -> None:
        self.store.delete_execution_messages(instance.id, instance.execution_id)
        renewed = replace(
            instance, execution_id=self.new_id(), input=outcome.continue_input, output=None
        )
        self.store.histories.replace(instance.id, [])
        self.store.send_start(renewed)
        for event in outcome.carried:
            self.store.send(instance.id, event, instance.updated)
        self.update(renewed)


def custom_status(instance: Instance, outcome: Outcome) -> str | None:
    """The custom status after an episode: an answer without one leaves it as it was."""
    status = outcome.custom_status or instance.custom_status
    return None if status == "null" else status


def already_exists(instance: Instance) -> str:
    """The text of the extension when a start meets a live instance."""
    return f"An Orchestration instance with the status {instance.status} already exists."
