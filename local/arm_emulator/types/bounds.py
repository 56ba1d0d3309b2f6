"""What single values of a body may be, declared: ranges, choices, patterns, each with its source.

Whatever an SDK's enum closes is closed by the schema already; rules about several values at once
are functions of their types.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from local.arm_emulator.wire.messages import ArmError, Json

SourceKind = Literal["recording", "SDK source", "documentation", "report", "assumption"]
LEARN = "https://learn.microsoft.com/"


@dataclass(frozen=True, slots=True)
class Bound:
    """What a value may be, where it is there. A path is dotted; ``[]`` goes into every item."""

    path: str
    source: str  # where it is said
    low: float | None = None
    high: float | None = None
    choices: Collection[str | int] = ()
    pattern: str = ""
    code: str = ""  # of the refusal, or the setting that holds it; else the type's own
    kind: SourceKind = "documentation"

    def allows(self, value: Any) -> bool:
        """Whether a value is within the bound; one of another kind is the schema's business."""
        if isinstance(value, bool):
            return True
        if self.choices:
            return str(value).lower() in {str(each).lower() for each in self.choices}
        if self.pattern:
            return not isinstance(value, str) or re.fullmatch(self.pattern, value) is not None
        if not isinstance(value, int | float):
            return True
        above = self.low is None or value >= self.low
        return above and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        """Such as ``properties.ttl: 0 to 2147483647``."""
        allowed = self.pattern or ", ".join(str(each) for each in self.choices)
        return f"{self.path}: {allowed or f'{self.low:g} to {self.high:g}'}"


Refuse = Callable[[Bound, str, Any], ArmError]


def check_bounds(body: Json, bounds: Collection[Bound], refuse: Refuse) -> None:
    """Raise for the first value that is out of its bounds."""
    for bound in bounds:
        for at, value in values_at(body, bound.path.split("."), ""):
            if not bound.allows(value):
                raise refuse(bound, at, value)


def values_at(node: Any, path: list[str], at: str) -> Iterator[tuple[str, Any]]:
    """Every value at a path, each with its own path, without regard to the case of names."""
    if not path:
        if node is not None:
            yield at, node
        return
    name, listed = path[0].removesuffix("[]"), path[0].endswith("[]")
    if not isinstance(node, dict):
        return
    key = next((each for each in node if each.lower() == name.lower()), None)
    if key is None:
        return
    inner, where = node[key], f"{at}.{key}".lstrip(".")
    if not listed:
        yield from values_at(inner, path[1:], where)
    elif isinstance(inner, list):
        for number, item in enumerate(inner):
            yield from values_at(item, path[1:], f"{where}[{number}]")
