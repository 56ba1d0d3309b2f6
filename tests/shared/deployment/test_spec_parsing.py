"""From JSON to a spec, or to every fault in one answer."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.deployment.errors import SpecInvalid
from shared.deployment.messages import Advice
from shared.deployment.specs.checks.faults import cautions, faults
from shared.deployment.specs.parsing import parse_spec
from tests.shared.strategies import raw_specs

SAMPLES = Path(__file__).parents[3] / "samples"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
CANARY = "Hunter2-canary"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text())


def told(raw: object) -> dict[str, str]:
    """The faults of a spec by field; a field may have but one here."""
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(raw, subscription_id=SUBSCRIPTION)
    assert CANARY not in str(caught.value)
    assert CANARY not in repr(caught.value.__context__)
    return {fault["target"]: fault["code"] for fault in caught.value.faults}


def recipe(**changes: Any) -> Any:
    raw = sample("recipe")
    for field, value in changes.items():
        raw[field] = {**raw.get(field, {}), **value} if isinstance(value, dict) else value
    return raw


@pytest.mark.parametrize("name", ["recipe", "lean", "direct", "full"])
def test_a_sample_is_without_fault(name: str) -> None:
    spec = parse_spec(sample(name), subscription_id=SUBSCRIPTION)
    assert cautions(spec) == []


def test_the_full_sample_uses_every_field_but_these() -> None:
    spec = parse_spec(sample("full"), subscription_id=SUBSCRIPTION)
    unused = _unused(sample("full"), spec.model_dump(by_alias=True))
    assert unused == {
        "subscriptionId",  # that of the app
        "expressRoute.authorizationKey",  # only for the circuit of another subscription
        "postgres.adminPassword",  # generated
        "dns",
        "network.subnets.resolver",
        "bastion.subnet",  # only for one that is there already
        "drift",  # policies of its own
        "names",
        "existing",
        "hub",
        "monitoring",
        "postgres.entra",
        "postgres.encryption",
        "postgres.storageTier",
        "postgres.provisionedDisk",
        "postgres.tuning",
        "postgres.threatProtection",
        "secondRegion",
        "protect",
        "retain",
    }


@settings(max_examples=200, deadline=None)
@given(raw=raw_specs())
def test_a_generated_spec_is_without_fault(raw: Any) -> None:
    parse_spec(raw, subscription_id=SUBSCRIPTION)


def test_the_subscription_of_the_app_holds_where_none_is_named() -> None:
    other = "00000000-0000-0000-0000-00000000000a"
    key = {"keyVaultSecret": "https://kv.example/secrets/key"}
    named = recipe(subscriptionId=other, expressRoute={"authorizationKey": key})
    assert parse_spec(recipe(), subscription_id=SUBSCRIPTION).subscription_id == SUBSCRIPTION
    assert parse_spec(named, subscription_id=SUBSCRIPTION).subscription_id == other


def test_what_is_shown_of_a_spec_can_be_sent_again() -> None:
    spec = parse_spec(sample("full"), subscription_id=SUBSCRIPTION)
    shown = spec.model_dump(mode="json", by_alias=True)
    assert parse_spec(shown, subscription_id="") == spec


@pytest.mark.parametrize("raw", [None, [], "text", 5, True])
def test_anything_but_an_object_is_no_spec(raw: object) -> None:
    assert told(raw) == {"$": "SpecNotAnObject"}


def test_an_empty_spec_lacks_four_fields() -> None:
    required = ("name", "location", "expressRoute", "onPremises")
    assert told({}) == dict.fromkeys(required, "FieldMissing")


def test_a_fault_is_named_by_its_path_in_camel_case() -> None:
    raw = recipe(postgres={"storageGiB": 100}, network={"addressSpace": ["10.1.0.0/16", "x"]})
    assert told(raw) == {
        "postgres.storageGiB": "FieldInvalid",
        "network.addressSpace[1]": "FieldInvalid",
    }


@pytest.mark.parametrize(
    ("part", "field", "meant"),
    [("postgres", "verson", "version"), ("gateway", "private_address", "privateAddress")],
)
def test_an_unknown_field_is_refused_with_the_one_that_was_meant(
    part: str, field: str, meant: str
) -> None:
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(recipe(**{part: {field: CANARY}}), subscription_id=SUBSCRIPTION)
    (fault,) = caught.value.faults
    assert (fault["code"], fault["target"]) == ("UnknownField", f"{part}.{field}")
    assert f"did you mean {meant}?" in fault["message"]


def test_a_pattern_is_explained_in_words() -> None:
    with pytest.raises(SpecInvalid, match="beginning with a letter"):
        parse_spec(recipe(name="1X"), subscription_id=SUBSCRIPTION)


@pytest.mark.parametrize(
    ("part", "field", "value", "code"),
    [
        ("postgres", "adminPassword", CANARY, "InlineSecret"),
        ("postgres", "adminPassword", {"value": CANARY}, "InlineSecret"),
        ("postgres", "adminPassword", [CANARY], "InlineSecret"),
        ("expressRoute", "authorizationKey", CANARY, "InlineSecret"),
        ("gateway", "certificate", CANARY, "FieldInvalid"),
        ("gateway", "pfxPassword", CANARY, "InlineSecret"),
        ("postgres", "password", CANARY, "UnknownField"),  # adminPassword was meant
        ("jumpBox", "sshPrivateKey", CANARY, "UnknownField"),  # sshPublicKey was meant
    ],
)
def test_a_secret_in_a_spec_is_refused_and_not_repeated(
    part: str, field: str, value: object, code: str
) -> None:
    assert told(recipe(**{part: {field: value}})) == {f"{part}.{field}": code}


def test_a_reference_that_is_no_url_is_refused_and_not_repeated() -> None:
    raw = recipe(postgres={"adminPassword": {"keyVaultSecret": CANARY}})
    assert told(raw) == {"postgres.adminPassword": "SecretReferenceInvalid"}


@pytest.mark.parametrize(
    "changes",
    [
        {"network": {"addressSpace": [CANARY]}},
        {"gateway": {"privateAddress": CANARY}},
        {"location": CANARY},
        {"jumpBox": {"sshPublicKey": CANARY}},
        {"postgres": {"version": CANARY}},
        {"postgres": {"adminLogin": f"{CANARY}!"}},
        {"bastion": {"enabled": CANARY}},
        {"expressRoute": {"circuitId": CANARY}},
    ],
)
def test_what_a_wrong_field_holds_is_never_repeated(changes: Any) -> None:
    assert len(told(recipe(**changes))) >= 1


def test_faults_of_fields_and_across_fields_come_in_one_answer() -> None:
    raw = recipe(
        name="X",
        postgres={"version": "9", "adminLogin": "root"},
        gateway={"minCapacity": 9, "maxCapacity": 3},
        zones=["1", "1"],
    )
    assert told(raw) == {
        "name": "FieldInvalid",
        "postgres.version": "FieldInvalid",
        "postgres.adminLogin": "AdminLoginReserved",
        "gateway.minCapacity": "CapacityReversed",
        "zones": "ZonesRepeated",
    }


def test_what_depends_on_an_unreadable_field_is_not_told() -> None:
    raw = sample("full")
    raw["gateway"]["sku"] = "WAF_v3"  # its stand-in, Standard_v2, would not do for https
    raw["network"]["subnets"]["applicationGateway"] = "somewhere"
    assert told(raw) == {
        "gateway.sku": "FieldInvalid",
        "network.subnets.applicationGateway": "FieldInvalid",
    }


def test_the_other_elements_of_a_list_with_a_wrong_one_are_still_checked() -> None:
    raw = recipe(onPremises={"prefixes": ["x", "10.0.0.0/8"]})
    assert told(raw) == {
        "onPremises.prefixes[0]": "FieldInvalid",
        "onPremises.prefixes": "OnPremisesOverlapsNetwork",
    }


def test_a_part_that_lacks_a_field_does_not_hide_the_faults_beside_it() -> None:
    raw = recipe(gateway={"https": {"hostName": "a.example"}, "privateAddress": "10.9.9.9"})
    assert told(raw) == {
        "gateway.https.backendAddresses": "FieldMissing",
        "gateway.https.certificate": "FieldMissing",
        "gateway.privateAddress": "PrivateAddressOutsideSubnet",
    }


def test_what_was_sent_is_left_as_it_was() -> None:
    raw = recipe(name="X", onPremises={"prefixes": ["x"]})
    before = copy.deepcopy(raw)
    told(raw)
    assert raw == before


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(raw=raw_specs(), data=st.data())
def test_any_damage_ends_in_a_spec_or_in_faults_with_paths(raw: Any, data: st.DataObject) -> None:
    _damage(raw, data)
    found: list[Advice] = []
    try:
        spec = parse_spec(raw, subscription_id=SUBSCRIPTION)
    except SpecInvalid as invalid:
        found = invalid.faults
    else:
        assert faults(spec) == []
        return
    assert found
    assert all(fault["target"] and fault["message"] for fault in found)


def _damage(raw: Any, data: st.DataObject) -> None:
    """Replace something somewhere in a spec by any JSON."""
    there = raw
    while True:
        keys = list(there) if isinstance(there, dict) else list(range(len(there)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(there[key], (dict, list)) and there[key] and data.draw(st.booleans()):
            there = there[key]
        else:
            there[key] = data.draw(_JSON)
            return


def _unused(given: Any, known: Any, path: str = "") -> set[str]:
    if not isinstance(known, dict) or path in {"tags", "postgres.parameters"}:
        return set()
    found = set()
    for name, value in known.items():
        where = f"{path}.{name}".lstrip(".")
        found |= {where} if name not in given else _unused(given[name], value, where)
    return found


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tls": "terminate"}, "gateway.tls"),
        (
            {"certificate": {"keyVaultSecret": "https://kv.example/secrets/a"}},
            "gateway.certificate",
        ),
        ({"tls": "end"}, "gateway.tls"),
    ],
)
def test_tls_of_postgresql_that_is_to_end_at_the_gateway_is_refused_with_the_reason(
    given: Any, field: str
) -> None:
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(recipe(gateway=given), subscription_id=SUBSCRIPTION)
    (fault,) = caught.value.faults
    assert (fault["code"], fault["target"]) == ("FieldInvalid", field)
    assert ("leave this out" in fault["message"]) == (given != {"tls": "end"})


def test_a_recorded_spec_of_before_that_is_still_read() -> None:
    older = {"tls": "passthrough", "certificate": None}
    spec = parse_spec(recipe(gateway=older), subscription_id=SUBSCRIPTION)
    assert "certificate" not in spec.model_dump(by_alias=True)["gateway"]
