"""ARM ids: what spells one, what only seems to, and how two are compared."""

import pytest

from shared.deployment.resource_id import ResourceId, same, within

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-a"
NETWORK = f"{GROUP}/providers/Microsoft.Network"


def test_an_id_is_read_into_its_parts() -> None:
    found = ResourceId.parse(f"{NETWORK}/virtualNetworks/vnet-a/subnets/b")
    assert found.arm_type == "Microsoft.Network/virtualNetworks/subnets"
    assert (found.group, found.names, found.name) == ("rg-a", ("vnet-a", "b"), "b")
    assert found.address == ("rg-a", "vnet-a", "b")


def test_a_group_is_a_resource_too() -> None:
    found = ResourceId.parse(GROUP)
    assert (found.arm_type, found.name) == ("Microsoft.Resources/resourceGroups", "rg-a")


@pytest.mark.parametrize(
    "text",
    [
        f"{NETWORK}/expressRouteCircuits/..",
        f"{NETWORK}/expressRouteCircuits/../../../x",
        f"{NETWORK}/expressRouteCircuits/a?api-version=1",
        f"{NETWORK}/expressRouteCircuits/a#b",
        f"{NETWORK}/expressRouteCircuits/a%2Fb",
        f"{NETWORK}/expressRouteCircuits/a b",
        f"{NETWORK}/expressRouteCircuits/a\n",
        f"{NETWORK}/expressRouteCircuits/",
        f"{NETWORK}/expressRouteCircuits",
        f"{NETWORK}/expressRouteCircuits/{'a' * 129}",
        f"{GROUP}./providers/Microsoft.Network/expressRouteCircuits/a",
        f"{GROUP[:-4]}{'g' * 91}",
        "/subscriptions/../resourceGroups/rg-a",
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/..",
        "https://management.azure.com" + GROUP,
        "/subscriptions/" + "/a" * 600,
        "",
    ],
)
def test_what_a_url_could_read_otherwise_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="should be an ARM id"):
        ResourceId.parse(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (GROUP, ("rg-a",)),
        (f"{NETWORK}/virtualNetworks/vnet-a/subnets/b", ("rg-a", "vnet-a", "b")),
        (f"{NETWORK}/servers/psql a/configurations", ("rg-a", "psql a")),
    ],
)
def test_an_id_that_azure_has_written_is_read_as_it_is(text: str, address: tuple[str, ...]) -> None:
    found = ResourceId.of(text)
    assert found.address == address
    assert found.subscription == "00000000-0000-0000-0000-000000000001"


def test_ids_and_types_are_compared_without_case() -> None:
    assert same(NETWORK, NETWORK.upper())
    assert ResourceId.parse(f"{NETWORK}/publicIPAddresses/a").is_a(
        "microsoft.network/PublicIpAddresses"
    )


def test_a_longer_name_does_not_lie_inside_a_shorter_one() -> None:
    assert within(f"{NETWORK}/virtualNetworks/a/subnets/b", f"{NETWORK}/VirtualNetworks/a")
    assert not within(f"{NETWORK}/virtualNetworks/ab", f"{NETWORK}/virtualNetworks/a")
