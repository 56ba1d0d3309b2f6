"""Every request that was made: what tests assert on, and what the Activity Log is read from."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from local.arm_emulator.messages import Caller, Json, Request

if TYPE_CHECKING:
    from local.arm_emulator.faults import Fault


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
    fault: "Fault | None" = None
    headers: dict[str, str] = field(default_factory=dict)  # added to whatever is answered

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.request.method

    @property
    def writes(self) -> bool:
        """Whether it could have changed something."""
        return self.method in ("PUT", "PATCH", "DELETE", "POST")

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
