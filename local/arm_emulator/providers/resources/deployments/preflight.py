"""What Resource Manager refuses in a template before it writes the first resource.

Unknown types and API versions, what a policy denies, and what providers with a preflight of their
own refuse: virtual machines here. All else, such as Microsoft.Network's own rules, is found out by
the write (https://github.com/Azure/AKS-Construction/issues/678: a gateway without its policy ends
as `DeploymentFailed`).
"""

from local.arm_emulator.state.calls import Call
from local.arm_emulator.templates.expressions import ExpressionError
from local.arm_emulator.templates.order import Planned
from local.arm_emulator.templates.template import Template
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Json, Request, clone
from local.arm_emulator.wire.resource_ids import ResourceId

CHECKED = ("microsoft.compute/virtualmachines",)  # types whose provider takes part [K]
POLICY = "Microsoft.Authorization/policyAssignments"


def check_template(
    arm: ResourceManager, call: Call, deployment: ResourceId, template: Template
) -> None:
    """Raise for the first thing in a template that is refused before any write.

    Raises:
        ArmError: 400, `InvalidTemplateDeployment` with the refusals of the resources in its
            details, or the refusal of a type or API version that is not known.
    """
    denied: list[Json] = []
    refused: list[Json] = []
    for each in template.resources:
        arm.check_api_version(each.id, each.api_version)
        try:
            body = template.body(each, arm.types.view)
        except ExpressionError:
            continue  # refers to what is not there yet
        denied += _denied(arm, call, each, body)
        refused += _refused(arm, call, each, body)
    if denied:
        message = (
            "The template deployment failed because of policy violation. "
            "Please see details for more information."
        )
        raise ArmError(400, "InvalidTemplateDeployment", message, details=denied)
    if refused:
        message = (
            f"The template deployment '{deployment.name}' is not valid according to the validation "
            f"procedure. The tracking id is '{call.correlation}'. See inner errors for details."
        )
        raise ArmError(400, "InvalidTemplateDeployment", message, details=refused)


def _denied(arm: ResourceManager, call: Call, planned: Planned, body: Json) -> list[Json]:
    gate = getattr(arm.types.get(POLICY), "gate", None)
    asked = Call(call.number, Request("PUT", str(planned.id), body=body), call.time, call.caller)
    try:
        if gate is not None:
            gate(asked, planned.id)
    except ArmError as refusal:
        return [refusal.error()]
    return []


def _refused(arm: ResourceManager, call: Call, planned: Planned, body: Json) -> list[Json]:
    type_ = arm.types.get(planned.id.type)
    if type_ is None or type_.type.lower() not in CHECKED:
        return []
    prior = arm.store.get(planned.id.key)
    address = str(planned.id)
    change = Change(arm, planned.id, address, body, clone(body), prior, call, call.time)
    try:
        type_.check(change)
    except ArmError as refusal:
        return [refusal.error()]
    return []
