"""Things that go wrong on request: the nth call that matches fails, stalls, or is cut off."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.wire.messages import ArmError, Response


@dataclass(slots=True)
class Fault:
    """Which calls it strikes, and what then happens. Patterns are globs without regard to case."""

    method: str = "*"  # PUT, GET, ...; POLL is a poll of an operation of this type
    type: str = "*"  # ARM type
    name: str = "*"
    action: str = "*"
    nth: int = 1  # the first matching call is 1
    times: int = 1  # how many calls in a row; 0 strikes for ever

    status: int | None = None  # refuse with this status, without any effect
    code: str = "InternalServerError"
    message: str = "A fault that was asked for."
    retry_after_seconds: int | None = None  # on the refusal, or else on the ordinary answer
    delay_seconds: float = 0.0
    reset: Literal["before", "after"] | None = None  # cut the connection before or after the effect
    bare: bool = False  # the ordinary answer, after the effect, is a 202 that says nothing else
    operation: Literal["Failed", "Canceled"] | None = None  # how the started operation will end
    fails_after_seconds: float | None = None  # its length then; as long as planned if None
    stuck: bool = False  # the started operation never ends
    monitor_status: int | None = None  # every poll of the started operation answers this

    id: int = 0
    seen: int = 0  # matching calls so far
    struck: int = 0

    def matches(self, words: tuple[str, str, str, str]) -> bool:
        """Whether a call, by its `Call.words`, is one of those it counts."""
        patterns = (self.method, self.type, self.name, self.action)
        pairs = zip(words, patterns, strict=True)
        return all(fnmatchcase(word.lower(), pattern.lower()) for word, pattern in pairs)

    def refuse(self) -> None:
        """Raise the refusal, if that is what it does.

        Raises:
            ArmError: with the status and code that were asked for.
        """
        # Our own: whoever sets the fault says what is answered.
        if self.status is not None:
            headers = {}
            if self.retry_after_seconds is not None:
                headers["Retry-After"] = str(self.retry_after_seconds)
            raise ArmError(self.status, self.code, self.message, headers=headers)

    def mark(self, response: Response) -> None:
        """Change the ordinary answer."""
        if self.retry_after_seconds is not None and self.status is None:
            response.headers["Retry-After"] = str(self.retry_after_seconds)
        if self.bare:
            response.status, response.body = 202, None
            response.headers.clear()
        if self.reset == "after":
            response.dropped = True

    def spoil(self, operation: Operation) -> None:
        """Decide how the operation that the call started will end."""
        if self.operation is not None:
            error = {"code": self.code, "message": self.message, "details": []}
            operation.doom = (self.operation, error)
        if self.stuck:
            operation.ends = None
        operation.monitor_status = self.monitor_status


class Faults:
    """The faults in force, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.all: list[Fault] = []
        self._count = 0

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force."""
        self._count += 1
        fault.id = self._count
        self.all.append(fault)
        return fault

    def strike(self, words: tuple[str, str, str, str]) -> Fault | None:
        """The fault that strikes a call, by its `Call.words`; every matching fault counts it."""
        struck = None
        for fault in self.all:
            if not fault.matches(words):
                continue
            fault.seen += 1
            due = fault.seen >= fault.nth and (fault.times == 0 or fault.struck < fault.times)
            if due and struck is None:
                fault.struck += 1
                struck = fault
        return struck

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.all.clear()
