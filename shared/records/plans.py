"""The plans of operations, with their steps, and how far their walks are: apart from the records.

A partition an operation. A plan is written all at once and never again, so that an activity that
ran twice, or comes late, finds what the walk goes by and changes nothing. It stays until the
operation is cleared away. Everything may raise RecordsUnavailable.
"""

from collections.abc import Mapping
from typing import Any, cast

from shared.deployment.messages import Advice, Found, Json, Plan, Remains, Run, Step
from shared.deployment.operation import Before, OperationState, StepOrder
from shared.records.entities import packed, unpacked
from shared.records.errors import PlanUnknown
from shared.records.tables import Key, Table

FORWARD, UNDO = "forward", "undo"  # rows of the two plans; their steps follow
FOUND = "found"  # begins the rows of what was read of a step later
BEFORE, STATE, ADVICE = "before", "state", "advice"
REMAINS, FORWARD_RUNS = "remains", "forward-runs"
LEFT_TO_STEPS = frozenset({"body", "prior", "locks"})


class Plans:
    """One table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def keep(self, operation: str, plan: Plan, *, undo: bool = False) -> Plan:
        """Keep a plan, unless one is kept already: the one that is kept from now on."""
        head = _row(undo)
        short = [{k: v for k, v in s.items() if k not in LEFT_TO_STEPS} for s in plan["steps"]]
        rows: list[tuple[Key, Mapping[str, Any]]] = [
            (Key(operation, _row(undo, step["key"])), packed({"step": step}))
            for step in plan["steps"]
        ]
        rows.insert(0, (Key(operation, head), packed({"plan": {**plan, "steps": short}})))
        if self._table.insert_all(rows):
            return plan
        return self.get(operation, undo=undo)

    def find(self, operation: str, *, undo: bool = False) -> Plan | None:
        """A plan with the bodies of its steps, if one is kept."""
        short = self.short(operation, undo=undo)
        if short is None:
            return None
        prefix = _row(undo, "")
        found = self._table.partition(operation, start=prefix, end=f"{prefix}~")
        steps = {entity["RowKey"]: unpacked(entity)["step"] for entity in found}
        whole = [steps[_row(undo, step["key"])] for step in short["steps"]]
        if any(step.get("unread") for step in whole):
            whole = [self._completed(operation, step) for step in whole]
        return cast(Plan, {**short, "steps": whole})

    def get(self, operation: str, *, undo: bool = False) -> Plan:
        """A plan with the bodies of its steps.

        Raises:
            PlanUnknown: none is kept.
        """
        plan = self.find(operation, undo=undo)
        if plan is None:
            raise PlanUnknown(operation)
        return plan

    def short(self, operation: str, *, undo: bool = False) -> Json | None:
        """A plan as callers are shown it: without bodies and snapshots, with all advice."""
        entity = self._table.find(Key(operation, _row(undo)))
        if entity is None:
            return None
        plan: Json = unpacked(entity)["plan"]
        if advice := self._value(operation, ADVICE):
            plan["warnings"] += advice["warnings"]
            plan["refusals"] += advice["refusals"]
        return plan

    def written(self, operation: str) -> list[str]:
        """Ids of what an operation may have written."""
        steps = (self.short(operation) or {}).get("steps", [])
        return [step["id"] for step in steps if step["action"] in {"create", "update"}]

    def step(self, order: StepOrder) -> Step:
        """One step, as it was planned.

        Raises:
            PlanUnknown: no such step is kept.
        """
        entity = self._table.find(Key(order["operation"], _row(order["undo"], order["key"])))
        if entity is None:
            raise PlanUnknown(order["operation"], order["key"])
        step = cast(Step, unpacked(entity)["step"])
        return self._completed(order["operation"], step)

    def complete(self, order: StepOrder, found: Found) -> Step:
        """A step that was planned unread, with what was read of it first: that is kept."""
        key = Key(order["operation"], f"{FOUND}-{order['key']}")
        self._table.insert(key, packed({"value": found}))
        return self.step(order)

    def _completed(self, operation: str, step: Step) -> Step:
        if not step.get("unread"):
            return step
        found = self._value(operation, f"{FOUND}-{step['key']}")
        return cast(Step, {**step, **found, "unread": False}) if found else step

    def advise(self, operation: str, warnings: list[Advice], refusals: list[Advice]) -> None:
        """Add what Azure says to a plan."""
        self._write(operation, ADVICE, {"warnings": warnings, "refusals": refusals})

    def keep_before(self, operation: str, before: Before) -> None:
        """Keep how a deployment was before a plan was walked; once."""
        self._table.insert(Key(operation, BEFORE), packed({"value": before}))

    def before(self, operation: str) -> Before:
        """How a deployment was before a plan was walked."""
        nothing = Before(inventory={}, health="NotDeployed")
        return cast(Before, self._value(operation, BEFORE) or nothing)

    def save_state(self, operation: str, state: OperationState) -> None:
        """Keep how far an operation is, for the next execution of its orchestration."""
        self._write(operation, STATE, state)

    def state(self, operation: str) -> OperationState | None:
        """How far an operation is; None where it has just begun."""
        return cast(OperationState | None, self._value(operation, STATE))

    def save_forward_runs(self, operation: str, runs: dict[str, Run]) -> None:
        """Keep how far a walk came before it was turned back."""
        self._write(operation, FORWARD_RUNS, runs)

    def forward_runs(self, operation: str) -> dict[str, Run] | None:
        """How far the walk came that was turned back; None where none was."""
        return cast(dict[str, Run] | None, self._value(operation, FORWARD_RUNS))

    def save_remains(self, operation: str, remains: Remains) -> None:
        """Keep what a destroy has found afterwards."""
        self._write(operation, REMAINS, remains)

    def remains(self, operation: str) -> Remains:
        """What a destroy has found afterwards; nothing where it has not looked."""
        return self._value(operation, REMAINS) or Remains(left=[], retained=[])

    def remove(self, operation: str) -> None:
        """Forget all that is kept of an operation."""
        self._table.delete_partition(operation)

    def _write(self, operation: str, row: str, value: Any) -> None:
        self._table.upsert(Key(operation, row), packed({"value": value}))

    def _value(self, operation: str, row: str) -> Any:
        entity = self._table.find(Key(operation, row))
        return None if entity is None else unpacked(entity)["value"]


def _row(undo: bool, key: str | None = None) -> str:
    plan = UNDO if undo else FORWARD
    return plan if key is None else f"{plan}-step-{key}"
