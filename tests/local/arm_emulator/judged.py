"""Azure's type definitions judge every answer that the emulator gives in its own tests.

Whatever names its type is judged, the first answer to a write and the items of a list too. One of
each shape is enough: answers that hold the same members are judged once in a session.
"""

from collections.abc import Iterator
from typing import Any

import requests

from tests.azure_types import answer_faults, definitions

Shape = frozenset[str]
LISTS = ("/resources",)  # of Resource Manager itself, which shows resources in its own way


class Judge:
    """What Azure would never have answered, since the last test."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._seen: set[tuple[str, Shape]] = set()

    def hear(self, answer: requests.Response, **_: Any) -> None:
        """A hook of a session: look at an answer, and leave it as it is."""
        path = answer.request.path_url.partition("?")[0]
        told = answer.headers.get("Content-Type", "").startswith("application/json")
        if answer.ok and told and not path.endswith(LISTS):
            for body in _resources(answer.json()):
                self._judge(f"{answer.request.method} {path}", body)

    def _judge(self, asked: str, body: dict[str, Any]) -> None:
        arm_type, shape = str(body["type"]), frozenset(_members(body, ""))
        if arm_type.casefold() in definitions() and (arm_type, shape) not in self._seen:
            self._seen.add((arm_type, shape))
            self.faults += [f"{asked}: {fault}" for fault in answer_faults(arm_type, body)]


def _resources(body: Any) -> Iterator[dict[str, Any]]:
    """The resource that an answer is, or those that it lists."""
    items = body.get("value") if isinstance(body, dict) else None
    for each in items if isinstance(items, list) else [body]:
        if isinstance(each, dict) and isinstance(each.get("type"), str) and "id" in each:
            yield each


def _members(body: Any, path: str) -> Iterator[str]:
    """Every path in a body, with the kind of what is there."""
    if isinstance(body, dict):
        for name, inner in body.items():
            yield from _members(inner, f"{path}.{name}")
    elif isinstance(body, list):
        for inner in body:
            yield from _members(inner, f"{path}[]")
    else:
        yield f"{path}:{type(body).__name__}"
