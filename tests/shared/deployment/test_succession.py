"""What a declared body means beside the one before it."""

from typing import Any

import pytest

from shared.deployment.changes.diff import differences
from shared.deployment.changes.merging import merged
from shared.deployment.changes.succession import renewed, without_dropped
from shared.deployment.specs.secrets import secret


@pytest.mark.parametrize(
    ("before", "desired", "sent"),
    [
        ({"a": "1", "b": "2"}, {"a": "1"}, {"a": "1", "theirs": "x"}),
        ({"B": "2"}, {"a": "1"}, {"a": "1", "theirs": "x"}),
        ({"a": "1"}, {"A": "1"}, {"A": "1", "b": "2", "theirs": "x"}),
        ({}, {"a": "1"}, {"a": "1", "b": "2", "theirs": "x"}),
    ],
)
def test_a_tag_that_is_no_longer_declared_goes_and_those_of_others_stay(
    before: Any, desired: Any, sent: Any
) -> None:
    observed = {"tags": {"a": "1", "b": "2", "theirs": "x"}}
    body = without_dropped({"tags": desired}, {"tags": before}, "tags")
    assert merged(body, observed) == {"tags": sent}
    assert differences(body, merged(body, observed)) == []


def test_a_tag_that_was_dropped_is_a_change_as_long_as_it_is_there() -> None:
    body = without_dropped({"tags": {}}, {"tags": {"Env": "prod"}}, "tags")
    assert [c["path"] for c in differences(body, {"tags": {"env": "prod"}})] == ["tags.Env"]
    assert differences(body, {"tags": {}}) == []
    assert differences(body, {}) == []


FIRST, SECOND = secret("https://kv/secrets/a"), secret("https://kv/secrets/b")


@pytest.mark.parametrize(
    ("before", "desired", "paths"),
    [
        ({"p": FIRST}, {"p": FIRST}, []),
        ({"p": FIRST}, {"p": SECOND}, ["p"]),
        ({}, {"p": FIRST}, ["p"]),
        ({"p": "literal"}, {"p": FIRST}, ["p"]),
        ({"p": secret("a", generate="password")}, {"p": FIRST}, ["p"]),
        ({"p": FIRST}, {}, []),
        ({"q": {"keys": [{"k": FIRST}]}}, {"q": {"keys": [{"k": SECOND}]}}, ["q.keys[0].k"]),
        (
            {"c": [{"name": "x", "k": FIRST}, {"name": "y", "k": FIRST}]},
            {"c": [{"name": "y", "k": SECOND}, {"name": "x", "k": FIRST}]},
            ["c[y].k"],
        ),
    ],
)
def test_a_reference_to_another_secret_is_a_change(before: Any, desired: Any, paths: Any) -> None:
    changes = list(renewed(desired, before))
    assert [change["path"] for change in changes] == paths
