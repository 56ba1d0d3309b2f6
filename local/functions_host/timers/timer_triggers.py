"""Timer triggers: fire on schedule, once for what was missed, never two runs at a time."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.functions_host.dispatch.dispatcher import Dispatcher
from local.functions_host.engine.history import from_microseconds, to_microseconds
from local.functions_host.errors import AppError, SettingError
from local.functions_host.settings.app_settings import resolve
from local.functions_host.timers.ncrontab import Cron, Schedule, parse_schedule
from local.functions_host.worker.invocation import Worker
from local.functions_host.worker.loader import AppFunction
from local.functions_host.worker.retry_policy import FailedRun, RetryContext

log = logging.getLogger(__name__)


@dataclass
class Timer:
    """A timer trigger and where it stands."""

    function: AppFunction
    schedule: Schedule
    last: datetime | None = None
    due: datetime | None = None  # None while it runs
    past_due: bool = False
    failures: list[str] = field(default_factory=list)  # in a row, of the present occurrence

    def retry_context(self) -> RetryContext | None:
        """What its function is told of the failures so far."""
        policy = self.function.retry
        if policy is None:
            return None
        last = FailedRun(self.failures[-1]) if self.failures else None
        return RetryContext(len(self.failures), policy.retries, last)


def read_schedules(functions: list[AppFunction]) -> list[Timer]:
    """The timers of the app.

    Raises:
        AppError: a schedule makes no sense.
        SettingError: a schedule refers to a setting that does not exist.
    """
    timers = []
    for function in functions:
        where = f"The schedule of function {function.name!r}"
        text = resolve(function.trigger.schedule, where)
        try:
            timers.append(Timer(function, parse_schedule(text)))
        except ValueError as error:
            raise AppError(f"{where} cannot be read: {error}.") from error
    return timers


def read_zone(name: str) -> tzinfo:
    """The time zone that WEBSITE_TIME_ZONE names.

    Raises:
        SettingError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingError(
            f"WEBSITE_TIME_ZONE is {name!r}, should be like Europe/Berlin."
        ) from error


class TimerTriggers:
    """Background work of the dispatcher: virtual time passes by timers, but not for them."""

    def __init__(
        self, timers: list[Timer], dispatcher: Dispatcher, worker: Worker, zone: str | None
    ) -> None:
        self._timers = [t for t in timers if not t.function.disabled]
        self._dispatcher, self._worker = dispatcher, worker
        self._store, self._clock = dispatcher.store, dispatcher.clock
        self._zone = read_zone(zone) if zone else UTC

    def begin(self) -> None:
        """Work out the first occurrences: past due, at startup, or regular."""
        now = self._clock.now()
        for timer in self._timers:
            row = self._store.execute(
                "SELECT last, next FROM timer_trigger WHERE function = ?", (timer.function.name,)
            ).fetchone()
            timer.due = self._next(timer, now)
            if row is None:
                self._save(timer, now)
            elif timer.function.trigger.use_monitor is not False:
                timer.last, stored = from_microseconds(row[0]), from_microseconds(row[1])
                timer.past_due = stored < now
                timer.due = now if timer.past_due else stored
            if timer.function.trigger.run_on_startup:
                timer.due = now

    def _next(self, timer: Timer, after: datetime) -> datetime:
        if isinstance(timer.schedule, Cron):
            return timer.schedule.next_after(after.astimezone(self._zone)).astimezone(UTC)
        return timer.schedule.next_after(after)

    def _save(self, timer: Timer, last: datetime) -> None:
        timer.last = last
        following = to_microseconds(self._next(timer, last))
        with self._store.transaction(f"timer {timer.function.name}"):
            self._store.execute(
                "INSERT OR REPLACE INTO timer_trigger VALUES (?, ?, ?)",
                (timer.function.name, to_microseconds(last), following),
            )

    def next_due(self) -> datetime | None:
        """When the next timer is due."""
        return min((t.due for t in self._timers if t.due is not None), default=None)

    def run_due(self, now: datetime) -> None:
        """Start every timer that is due and not running."""
        for timer in self._timers:
            if timer.due is not None and timer.due <= now:
                timer.due = None
                self._dispatcher.spawn(self._fire(timer, now))

    def fire(self, name: str) -> bool:
        """Run a timer now, whatever its schedule; False if there is none of this name."""
        for timer in self._timers:
            if timer.function.name.casefold() == name.casefold():
                if timer.due is not None:
                    timer.due = None
                    self._dispatcher.spawn(self._fire(timer, self._clock.now()))
                return True
        return False

    async def _fire(self, timer: Timer, now: datetime) -> None:
        info, pause = _info(timer, self._next(timer, now)), None
        try:
            run_id, retry = str(uuid4()), timer.retry_context()
            await self._worker.run_timer(timer.function, info, run_id, retry)
        except Exception as error:
            log.exception("function %s failed", timer.function.name)
            timer.failures.append(f"{type(error).__name__}: {error}")
            if timer.function.retry is not None:
                pause = timer.function.retry.pause(len(timer.failures))
        if pause is not None:
            timer.due = self._clock.now() + pause
        else:
            self._settle(timer, now)
        self._dispatcher.run_due()

    def _settle(self, timer: Timer, now: datetime) -> None:
        """An occurrence is over, well or not: wait for the next one."""
        timer.past_due, timer.failures = False, []
        self._save(timer, now)
        timer.due = self._next(timer, now)  # at once if the run outlasted the next occurrence


def _info(timer: Timer, following: datetime) -> dict[str, Any]:
    last = timer.last.isoformat() if timer.last else "0001-01-01T00:00:00+00:00"
    return {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": last,
            "LastUpdated": last,
            "Next": following.isoformat(),
        },
        "IsPastDue": timer.past_due,
    }
