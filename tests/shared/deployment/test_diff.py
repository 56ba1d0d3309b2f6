"""What counts as a difference, what an update sends, and how a change is taken back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.deployment.changes.bodies import applied, laid, reverted, without, without_read_only
from shared.deployment.changes.diff import all_differences, differences, leftovers
from shared.deployment.changes.merging import merged
from shared.deployment.changes.rules import Path, Rules
from shared.deployment.specs.secrets import secret


def paths(desired: Any, observed: Any, *rules: Path) -> list[str]:
    return [change["path"] for change in differences(desired, observed, Rules(rules))]


def optional(*at: str) -> Rules:
    return Rules(Path(at=path, optional=True) for path in at)


EXACT = Rules([Path(at="rules", exact=True)])


@pytest.mark.parametrize(
    ("desired", "observed"),
    [
        ("eastus", "East US"),
        ("/subscriptions/A", "/subscriptions/a"),
        ("17", 17),
        (200, "200"),
        (["1", "2"], ["2", "1"]),
        ([], None),
        (None, []),
        (False, None),
        (0, None),
    ],
)
def test_two_ways_to_say_the_same_are_no_difference(desired: Any, observed: Any) -> None:
    assert paths({"a": desired}, {"a": observed}) == []


@pytest.mark.parametrize(
    ("desired", "observed"),
    [
        (True, None),
        (True, "true-ish"),
        (False, True),
        (1, 2),
        (["1"], ["1", "2"]),
        (["1", "2"], ["1"]),
        (["1", "1"], ["1", "2"]),
        ("a", None),
        ([], ["1"]),
    ],
)
def test_two_values_are_a_difference(desired: Any, observed: Any) -> None:
    assert paths({"a": desired}, {"a": observed}) == ["a"]


def test_what_only_azure_mentions_is_no_difference() -> None:
    assert paths({"a": 1}, {"a": 1, "etag": "x", "b": 2}) == []


def test_a_secret_is_never_compared() -> None:
    assert paths({"password": secret("name")}, {}) == []


def test_named_elements_are_matched_by_name_whatever_their_order() -> None:
    desired = {"rules": [{"name": "a", "p": 1}, {"name": "b", "p": 2}]}
    observed = {"rules": [{"name": "B", "p": 3, "etag": "x"}, {"name": "A", "p": 1}]}
    assert paths(desired, observed) == ["rules[b].p"]


def test_a_missing_element_is_a_difference() -> None:
    changes = differences({"rules": [{"name": "a"}]}, {"rules": []})
    assert changes == [{"path": "rules[a]", "before": None, "after": {"name": "a"}}]


def test_a_foreign_element_is_a_difference_only_where_the_list_is_exact() -> None:
    desired: Any = {"rules": []}
    observed = {"rules": [{"name": "x", "etag": "1"}]}
    assert paths({"rules": [{"name": "x"}]}, {"rules": [{"name": "x"}, {"name": "y"}]}) == []
    assert differences(desired, observed, EXACT) == [
        {"path": "rules[x]", "before": {"name": "x"}, "after": None}
    ]


def test_ignored_paths_never_count_whatever_the_element() -> None:
    desired, observed = {"rules": [{"name": "a", "p": 1}]}, {"rules": [{"name": "a", "p": 2}]}
    assert paths(desired, observed, Path(at="rules.p", ignored=True)) == []


def test_service_endpoints_are_told_apart_by_their_service() -> None:
    desired = {"serviceEndpoints": [{"service": "Microsoft.Storage"}]}
    storage = {"service": "microsoft.storage", "locations": ["eastus"]}
    observed = {"serviceEndpoints": [{"service": "Microsoft.Sql"}, storage]}
    assert paths(desired, observed) == []
    assert len(merged(desired, observed)["serviceEndpoints"]) == 2


def test_elements_without_a_label_are_matched_by_what_is_desired_of_them() -> None:
    desired = {"backendAddresses": [{"fqdn": "a"}, {"fqdn": "b"}]}
    shown = [{"fqdn": "B", "ipAddress": ""}, {"fqdn": "a"}]
    assert paths(desired, {"backendAddresses": shown}) == []
    assert paths(desired, {"backendAddresses": [*shown, {"fqdn": "c"}]}) == ["backendAddresses"]
    assert paths(desired, {"backendAddresses": [{"fqdn": "a"}, {"fqdn": "c"}]})


def test_the_form_for_one_value_equals_the_form_for_several() -> None:
    one, several = {"sourceAddressPrefix": "10.0.0.0/8"}, {"sourceAddressPrefixes": ["10.0.0.0/8"]}
    assert paths(one, several) == []
    assert paths(several, one) == []
    assert paths(one, {**one, "sourceAddressPrefixes": []}) == []


def test_a_value_added_in_the_other_form_is_a_difference_that_can_be_taken_back() -> None:
    desired = {"destinationPortRange": "22"}
    observed = {"destinationPortRange": "22", "destinationPortRanges": ["3389"]}
    changes = differences(desired, observed)
    assert {change["path"] for change in changes} >= {"destinationPortRanges"}
    assert merged(desired, observed) == desired
    assert reverted(merged(desired, observed), changes) == observed


def test_a_part_that_is_no_longer_desired_is_left_over() -> None:
    desired = {"properties": {"listeners": [{"name": "ours"}]}}
    observed = {"properties": {"listeners": [{"name": "web"}, {"name": "ours"}], "policy": {}}}
    found = leftovers(desired, observed, optional("properties.listeners[web]", "properties.policy"))
    assert [change["path"] for change in found] == ["properties.listeners[web]"]
    assert without(observed, found)["properties"]["listeners"] == [{"name": "ours"}]


def test_a_desired_part_is_not_left_over() -> None:
    body = {"policy": {"id": "/a"}}
    assert leftovers(body, body, optional("policy")) == []


def test_an_update_keeps_what_others_added() -> None:
    desired = {"tags": {"a": "1"}, "subnets": [{"name": "x", "p": 1}]}
    observed = {"tags": {"b": "2"}, "subnets": [{"name": "y"}, {"name": "x", "q": 2}], "z": 3}
    assert merged(desired, observed) == {
        "tags": {"a": "1", "b": "2"},
        "subnets": [{"name": "x", "p": 1, "q": 2}, {"name": "y"}],
        "z": 3,
    }


def test_an_update_of_an_exact_list_keeps_nothing_foreign() -> None:
    desired, observed = {"rules": [{"name": "a"}]}, {"rules": [{"name": "b"}]}
    assert merged(desired, observed, EXACT) == desired


def test_a_change_below_a_key_with_a_dot_is_taken_back() -> None:
    desired, observed = {"p": {"pg.mode": "on"}}, {"p": {"pg.mode": "off"}}
    changes = differences(desired, observed)
    assert [change["path"] for change in changes] == ['p."pg.mode"']
    assert reverted(desired, changes) == observed


def test_a_body_with_every_change_made_is_as_desired_and_can_be_taken_back() -> None:
    desired = {"sku": {"name": "large"}, "rules": [{"name": "x", "p": 2}]}
    observed = {"sku": {"name": "small"}, "rules": [{"name": "x", "p": 1}, {"name": "y"}]}
    changes = differences(desired, observed)
    made = applied(observed, changes)
    assert made == {"sku": {"name": "large"}, "rules": [{"name": "x", "p": 2}, {"name": "y"}]}
    assert reverted(made, changes) == observed


def test_what_arm_owns_is_left_out_at_any_depth() -> None:
    part = {"id": "/a/b", "name": "b", "type": "T", "etag": "1", "properties": {"type": "Premium"}}
    observed = {"identity": {"type": "UserAssigned"}, "parts": [part], "provisioningState": "x"}
    assert without_read_only(observed) == {
        "identity": {"type": "UserAssigned"},
        "parts": [{"id": "/a/b", "name": "b", "properties": {"type": "Premium"}}],
    }


def test_an_element_is_put_back_into_a_list_that_is_gone() -> None:
    change = {"path": "rules[a]", "before": {"name": "a"}, "after": None}
    assert reverted({}, [change]) == {"rules": [{"name": "a"}]}  # type: ignore[list-item]


_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text("abX .", max_size=3))
_KEYS = st.sampled_from(["location", "zones", "x", "a.b"])


def _bodies() -> st.SearchStrategy[Any]:
    """Bodies as ARM has them: objects, lists of values, lists of uniquely named objects."""
    named = st.dictionaries(st.sampled_from(["a", "b", "C"]), _LEAVES, max_size=3).map(
        lambda items: [{"name": name, "value": value} for name, value in items.items()]
    )
    leaves = st.one_of(_LEAVES, st.lists(st.text("ab", max_size=2), max_size=3), named)
    return st.recursive(leaves, lambda inner: st.dictionaries(_KEYS, inner, max_size=3)).filter(
        lambda body: isinstance(body, dict)
    )


@given(body=_bodies())
def test_a_body_does_not_differ_from_itself(body: Any) -> None:
    assert differences(body, json.loads(json.dumps(body))) == []


@given(desired=_bodies(), observed=_bodies())
def test_after_an_update_nothing_differs(desired: Any, observed: Any) -> None:
    assert differences(desired, merged(desired, observed)) == []


@pytest.mark.parametrize(
    ("whole", "observed", "path"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, "b"),
        ({"a": {}}, {"a": {"b": [1]}}, "a.b"),
        ({"servers": []}, {"servers": ["10.0.0.1"]}, "servers"),
        ({"rules": []}, {"rules": [{"name": "x"}]}, "rules[x]"),
        ({"rules": [{"name": "x"}]}, {"rules": [{"name": "x", "more": 1}]}, "rules[x].more"),
        ({"sets": [{"kind": "x"}]}, {"sets": [{"kind": "x", "more": 1}]}, "sets"),
        ({"b": 2}, {}, "b"),
    ],
)
def test_where_nothing_is_left_open_what_is_more_differs(
    whole: Any, observed: Any, path: str
) -> None:
    assert [change["path"] for change in all_differences(whole, observed)] == [path]


@given(body=_bodies())
def test_a_body_leaves_nothing_open_beside_itself(body: Any) -> None:
    assert all_differences(body, json.loads(json.dumps(body))) == []


@pytest.mark.parametrize(
    ("path", "value", "there", "then"),
    [
        ("a.b", None, {"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}),
        ("rules[X]", None, {"rules": [{"name": "x"}, {"name": "y"}]}, {"rules": [{"name": "y"}]}),
        ("a.b", 3, {"a": {"b": 1}}, {"a": {"b": 3}}),
    ],
)
def test_what_is_laid_into_a_desired_body_is_missed_and_sent(
    path: str, value: Any, there: Any, then: Any
) -> None:
    desired = laid({"a": {}, "rules": []}, path, value)
    [change] = differences(desired, there)
    assert (change["path"].casefold(), change["after"]) == (path.casefold(), value)
    found = merged(desired, there)
    assert {name: found[name] for name in then} == then
    assert differences(desired, found) == []
