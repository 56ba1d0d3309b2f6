"""Reads of deployments: their operations, the template, the monitor."""

from local.arm_emulator.engine.polling import poll_status
from local.arm_emulator.providers.resources.deployments.record import record_of
from local.arm_emulator.providers.resources.deployments.steps import find_step, list_steps
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Response
from local.arm_emulator.wire.resource_ids import ResourceId, parse_id
from local.arm_emulator.wire.router import Route


def list_operations(
    arm: ResourceManager, call: Call, subscription: str, group: str, deployment: str
) -> Response:
    """What became of each resource."""
    found = _stored(arm, subscription, group, deployment)
    return Response(200, {"value": list_steps(arm, found)})


def get_operation(
    arm: ResourceManager, call: Call, subscription: str, group: str, deployment: str, operation: str
) -> Response:
    """What became of one."""
    found = _stored(arm, subscription, group, deployment)
    return Response(200, find_step(arm, found, operation))


def export_template(
    arm: ResourceManager, call: Call, subscription: str, group: str, deployment: str
) -> Response:
    """The template as it was sent."""
    found = _stored(arm, subscription, group, deployment)
    return Response(200, {"template": record_of(found)["template"]})


def deployment_id(
    arm: ResourceManager, subscription: str, group: str, deployment: str
) -> ResourceId:
    """The id of a deployment in a group that must be there."""
    scope = str(arm.require_group(subscription, group).id)
    found = parse_id(f"{scope}/providers/Microsoft.Resources/deployments/{deployment}")
    assert found is not None  # noqa: S101 - made of its parts
    return found


def _stored(arm: ResourceManager, subscription: str, group: str, deployment: str) -> Resource:
    id_ = deployment_id(arm, subscription, group, deployment)
    found = arm.store.get(id_.key)
    if found is None:
        message = f"Deployment '{deployment}' could not be found."
        # Recorded in azure-xplat-cli, arm_group_log_show_should_fail_when_an_invalid_deployment_*.
        raise ArmError(404, "DeploymentNotFound", message)
    return found


DEPLOYMENT = (
    "/subscriptions/{subscription}/resourceGroups/{group}"
    "/providers/Microsoft.Resources/deployments/{deployment}"
)
# Where the SDK asks for operations: a path without a provider.
_OPERATIONS = (
    "/subscriptions/{subscription}/resourceGroups/{group}/deployments/{deployment}/operations"
)
ROUTES = (
    Route("GET", _OPERATIONS, list_operations),
    Route("GET", _OPERATIONS + "/{operation}", get_operation),
    Route("POST", DEPLOYMENT + "/exportTemplate", export_template),
    Route("GET", DEPLOYMENT + "/operations", list_operations),
    Route("GET", DEPLOYMENT + "/operations/{operation}", get_operation),
    Route("GET", DEPLOYMENT + "/operationStatuses/{operation}", poll_status),
)
