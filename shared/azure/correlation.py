"""Puts what ARM is asked under one id, and notes each call for whoever tells of it.

ARM keeps the id in the activity log of whatever the call leads to, as Azure's support asks for it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from shared.azure.errors import CORRELATION

MOST = 2_000  # calls noted of one activity; what comes after them is made, and not told
REQUEST_ID = "x-ms-client-request-id"  # made by azure.core, one a call

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class ArmCall:
    """One call as it went: when, in nanoseconds since 1970, and what was answered."""

    method: str
    host: str
    port: int
    path: str  # without its query, which may be signed
    request_id: str
    began: int
    ended: int
    status: int | None  # None: no answer came
    error: str = ""  # class of what was raised instead


@dataclass(slots=True)
class Asking:
    """In whose name ARM is asked, and what it was asked."""

    correlation: str  # a UUID
    calls: list[ArmCall] = field(default_factory=list)


_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


@contextmanager
def asking(named: Asking | None) -> Iterator[None]:
    """Whatever ARM is asked inside is asked in this name."""
    before = _asking.set(named)
    try:
        yield
    finally:
        _asking.reset(before)


def carried(work: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """`work` for other threads, in the name of whoever asks here."""
    named = _asking.get()

    def working(*given: Any) -> _Answer:
        with asking(named):
            return work(*given)

    return working


class Correlating(HTTPPolicy[Any, Any]):
    """Sends the id along, and notes the call."""

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        """Pass a request on."""
        named = _asking.get()
        if named is None:
            return self.next.send(request)
        request.http_request.headers[CORRELATION] = named.correlation
        began, status, error = time.time_ns(), None, ""
        try:
            response = self.next.send(request)
            status = response.http_response.status_code
        except Exception as raised:
            error = type(raised).__name__
            raise
        finally:
            if len(named.calls) < MOST:
                named.calls.append(_noted(request.http_request, began, status, error))
        return response


def _noted(request: Any, began: int, status: int | None, error: str) -> ArmCall:
    parts = urlsplit(request.url)
    return ArmCall(
        method=request.method,
        host=parts.hostname or "",
        port=parts.port or 443,
        path=parts.path,
        request_id=request.headers.get(REQUEST_ID, ""),
        began=began,
        ended=time.time_ns(),
        status=status,
        error=error,
    )
