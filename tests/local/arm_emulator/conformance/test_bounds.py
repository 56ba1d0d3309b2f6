"""Whatever keeps the documented bounds is accepted; what breaks one of them is refused by name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.arm_emulator import ArmEmulator
from tests.local.arm_emulator.conformance.facts import Fact, Json, Kind, bounds, kinds
from tests.local.arm_emulator.conformance.world import World, merged

tries = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Bound:
    """A number of a body, with the least and the most that Azure takes."""

    kind: Kind
    at: str
    least: int
    most: int
    source: str
    change: Json = field(default_factory=dict)

    def body(self, value: int) -> Json:
        """The body with that number in it."""
        body: Json = _copied(merged(self.kind.body, self.change))
        node: Any = body
        *way, last = self.at.split(".")
        for step in way:
            node = node[int(step)] if step.isdecimal() else node.setdefault(step, {})
        node[last] = value
        return body


BOUNDS = [Bound(kinds()[row.pop("facts")], **row) for row in bounds()]


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copied(value) for key, value in node.items()}
    return [_copied(each) for each in node] if isinstance(node, list) else node


@pytest.fixture
def put(emulator: ArmEmulator, web: requests.Session) -> Callable[[Bound, int], requests.Response]:
    """PUTs a body with that number into a cloud where it does not exist yet."""
    world = World(emulator, web)

    def tried(bound: Bound, value: int) -> requests.Response:
        fact = Fact(bound.kind, "", "PUT", 200, bound.source, body=bound.body(value))
        world.prepare(fact)
        return world.ask(fact)

    return tried


def named(bound: Bound) -> str:
    return f"{bound.kind.type.partition('/')[2]} {bound.at.rpartition('.')[2]}"


@pytest.mark.parametrize("bound", BOUNDS, ids=named)
def test_what_keeps_a_documented_bound_is_accepted(
    put: Callable[[Bound, int], requests.Response], bound: Bound
) -> None:
    @tries
    @given(st.integers(bound.least, bound.most) | st.sampled_from([bound.least, bound.most]))
    def accepted(value: int) -> None:
        answer = put(bound, value)
        assert answer.ok, (value, answer.text, bound.source)

    accepted()


@pytest.mark.parametrize("bound", BOUNDS, ids=named)
def test_what_breaks_one_bound_is_refused_by_its_name(
    put: Callable[[Bound, int], requests.Response], bound: Bound
) -> None:
    below, above = st.integers(-(2**31), bound.least - 1), st.integers(bound.most + 1, 2**31)
    just = st.sampled_from([bound.least - 1, bound.most + 1])

    @tries
    @given(just | below | above)
    def refused(value: int) -> None:
        answer = put(bound, value)
        assert answer.status_code == 400, (value, answer.text, bound.source)
        assert bound.at.rpartition(".")[2].lower() in answer.text.lower(), (value, answer.text)

    refused()
