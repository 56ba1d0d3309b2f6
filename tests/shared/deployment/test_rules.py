"""What is particular about a path: each rule by itself, and with the diff and the update."""

from typing import Any

import pytest

from shared.deployment.changes.bodies import applied
from shared.deployment.changes.diff import differences
from shared.deployment.changes.merging import merged
from shared.deployment.changes.rules import Path, Rules

ORDER = ("Basic", "Standard", "Premium")
FAMILIES = (frozenset({"ErGw1AZ", "ErGw2AZ"}), frozenset({"Standard", "HighPerformance"}))


def found(desired: Any, observed: Any, *rules: Path) -> list[tuple[str, Any, Any]]:
    changes = differences(desired, observed, Rules(rules))
    return [(change["path"], change["before"], change["after"]) for change in changes]


# Maps whose keys have no case


@pytest.mark.parametrize(
    ("desired", "observed", "changes"),
    [
        ({"Env": "prod"}, {"env": "prod"}, []),
        ({"ENV": "prod", "b": "1"}, {"eNv": "prod", "B": "1"}, []),
        ({"Env": "PROD"}, {"env": "prod"}, [("tags.Env", "prod", "PROD")]),
        ({"Env": "a b"}, {"Env": "ab"}, [("tags.Env", "ab", "a b")]),
        ({"Env": "prod"}, {"environment": "prod"}, [("tags.Env", None, "prod")]),
    ],
)
def test_names_of_tags_have_no_case_and_their_values_have(
    desired: Any, observed: Any, changes: Any
) -> None:
    assert found({"tags": desired}, {"tags": observed}) == changes


@pytest.mark.parametrize("spelt", ["env", "ENV", "Env"])
def test_an_update_never_writes_a_tag_twice(spelt: str) -> None:
    sent = merged({"tags": {"Env": "prod"}}, {"tags": {spelt: "test", "other": "1"}})
    assert sent == {"tags": {"Env": "prod", "other": "1"}}


def test_identities_are_found_under_any_spelling_of_their_id() -> None:
    desired: Any = {"identity": {"userAssignedIdentities": {"/subscriptions/a/rg/B": {}}}}
    shown = {"/subscriptions/A/RG/b": {"principalId": "x"}}
    observed = {"identity": {"userAssignedIdentities": shown}}
    assert found(desired, observed) == []
    assert list(merged(desired, observed)["identity"]["userAssignedIdentities"]) == [
        "/subscriptions/a/rg/B"
    ]


def test_keys_of_other_maps_have_case() -> None:
    assert found({"values": {"A": 1}}, {"values": {"a": 1}}) == [("values.A", None, 1)]


# What Azure leaves out in some states

DISK = Path(at="properties.disk", omitted=True)


@pytest.mark.parametrize(
    "disk",
    [None, {}, {"managed": None}, {"managed": {}}, {"managed": {"type": None}}],
)
def test_what_azure_leaves_out_is_unknown_and_is_not_sent(disk: Any) -> None:
    desired = {"properties": {"disk": {"managed": {"type": "SSD"}}}}
    observed = {"properties": {"disk": disk}}
    assert found(desired, observed, DISK) == []
    assert "SSD" not in str(merged(desired, observed, Rules([DISK])))


def test_what_azure_shows_there_is_compared() -> None:
    desired = {"properties": {"disk": {"managed": {"type": "SSD"}}}}
    observed = {"properties": {"disk": {"managed": {"type": "HDD"}}}}
    assert found(desired, observed, DISK) == [("properties.disk.managed.type", "HDD", "SSD")]


def test_what_is_missing_elsewhere_is_a_difference() -> None:
    assert found({"properties": {"size": 1}}, {"properties": {}}, DISK) == [
        ("properties.size", None, 1)
    ]


# Members that exclude each other

SCALE = Path(at="properties.scale", excludes=("sku.capacity",))
ADDRESS = Path(at="rules.prefix", excludes=("groups", "tag"))


@pytest.mark.parametrize("scale", [None, {"min": 1}, {"min": 2}])
def test_what_may_not_stand_beside_a_member_goes(scale: Any) -> None:
    desired = {"properties": {"sku": {"name": "v2"}, "scale": {"min": 2}}}
    observed = {"properties": {"sku": {"name": "v2", "capacity": 3}, "scale": scale}}
    assert ("properties.sku.capacity", 3, None) in found(desired, observed, SCALE)
    sent = merged(desired, observed, Rules([SCALE]))
    assert sent == desired
    assert differences(desired, sent, Rules([SCALE])) == []


def test_it_goes_from_an_element_of_a_list_too() -> None:
    desired = {"rules": [{"name": "a", "prefix": "10.0.0.0/8"}]}
    observed = {"rules": [{"name": "a", "groups": [{"id": "/x"}], "tag": "T", "note": "kept"}]}
    assert found(desired, observed, ADDRESS)[1:] == [
        ("rules[a].groups", [{"id": "/x"}], None),
        ("rules[a].tag", "T", None),
    ]
    assert merged(desired, observed, Rules([ADDRESS])) == {
        "rules": [{"name": "a", "prefix": "10.0.0.0/8", "note": "kept"}]
    }


def test_what_is_desired_itself_stays() -> None:
    both = {"properties": {"sku": {"capacity": 3}, "scale": {"min": 2}}}
    assert found(both, both, SCALE) == []


@pytest.mark.parametrize("capacity", [None, 0, []])
def test_what_is_empty_stands_beside_anything(capacity: Any) -> None:
    desired = {"properties": {"scale": {"min": 2}}}
    observed = {"properties": {"scale": {"min": 2}, "sku": {"capacity": capacity}}}
    assert found(desired, observed, SCALE) == []


# Directions


@pytest.mark.parametrize(
    ("before", "after", "fixed", "one_way"),
    [
        ("Basic", "Standard", False, True),
        ("standard", "PREMIUM", False, True),
        ("Standard", "Basic", True, False),
        ("Premium", "Standard", True, False),
        ("Standard", "standard", False, False),
        ("Quantum", "Standard", True, False),
        (None, "Standard", True, False),
    ],
)
def test_what_has_an_order_changes_upwards_only(
    before: Any, after: Any, fixed: bool, one_way: bool
) -> None:
    rules = Rules([Path(at="sku.name", order=ORDER)])
    assert rules.fixed("sku.name", before, after) == fixed
    assert rules.one_way("sku.name", before, after) == one_way


@pytest.mark.parametrize(
    ("before", "after", "fixed"),
    [
        ("ErGw1AZ", "ErGw2AZ", False),
        ("ergw2az", "ErGw1AZ", False),
        ("Standard", "HighPerformance", False),
        ("Standard", "ErGw1AZ", True),
        ("ErGw1AZ", "HighPerformance", True),
        ("Basic", "ErGw1AZ", True),
    ],
)
def test_what_comes_in_families_changes_within_one(before: str, after: str, fixed: bool) -> None:
    rules = Rules([Path(at="sku", families=FAMILIES)])
    assert rules.fixed("sku.name", before, after) == fixed
    assert not rules.one_way("sku.name", before, after)


SIZE = Path(at="size", grows=True)


@pytest.mark.parametrize("there", [128, 256, 4096])
def test_what_grows_by_itself_is_no_difference_and_stays_as_large(there: int) -> None:
    assert found({"size": 128}, {"size": there}, SIZE) == []
    assert merged({"size": 128}, {"size": there}, Rules([SIZE])) == {"size": there}


def test_what_grows_is_a_difference_where_it_is_too_small_and_has_no_way_back() -> None:
    assert found({"size": 128}, {"size": 64}, SIZE) == [("size", 64, 128)]
    assert not Rules([SIZE]).fixed("size", 64, 128)
    assert Rules([SIZE]).one_way("size", 64, 128)


@pytest.mark.parametrize("path", ["location", "a.b", "a.b.c", "a.b[x].c"])
def test_what_is_fixed_is_fixed_with_all_below_it(path: str) -> None:
    assert Rules([Path(at="a.b", fixed=True)]).fixed(path, 1, 2)


@pytest.mark.parametrize("path", ["a", "a.bc", "a.c", "locations"])
def test_what_only_sounds_like_it_is_not_fixed(path: str) -> None:
    assert not Rules([Path(at="a.b", fixed=True)]).fixed(path, 1, 2)


# Differences that nobody could see


@pytest.mark.parametrize(
    ("desired", "observed"),
    [
        ({"addressPrefix": "a"}, {"addressPrefix": "a", "addressPrefixes": ["a", "b"]}),
        ({"addressPrefixes": ["a"]}, {"addressPrefix": "b", "addressPrefixes": ["a"]}),
        ({"on": True}, {"on": "True"}),
        ({"tags": {"a": ""}}, {"tags": {"a": "x"}}),
    ],
)
def test_a_difference_never_shows_the_same_before_and_after(desired: Any, observed: Any) -> None:
    changes = differences(desired, observed)
    assert changes
    assert all(change["before"] != change["after"] for change in changes)
    assert differences(desired, applied(observed, changes)) == []
