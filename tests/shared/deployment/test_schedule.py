"""The critical path and the order of a graph."""

import pytest

from shared.deployment.errors import DependencyCycle
from shared.deployment.walks.schedule import Activity, in_order, schedule


def test_the_critical_path_is_the_longest_chain() -> None:
    found = schedule([Activity("a", 10), Activity("b", 5, ("a",)), Activity("c", 20)])
    assert found.makespan == 20
    assert found.critical == ["c"]
    assert found.slack == {"a": 5, "b": 5, "c": 0}


def test_a_gate_holds_back_the_start_but_not_until_the_end() -> None:
    found = schedule([Activity("cheap", 100), Activity("slow", 200, (), ("cheap",), 0)])
    assert found.start["slow"] == 0
    assert found.makespan == 200


def test_a_cycle_is_named_as_a_chain() -> None:
    with pytest.raises(DependencyCycle, match="a -> b -> c -> a"):
        in_order({"a": ["b"], "b": ["c"], "c": ["a"]})
