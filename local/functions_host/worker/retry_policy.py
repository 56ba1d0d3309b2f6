"""`@app.retry`: how often and when the platform runs a failed function again.

Of the triggers that this host runs, Azure Functions honours it on timers only: see "Retries" in
https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages.
"""

import logging
import re
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.functions_host.errors import AppError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FailedRun:
    """The last failure, as `retry_context.exception` tells of it."""

    message: str
    source: str = ""
    stack_trace: str = ""


@dataclass(frozen=True, slots=True)
class RetryContext:
    """What a retried function finds in `context.retry_context`."""

    retry_count: int
    max_retry_count: int
    exception: FailedRun | None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """A fixed delay, or a growing one where there is a longest."""

    retries: int  # -1: without end
    delay: timedelta
    longest: timedelta | None = None

    def pause(self, failures: int) -> timedelta | None:
        """How long to wait after so many failures in a row; None to give up.

        Growing: the shortest, then once, twice, four times as much on top of it. The platform
        spreads what is on top by a fifth, which is left out here so that runs can be repeated:
        RandomizedExponentialBackoffStrategy.cs in azure-webjobs-sdk.
        """
        if 0 <= self.retries < failures:
            return None
        if self.longest is None:
            return self.delay
        doublings = min(failures - 2, 30)
        return min(self.delay * (1 + 2**doublings if failures > 1 else 1), self.longest)


def read_retry_policy(
    name: str, setting: dict[str, Any] | None, *, honoured: bool
) -> RetryPolicy | None:
    """The policy of a function, if it declares one and the platform honours it.

    Raises:
        AppError: it makes no sense.
    """
    if not setting:
        return None
    policy = _read(name, setting)  # the worker reads it whether it is honoured or not
    if not honoured:
        log.warning(
            "The retry policy of function %r is ignored, here and on Azure: of the triggers that "
            "this host runs, only timers have one.",
            name,
        )
        return None
    return policy


def _read(name: str, setting: dict[str, Any]) -> RetryPolicy:
    count = str(setting.get("max_retry_count"))
    if re.fullmatch(r"-1|\d+", count) is None:
        raise AppError(f"The retry policy of function {name!r} has max_retry_count {count!r}.")
    if setting["strategy"] == "fixed_delay":
        return RetryPolicy(int(count), _interval(name, setting, "delay_interval"))
    if setting["strategy"] == "exponential_backoff":
        shortest, longest = (
            _interval(name, setting, f"{which}_interval") for which in ("minimum", "maximum")
        )
        if shortest > longest:
            raise AppError(
                f"The retry policy of function {name!r} has a minimum_interval above its "
                "maximum_interval."
            )
        return RetryPolicy(int(count), shortest, longest)
    raise AppError(
        f"The retry policy of function {name!r} has the strategy {setting['strategy']!r}, should "
        "be fixed_delay or exponential_backoff."
    )


def _interval(name: str, setting: dict[str, Any], key: str) -> timedelta:
    """An interval below a day; the worker reads it as a time of day."""
    try:
        at = time.strptime(str(setting.get(key)), "%H:%M:%S")
    except ValueError as error:
        raise AppError(
            f"The retry policy of function {name!r} has {key} {setting.get(key)!r}, should be "
            f"like 00:00:10: {error}."
        ) from error
    return timedelta(hours=at.tm_hour, minutes=at.tm_min, seconds=at.tm_sec)
