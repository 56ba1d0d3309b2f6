"""A deployment at work: its resources are written one after another, by the ordinary path.

It is driven by the ends of operations, like everything here: when one ends, whatever waited for it
is written next. So a resource of a template meets the same checks, locks and refusals as one that a
client sends, and takes as long.
"""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from local.arm_emulator.providers.resources.deployments.record import (
    Asked,
    Step,
    StepState,
    record_of,
)
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.templates.expressions import ExpressionError
from local.arm_emulator.templates.order import Planned
from local.arm_emulator.templates.scope import Scope
from local.arm_emulator.templates.template import Template
from local.arm_emulator.wire.messages import Caller, Json, Request

RUNNING: Final = "Running"
WAITING: Final = "Waiting"
STEP = "step"  # the kind of the operations by which a deployment waits for time to pass
STEP_SECONDS = 2.0  # [K] between the acceptance of a deployment and its first write
FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for "
    "details. Please see https://aka.ms/arm-deployment-operations for usage details."
)


class DeploymentRun:
    """One deployment that is under way; everything it knows is in the stored resource."""

    def __init__(self, world: World, deployment: Resource) -> None:
        self._world = world
        self._deployment = deployment
        self.template = read_template(world, deployment.id.group_key, record_of(deployment))
        self.record = record_of(deployment)
        self.steps = self.record["steps"]

    def wait(self, now: datetime, seconds: float) -> None:
        """Go on after a while."""
        target = str(self._deployment.id)
        self._world.operations.add(
            Operation(
                id=self._world.operations.new_id(target, STEP),
                key=self._deployment.key,
                target=target,
                type=self._deployment.id.type,
                kind=STEP,
                location="global",
                caller=self.record["caller"]["object_id"],
                started=now,
                ends=now + timedelta(seconds=seconds),
            )
        )

    def step(self, now: datetime) -> None:
        """The time has passed for which it waited."""
        for key in [key for key, each in self.steps.items() if each["state"] == WAITING]:
            del self.steps[key]
        self.go_on(now)

    def go_on(self, now: datetime) -> None:
        """Write what no longer waits for anything; end where nothing is left to do."""
        if self._deployment.operation != self._main.id:
            return  # it is over, or its group is being deleted
        self._deployment.properties["provisioningState"] = "Running"
        for planned in self.template.resources:
            if planned.id.key not in self.steps and self._is_ready(planned):
                self._write(planned, now)
        self._world.store.put(self._deployment)
        if not any(each["state"] in (RUNNING, WAITING) for each in self.steps.values()):
            self._end(now)

    def ended(self, operation: Operation, now: datetime) -> None:
        """An operation of one of the resources has ended."""
        for step in self.steps.values():
            if step.get("operation") == operation.id and step["state"] == RUNNING:
                step["state"] = cast(StepState, operation.status)
                step["ended"] = now.isoformat()
                if operation.error is not None:
                    step["error"], step["status"] = operation.error, "Conflict"
        self.go_on(now)

    @property
    def _main(self) -> Operation:
        return self._world.operations.all[self.record["operation"]]

    def _is_ready(self, planned: Planned) -> bool:
        return all(
            key in self.steps and self.steps[key]["state"] == "Succeeded" for key in planned.after
        )

    def _write(self, planned: Planned, now: datetime) -> None:
        step = self.steps[planned.id.key] = Step(
            id=str(planned.id), type=planned.id.type, state=RUNNING, started=now.isoformat()
        )
        try:
            body = self.template.body(planned, self._world.view)
        except ExpressionError as error:
            self._fail(step, now, {"code": "InvalidTemplate", "message": str(error)}, 400)
            return
        call = self._call(planned, body, now)
        response = self._world.serve(call)
        operation = self._world.operations.all.get(call.operation)
        if response.status == 429:  # Resource Manager tries again by itself
            step["state"] = WAITING
            self.wait(now, float(response.headers.get("Retry-After", "10")))
        elif response.status >= 400 or response.dropped:
            refusal = (response.body or {}).get("error") or {"code": "InternalServerError"}
            self._fail(step, now, refusal, response.status or 500)
        elif operation is not None and operation.running:
            step["operation"], step["status"] = operation.id, "Created"
            operation.awaited_by.append(self._deployment.key)
            self._world.operations.changed.add(operation.id)
        else:
            step["state"], step["status"], step["ended"] = "Succeeded", "OK", now.isoformat()

    def _call(self, planned: Planned, body: Json, now: datetime) -> Call:
        """The request that a deployment makes in the name of its caller."""
        query = {"api-version": planned.api_version}
        request = Request("PUT", str(planned.id), query, body=body)
        call = Call(self._world.next_number, request, now)
        call.caller = Caller(**self.record["caller"])
        call.correlation = self._deployment.properties["correlationId"]
        return call

    def _fail(self, step: Step, now: datetime, error: Any, status: int) -> None:
        step["state"], step["error"], step["ended"] = "Failed", error, now.isoformat()
        step["status"] = {400: "BadRequest", 403: "Forbidden", 404: "NotFound"}.get(
            status, "Conflict"
        )

    def _end(self, now: datetime) -> None:
        status, error = self._main.doom or ("Succeeded", None)
        details = [each["error"] for each in self.steps.values() if "error" in each]
        if details:
            error = {"code": "DeploymentFailed", "message": FAILED, "details": details}
        if error is None:
            error = self._read_outputs()
        if error is not None:
            error["target"] = str(self._deployment.id)
            self.record["error"] = error
            status = "Canceled" if status == "Canceled" else "Failed"
        began = datetime.fromisoformat(self._deployment.properties["timestamp"])
        self._deployment.properties["duration"] = f"PT{(now - began).total_seconds():g}S"
        self._world.operations.end(self._main, now, status, error=error)

    def _read_outputs(self) -> Json | None:
        try:
            self.record["outputs"] = self.template.outputs(self._world.view)
        except ExpressionError as error:
            message = f"Unable to evaluate template outputs: {error}"
            return {"code": "DeploymentOutputEvaluationFailed", "message": message, "details": []}
        return None


def read_template(world: World, group_key: str, asked: Asked) -> Template:
    """The template of a deployment in a group, read with its parameters.

    Raises:
        ArmError: 400 `InvalidTemplate`.
    """
    subscription = group_key.split("/")[2]
    scope = Scope(
        deployment={"name": asked["name"]},
        group=world.view(group_key) or {},
        subscription={
            "id": f"/subscriptions/{subscription}",
            "subscriptionId": subscription,
            "tenantId": world.settings.tenant_id,
        },
    )
    return Template(asked["template"], asked["parameters"], scope)
