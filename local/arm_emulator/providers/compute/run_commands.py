"""Managed run commands: scripts that the agent of a machine runs, and what it tells of their end.

That the resource was provisioned says nothing about the script: `instanceView` does, and a GET
shows that only where ``$expand`` asks for it.
https://learn.microsoft.com/azure/virtual-machines/linux/run-command-managed
"""

from datetime import datetime

from local.arm_emulator.engine import reads
from local.arm_emulator.providers.compute.base import ComputeType
from local.arm_emulator.providers.network.watcher.egress import has_egress
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.guests import Ended, Script
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route

KEPT = 4096  # bytes of output and of error, each: the last ones
SCRIPT = 256 * 1024  # bytes (Azure/run-command-handler-linux, cmds.go: maxScriptSize)
LONGEST = 90 * 60  # seconds, where none are asked for
PROTECTED = "protectedParameters"
# Sources and wishes that nothing here could do.
NOT_EMULATED = (
    *("commandId", "scriptUri", "galleryScriptReferenceId"),
    *("runAsUser", "outputBlobUri", "errorBlobUri", "treatFailureAsDeploymentFailure"),
)


class RunCommands(ComputeType):
    """Run commands of a machine; a PUT runs the script, once."""

    type = "Microsoft.Compute/virtualMachines/runCommands"
    synchronous_patch = False  # recorded in azure-cli, test_run_command_v2
    timing = Timing(30, 30, 10)  # [K] beside what the script itself takes
    secrets = (f"{PROTECTED}[].value", "runAsPassword")

    def check(self, change: Change) -> None:
        """A machine that runs, and a script to run on it."""
        parent = change.id.parent
        if parent is None or self.world.store.get(parent.key) is None:
            raise self.world.parent_not_found(change.id)
        source = change.properties.get("source") or {}
        for name in NOT_EMULATED:
            if source.get(name) or change.properties.get(name):
                raise ArmError(501, "NotEmulated", f"{name} of run commands is not emulated.")
        script = str(source.get("script") or "")
        if not 0 < len(script.encode()) <= SCRIPT:
            message = f"The script of a run command has 1 to {SCRIPT} bytes."
            raise ArmError(400, "InvalidParameter", message, target="source.script")

    def fill(self, change: Change) -> None:
        """Defaults; what an earlier script was given and has said is gone."""
        change.properties.setdefault("asyncExecution", False)
        change.properties.setdefault("timeoutInSeconds", 0)
        if change.prior is not None:
            change.prior.secrets.clear()
            change.prior.notes.pop("ended", None)

    def written(self, resource: Resource, operation: Operation | None, now: datetime) -> None:
        """The agent runs the script; without a way out nobody would hear of it."""
        parent = resource.id.parent
        machine = self.world.store.get(parent.key) if parent else None
        if machine is None or operation is None:
            return
        ended = Ended("Unknown")
        if has_egress(self.world, machine):
            ended = self.world.guests.run(machine, _script(resource))
        began = operation.started.isoformat()
        resource.notes["ended"] = {
            "executionState": ended.state,
            "executionMessage": ended.message,
            "exitCode": ended.exit_code,
            "output": _end(ended.output),
            "error": _end(ended.error),
            "startTime": began,
            "endTime": now.isoformat(),
        }

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """What is protected is not even named."""
        body["properties"].pop(PROTECTED, None)


def get_run_command(
    arm: ResourceManager, call: Call, subscription: str, group: str, machine: str, name: str
) -> Response:
    """A run command as any resource, with its instance view where ``$expand`` asks for it."""
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    kinds = ("virtualMachines", "runCommands")
    id_ = ResourceId(scope, "Microsoft.Compute", kinds, (machine, name))
    arm.check_api_version(id_, call.request.query["api-version"])
    answer = reads.get_resource(arm, call, id_)
    if "instanceview" in call.request.query.get("$expand", "").lower():
        resource = arm.store.get(id_.key)
        waiting = {"executionState": "Pending", "exitCode": 0, "output": "", "error": ""}
        notes = resource.notes if resource else {}
        answer.body["properties"]["instanceView"] = notes.get("ended", waiting)
    return answer


def _script(resource: Resource) -> Script:
    """The script with its parameters: named ones are its environment, the others its arguments."""
    properties = resource.properties
    given = [(str(p.get("name", "")), str(p["value"])) for p in properties.get("parameters") or []]
    given += [
        (str(p.get("name", "")), resource.secrets.get(f"{PROTECTED}/{p.get('name', '')}.value", ""))
        for p in properties.get(PROTECTED) or []
    ]
    return Script(
        text=properties["source"]["script"],
        environment={name: value for name, value in given if name and value},
        arguments=tuple(value for name, value in given if not name and value),
        seconds=float(properties["timeoutInSeconds"] or LONGEST),
    )


def _end(text: str) -> str:
    return text.encode()[-KEPT:].decode(errors="ignore")


_RUN_COMMAND = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.Compute/virtualMachines/{machine}/runCommands/{name}"
)
ROUTES = (Route("GET", _RUN_COMMAND, get_run_command),)
