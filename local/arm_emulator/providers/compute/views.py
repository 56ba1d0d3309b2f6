"""The instance view of a virtual machine: in a GET that asks for it, and under its own address."""

from local.arm_emulator.engine import reads
from local.arm_emulator.state.calls import Call
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import Json, Response
from local.arm_emulator.wire.resource_ids import ResourceId
from local.arm_emulator.wire.router import Route


def get_machine(
    arm: ResourceManager, call: Call, subscription: str, group: str, machine: str
) -> Response:
    """A machine as any resource, with its instance view where ``$expand`` asks for it."""
    id_ = _id(subscription, group, machine)
    arm.check_api_version(id_, call.request.query["api-version"])
    answer = reads.get_resource(arm, call, id_)
    if "instanceview" in call.request.query.get("$expand", "").lower():
        answer.body["properties"]["instanceView"] = _view(answer.body)
    return answer


def get_view(
    arm: ResourceManager, call: Call, subscription: str, group: str, machine: str
) -> Response:
    """The instance view alone."""
    id_ = _id(subscription, group, machine)
    return Response(200, _view(reads.get_resource(arm, call, id_).body))


def _view(machine: Json) -> Json:
    """Running from its creation on: power is no part of the model."""
    state = str(machine["properties"]["provisioningState"]).lower()
    codes = [f"ProvisioningState/{state}"]
    if state == "succeeded":
        codes.append("PowerState/running")
    return {
        "computerName": (machine["properties"].get("osProfile") or {}).get("computerName"),
        "statuses": [
            {"code": code, "level": "Info", "displayStatus": code.rpartition("/")[2]}
            for code in codes
        ],
    }


def _id(subscription: str, group: str, machine: str) -> ResourceId:
    scope = f"/subscriptions/{subscription}/resourceGroups/{group}"
    return ResourceId(scope, "Microsoft.Compute", ("virtualMachines",), (machine,))


_MACHINE = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.Compute/virtualMachines/{machine}"
)
ROUTES = (
    Route("GET", _MACHINE, get_machine),
    Route("GET", _MACHINE + "/instanceView", get_view),
)
