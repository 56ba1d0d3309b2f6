"""What the app logs, as events with fields, without the secrets that are in use."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from shared.azure.errors import presentable

OURS = ("triggers", "orchestrators", "activities", "shared")  # whose loggers are listened to
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event."""

    at: int  # nanoseconds since 1970
    severity: str
    event: str
    attributes: Mapping[str, str]


class Telling(logging.Handler):
    """Hands what is logged on, as an event; the fields are those of `extra`."""

    def __init__(self, take: Callable[[Entry], None]) -> None:
        super().__init__(logging.INFO)
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one on; whatever goes wrong with it hinders nobody."""
        try:
            self._take(entry(record))
        except Exception:
            self.handleError(record)


def entry(record: logging.LogRecord) -> Entry:
    """The event that a record is; of an exception its class, since its text may hold anything."""
    return Entry(
        at=int(record.created * 1_000_000_000),
        severity=record.levelname,
        event=presentable(record.getMessage()),
        attributes=dict(_fields(record)),
    )


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, str]]:
    yield "logger", record.name
    for name, value in vars(record).items():
        if name not in _PLAIN:
            yield f"hybriddb.{name}", presentable(str(value))
    if record.exc_info and record.exc_info[0]:
        yield "exception.type", record.exc_info[0].__name__


def listen(take: Callable[[Entry], None]) -> None:
    """Hand on what the app logs from now on."""
    handler = Telling(take)
    for name in OURS:
        logging.getLogger(name).addHandler(handler)
