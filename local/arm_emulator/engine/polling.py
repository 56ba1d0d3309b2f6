"""The monitors of long-running operations, under the addresses that each provider gives them."""

import base64
import binascii
import json

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.types.families import Family, signed
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import ArmError, Response
from local.arm_emulator.wire.router import Route


def poll_status(arm: ResourceManager, call: Call, operation: str, **_: str) -> Response:
    """The Azure-AsyncOperation address."""
    found, family, refused = _find(arm, call, operation)
    if refused is not None:
        return refused
    asked = family.result if "monitor" in call.request.query else family.monitor
    answer = asked(arm, found)
    found.polls += 1
    return answer


def poll_result(arm: ResourceManager, call: Call, operation: str, **_: str) -> Response:
    """The Location address."""
    found, family, refused = _find(arm, call, operation)
    if refused is not None:
        return refused
    answer = family.result(arm, found)
    found.polls += 1
    return answer


def poll_dns_status(arm: ResourceManager, call: Call, token: str, **_: str) -> Response:
    """The Azure-AsyncOperation address of private DNS; the operation is inside the token."""
    return poll_status(arm, call, _inside(token))


def poll_dns_result(arm: ResourceManager, call: Call, token: str, **_: str) -> Response:
    """The Location address of private DNS."""
    return poll_result(arm, call, _inside(token))


def poll_group_job(arm: ResourceManager, call: Call, token: str, **_: str) -> Response:
    """The Location address of a resource group's deletion."""
    return poll_result(arm, call, _inside(token))


def describe_poll(arm: ResourceManager, call: Call) -> None:
    """Note which operation a request asks about, if it is a poll."""
    collection, last = ["", *call.request.path.strip("/").split("/")][-2:]
    if call.method == "GET" and "operation" in collection.lower():
        found = arm.operations.all.get(last) or arm.operations.all.get(_inside(last))
        if found is not None:
            call.type, call.name, call.operation = "operations", found.id, found.id
            call.polled = found.type


def _find(
    arm: ResourceManager, call: Call, operation_id: str
) -> tuple[Operation, Family, Response | None]:
    found = arm.operations.all.get(operation_id)
    if found is None:
        # [K] Nobody was seen to ask for an operation that was never started.
        raise ArmError(404, "OperationNotFound", f"The operation {operation_id} is not known.")
    if arm.settings.signed_operation_urls:
        expected = signed(arm, "", found).partition("?")[2]
        if not set(expected.split("&")) <= set(call.request.raw_query.split("&")):  # more may come
            message = "The signature of the operation URL is missing or was changed."
            # [K] That it must come back verbatim is recorded; how else it is refused is not.
            raise ArmError(403, "InvalidOperationUrlSignature", message)
    family = arm.types.family(found.type)
    if found.monitor_status is not None:
        error = ArmError(found.monitor_status, "NotFound", "The operation's monitor is gone.")
        return found, family, error.response()
    return found, family, None


def _inside(token: str) -> str:
    """The operation's id in a token: behind a semicolon, or a member of a JSON object."""
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        if not text.startswith("{"):
            return text.partition(";")[2]
        told = json.loads(text)
        return str(told.get("jobId") or told["OperationId"])
    except (binascii.Error, ValueError, KeyError):
        return ""


_OF_PROVIDER = "/subscriptions/{subscription}/providers/{namespace}/locations/{location}"
_OF_DNS = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network"
_OF_RESOLVERS = _OF_DNS + "/locations/{location}/dnsResolverOperation"
ROUTES = (
    Route("GET", _OF_PROVIDER + "/operations/{operation}", poll_status),
    Route("GET", _OF_PROVIDER + "/DiskOperations/{operation}", poll_status),
    Route("GET", _OF_PROVIDER + "/asyncoperations/{operation}", poll_result),
    Route("GET", _OF_PROVIDER + "/operationstatuses/{operation}", poll_status),
    Route("GET", _OF_PROVIDER + "/azureAsyncOperation/{operation}", poll_status),
    Route("GET", _OF_PROVIDER + "/operationResults/{operation}", poll_result),
    Route("GET", _OF_DNS + "/privateDnsOperationStatuses/{token}", poll_dns_status),
    Route("GET", _OF_DNS + "/privateDnsOperationResults/{token}", poll_dns_result),
    Route("GET", _OF_RESOLVERS + "Statuses/{token}", poll_dns_status),
    Route("GET", _OF_RESOLVERS + "Results/{token}", poll_dns_result),
    Route("GET", "/subscriptions/{subscription}/operationresults/{token}", poll_group_job),
)
