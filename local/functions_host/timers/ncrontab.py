"""Timer schedules: six-field NCRONTAB (seconds first), five fields, or a TimeSpan."""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

_MONTHS = [name.lower() for name in calendar.month_name[1:]]
_DAYS = [name.lower() for name in (calendar.day_name[6], *calendar.day_name[:6])]
_FIELDS = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, tuple(_MONTHS)),
    ("day of the week", 0, 6, tuple(_DAYS)),
)
_HORIZON = timedelta(days=366 * 8)  # 29 February on a given weekday can be that far away


class Schedule(Protocol):
    """When a timer trigger fires."""

    def next_after(self, moment: datetime) -> datetime:
        """The first occurrence that is later than `moment`."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so often, counted from the last run."""

    period: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """One period later."""
        return moment + self.period


@dataclass(frozen=True, slots=True)
class Cron:
    """The six sets of values that a moment must be in; day and weekday must both fit."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first whole second later than `moment` that fits.

        Raises:
            ValueError: the schedule never comes, such as 30 February.
        """
        at = moment.replace(microsecond=0) + timedelta(seconds=1)
        end = at + _HORIZON
        while at < end:
            if at.month not in self.months or not self._fits_day(at):
                at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif at.hour not in self.hours:
                at = at.replace(minute=0, second=0) + timedelta(hours=1)
            elif at.minute not in self.minutes:
                at = at.replace(second=0) + timedelta(minutes=1)
            elif at.second not in self.seconds:
                at += timedelta(seconds=1)
            else:
                return at
        raise ValueError("the schedule has no occurrence")

    def _fits_day(self, at: datetime) -> bool:
        return at.day in self.days and at.isoweekday() % 7 in self.weekdays


def parse_schedule(text: str) -> Schedule:
    """Read a schedule.

    Raises:
        ValueError: it is none; the message names the field.
    """
    span = re.fullmatch(r"(?:(\d+)\.)?(\d+):(\d+):(\d+)", text.strip())
    if span is not None:
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        if hours > 23 or minutes > 59 or seconds > 59:
            # .NET takes 24:00:00 for 24 days: TimeSpan.Parse
            raise ValueError(f"{text!r} is not a span like 1.00:00:00 or 01:30:00")
        return Interval(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))
    fields = text.split()
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) != 6:
        raise ValueError(f"{text!r} has {len(fields)} fields, should have 6 (seconds first)")
    parsed = [_values(field, *kind) for field, kind in zip(fields, _FIELDS, strict=True)]
    return Cron(*parsed)


def _values(field: str, name: str, low: int, high: int, words: tuple[str, ...]) -> frozenset[int]:
    values = set[int]()
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first = _number(begin, name, low, words)
            last = _number(end, name, low, words) if dash else (high if step else first)
        if not (low <= first <= last <= high) or (step and not step.isdecimal()) or step == "0":
            raise ValueError(f"{part!r} is no {name} from {low} to {high}")
        values.update(range(first, last + 1, int(step or 1)))
    return frozenset(values)


def _number(text: str, name: str, low: int, words: tuple[str, ...]) -> int:
    if text.isdecimal():
        return int(text)
    for number, word in enumerate(words, low):
        if text and word.startswith(text):
            return number
    raise ValueError(f"{text!r} is no {name}")
