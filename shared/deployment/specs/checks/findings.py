"""What a check reports: the advice for the caller, and the fields it was drawn from.

The fields matter where a spec is so wrong that some of them could not be read: what was concluded
from a value that stood in for one of those is not worth telling.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from shared.deployment.messages import Advice


class Finding(NamedTuple):
    """One fault or caution; `fields` are all that it was drawn from, the target among them."""

    advice: Advice
    fields: tuple[str, ...]


def finding(
    code: str, target: str, message: str, *others: str, recipe_step: str | None = None
) -> Finding:
    """A finding about `target`, drawn from that field and from `others`."""
    advice = Advice(code=code, message=message, target=target)
    if recipe_step is not None:
        advice["recipeStep"] = recipe_step
    return Finding(advice, (target, *others))


def drawn_without(findings: Iterable[Finding], unread: Iterable[str]) -> Iterator[Advice]:
    """The advice of those findings that none of the `unread` fields had a part in."""
    unread = tuple(unread)
    for advice, fields in findings:
        if not any(_overlap(one, other) for one in fields for other in unread):
            yield advice


def _overlap(one: str, other: str) -> bool:
    """Whether one path is the other, or lies below it."""
    return one == other or one.startswith((f"{other}.", f"{other}[")) or other.startswith(f"{one}.")
