"""Which trace an operation is: of its caller, where that has one, else one of its own.

All ids follow from the operation, so whatever is told again is told as the same span.
"""

import hashlib
import re
import uuid
from dataclasses import dataclass

# https://www.w3.org/TR/trace-context/#traceparent-header; later versions may have more fields
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?"
)


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace, and the span of its caller that an operation hangs on."""

    id: str  # 32 hexadecimal digits
    root: str  # 16 of them: the span of the operation
    parent: str | None  # likewise, of the caller

    @property
    def correlation(self) -> str:
        """The same id as Azure writes one."""
        return str(uuid.UUID(self.id))


def usable(traceparent: str | None) -> str | None:
    """A header of that name, where it can be used; else it is as if there were none."""
    return traceparent if _TRACEPARENT.fullmatch(traceparent or "") else None


def trace_of(operation: str, traceparent: str | None = None) -> Trace:
    """The trace of an operation, by its id and the header that its request had."""
    root, given = span_id(operation), _TRACEPARENT.fullmatch(traceparent or "")
    if given:
        return Trace(given[1], root, given[2])
    return Trace(hashlib.sha256(operation.encode()).hexdigest()[:32], root, None)


def span_id(*words: str) -> str:
    """The id of what these words name."""
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()
    return digest[32:48]
