"""However large or strange a spec is: what is made of it, and what is answered, has a bound."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from types import FrameType
from typing import Any

import pytest

from shared.deployment.errors import SpecInvalid
from shared.deployment.messages import Advice
from shared.deployment.specs.checks.addresses import between, overlaps
from shared.deployment.specs.parsing import parse_spec
from shared.deployment.specs.spec import DeploymentSpec

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
CIRCUIT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network"
    "/expressRouteCircuits/er-hub"
)


def raw(**parts: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "name": "hybrid-db",
        "location": "eastus",
        "expressRoute": {"circuitId": CIRCUIT},
        "onPremises": {"prefixes": ["10.20.0.0/16"]},
    }
    return spec | parts


def refused(spec: object) -> list[Advice]:
    with pytest.raises(SpecInvalid) as caught:
        parse_spec(spec, subscription_id=SUBSCRIPTION)
    return caught.value.faults


def different(count: int) -> list[str]:
    return [str(IPv4Network((0x0A000000 + 256 * n, 24))) for n in range(count)]


@contextmanager
def counted() -> Iterator[Callable[[], int]]:
    """How many Python functions have been called inside."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield lambda: calls
    finally:
        sys.setprofile(before)


PREFIXES = {
    "2,000 equal prefixes": ["10.20.0.0/16"] * 2000,
    "1,000 equal prefixes": ["10.20.0.0/16"] * 1000,
    "5,000 different prefixes": different(5000),
    "1,000 prefixes, each in all before it": [f"10.{n % 256}.0.0/16" for n in range(1000)],
    "1,000 that are no prefixes": ["x"] * 1000,
}


@pytest.mark.parametrize("prefixes", PREFIXES.values(), ids=PREFIXES)
def test_faults_of_many_prefixes_are_found_in_few_operations_and_told_in_few_words(
    prefixes: list[str],
) -> None:
    with counted() as calls:
        faults = refused(raw(onPremises={"prefixes": prefixes}))
    assert calls() < 200_000
    assert len(json.dumps(faults)) < 30_000


def test_a_thousand_different_prefixes_are_accepted() -> None:
    prefixes = [str(IPv4Network((0x0B000000 + 256 * n, 24))) for n in range(1000)]
    spec = parse_spec(raw(onPremises={"prefixes": prefixes}), subscription_id=SUBSCRIPTION)
    assert len(spec.on_premises.prefixes) == 1000


@pytest.mark.parametrize(
    ("part", "target"),
    [
        ({"onPremises": {"prefixes": different(1001)}}, "onPremises.prefixes"),
        ({"network": {"addressSpace": different(65)}}, "network.addressSpace"),
        ({"zones": ["1"] * 1000}, "zones"),
        ({"postgres": {"parameters": {f"p{n}": "1" for n in range(21)}}}, "postgres.parameters"),
        ({"postgres": {"parameters": {"p": "x" * 1025}}}, "postgres.parameters.p"),
        ({"postgres": {"sku": "Standard_" + "D" * 5000}}, "postgres.sku"),
        ({"jumpBox": {"sshPublicKey": "ssh-rsa " + "A" * 5000}}, "jumpBox.sshPublicKey"),
        ({"expressRoute": {"circuitId": CIRCUIT + "x" * 2000}}, "expressRoute.circuitId"),
    ],
)
def test_every_list_and_text_has_a_longest_form(part: Any, target: str) -> None:
    assert target in [fault["target"] for fault in refused(raw(**part))]


def https(**changes: Any) -> Any:
    certificate = {"keyVaultSecret": "https://kv.vault.azure.net/secrets/a"}
    listener = {"hostName": "a.example", "backendAddresses": ["10.9.9.9"]}
    return {"gateway": {"https": listener | {"certificate": certificate} | changes}}


@pytest.mark.parametrize("count", [101, 5000])
def test_a_pool_has_a_hundred_backends_at_most(count: int) -> None:
    targets = [f["target"] for f in refused(raw(**https(backendAddresses=["10.9.9.9"] * count)))]
    assert targets[0] == "gateway.https.backendAddresses"


@pytest.mark.parametrize("address", ["a b", "http://x", "a..b", "-a", "x" * 254, "a/b", ""])
def test_a_backend_is_a_host_name_or_an_address(address: str) -> None:
    targets = [f["target"] for f in refused(raw(**https(backendAddresses=[address])))]
    assert targets[0] == "gateway.https.backendAddresses[0]"


@pytest.mark.parametrize(
    ("spec", "target"),
    [
        (raw(**https(backendAddresses=["10.1.4.10"] * 75_000)), "gateway"),
        (raw(tags={"a": "x" * 100_000}), "tags"),
        (raw(**{"x" * 200_000: 1}), "x" * 64),
    ],
)
def test_a_spec_that_no_record_could_hold_is_refused_with_its_largest_part(
    spec: Any, target: str
) -> None:
    (fault,) = refused(spec)
    assert (fault["code"], fault["target"]) == ("SpecTooLarge", target)


@pytest.mark.parametrize("levels", [20, 900, 5000])
@pytest.mark.parametrize("kind", ["list", "object"])
def test_a_deeply_nested_spec_is_refused(levels: int, kind: str) -> None:
    deep: Any = 1
    for _ in range(levels):
        deep = [deep] if kind == "list" else {"a": deep}
    assert [fault["code"] for fault in refused(raw(tags=deep))] == ["SpecTooDeep"]


@pytest.mark.parametrize(
    "part",
    [{"tags": {"a": "\ud800"}}, {"tags": {"\udfff": "a"}}, {"zones": ["\ud83d"]}, {"\ud800": 1}],
)
def test_half_of_a_surrogate_pair_is_refused(part: Any) -> None:
    assert [fault["code"] for fault in refused(raw(**part))] == ["TextInvalid"]


def test_of_many_faults_the_first_are_told_and_the_rest_counted() -> None:
    faults = refused(raw(**{f"unknown{n}": n for n in range(3000)}))
    assert len(faults) == 50
    assert faults[-1]["code"] == "MoreFaults"
    assert faults[-1]["message"].startswith("2951 more")


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), -1, 0])
def test_a_budget_is_an_amount(amount: float) -> None:
    assert [f["target"] for f in refused(raw(budget={"monthlyUsd": amount}))] == [
        "budget.monthlyUsd"
    ]


@pytest.mark.parametrize("count", [13, 20, 50])
def test_more_tags_than_a_private_zone_takes_are_refused_with_the_number_allowed(
    count: int,
) -> None:
    (fault,) = refused(raw(tags={f"t{n}": "x" for n in range(count)}))
    assert (fault["code"], fault["target"]) == ("TooManyTags", "tags")
    assert "at most 12" in fault["message"]


def test_as_many_tags_as_fit_beside_our_marks_are_accepted() -> None:
    spec = raw(tags={f"t{n}": "x" for n in range(12)})
    assert len(parse_spec(spec, subscription_id=SUBSCRIPTION).tags) == 12


@pytest.mark.parametrize("name", ["operator", "sudo", "staff", "www-data", "docker-free"])
def test_a_user_named_like_a_group_of_linux_could_never_log_in(name: str) -> None:
    spec = raw(jumpBox={"adminUsername": name})
    if name == "docker-free":
        assert isinstance(parse_spec(spec, subscription_id=SUBSCRIPTION), DeploymentSpec)
    else:
        assert [f["code"] for f in refused(spec)] == ["UserNameReserved"]


def prefixes(*texts: str) -> list[IPv4Network]:
    return [IPv4Network(text) for text in texts]


def test_overlaps_are_told_once_for_each_inner_prefix() -> None:
    found = overlaps(prefixes("10.0.1.0/24", "10.0.0.0/8", "10.0.1.0/24", "11.0.0.0/8"))
    assert [str(inner) for _, inner in found] == ["10.0.1.0/24", "10.0.1.0/24"]


def test_overlaps_between_two_sides_leave_out_those_within_a_side() -> None:
    ones = prefixes("10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16")
    others = prefixes("10.1.2.0/24", "192.0.0.0/8", "172.16.0.0/12")
    assert {(str(one), str(other)) for one, other in between(ones, others)} == {
        ("10.0.0.0/8", "10.1.2.0/24"),
        ("10.1.0.0/16", "10.1.2.0/24"),
        ("192.168.0.0/16", "192.0.0.0/8"),
    }
