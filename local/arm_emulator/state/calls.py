"""Every request that was made: what tests assert on, and what the Activity Log is read from."""

from dataclasses import dataclass, field
from datetime import datetime

from local.arm_emulator.state.faults import Fault
from local.arm_emulator.wire.messages import Caller, Json, Request
from local.arm_emulator.wire.resource_ids import split_provider


@dataclass(slots=True)
class Call:
    """One request on its way through the core, and afterwards its record."""

    number: int
    request: Request
    time: datetime
    caller: Caller | None = None
    type: str = ""  # ARM type of the target; "operations" for a poll
    name: str = ""
    target: str = ""  # the id that was addressed
    action: str = ""  # of a POST
    polled: str = ""  # ARM type of the operation that a poll asks about
    operation: str = ""  # id of the operation started, joined or polled
    status: int = 0
    code: str = ""  # error code of a refusal
    correlation: str = ""
    fault: Fault | None = None
    headers: dict[str, str] = field(default_factory=dict)  # added to whatever is answered

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.method

    @property
    def writes(self) -> bool:
        """Whether it could have changed something."""
        return self.method in ("PUT", "PATCH", "DELETE", "POST")

    @property
    def words(self) -> tuple[str, str, str, str]:
        """What faults go by: method (POLL for a poll), ARM type, name, action."""
        method = "POLL" if self.polled else self.method
        return method, self.polled or self.type, self.name, self.action

    def as_json(self) -> Json:
        """The record as lists of calls show it; never a header, a token or a body."""
        return {
            "number": self.number,
            "time": self.time.isoformat(),
            "method": self.method,
            "path": self.request.path,
            "type": self.type,
            "name": self.name,
            "target": self.target,
            "action": self.action,
            "caller": self.caller.object_id if self.caller else None,
            "callerName": self.caller.name if self.caller else None,
            "status": self.status,
            "code": self.code,
            "operation": self.operation,
            "correlationId": self.correlation,
        }


GROUPS = ("subscriptions", "resourceGroups", "resources")


def describe(call: Call) -> None:
    """Fill in what a call is about, for faults, buckets and logs."""
    path = call.request.path
    scope, rest = split_provider(path)
    call.target = path
    if not rest:
        parts = scope.strip("/").split("/")
        depth = min(max(len(parts) - 1, 0) // 2, 2)
        call.type, call.name = f"Microsoft.Resources/{GROUPS[depth]}", parts[-1]
        return
    pairs = rest[1:]
    call.type = "/".join((rest[0], *pairs[0::2]))
    if len(pairs) % 2 == 0:
        call.name = pairs[-1] if pairs else ""
    elif call.method == "POST" and len(pairs) > 1:
        call.type = "/".join((rest[0], *pairs[0:-1:2]))
        call.name, call.action = pairs[-2], pairs[-1]
        call.target = path.rpartition("/")[0]
