"""What Azure's definitions and the documented bounds allow is accepted, and nothing else.

A body that breaks exactly one thing (a value that is none, a member that nobody knows, one that is
missing) is refused naming it.
"""

import json
import re
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.arm_emulator import ArmEmulator
from local.arm_emulator.wire.messages import Request, Response
from tests.local.arm_emulator.conformance.bodies import (
    Defined,
    Place,
    defined,
    with_value,
    without,
)
from tests.local.arm_emulator.conformance.facts import Fact, Json
from tests.local.arm_emulator.conformance.test_facts import RECIPE
from tests.local.arm_emulator.conformance.world import QUIET, World, api_version

tries = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# Members whose values depend on others, or on what is offered: their rules have facts of their own.
TOGETHER = {
    "Microsoft.Authorization/locks": {"level": "no lock is made with NotSpecified"},
    "Microsoft.Compute/virtualMachines": {"vmSize": "the open set ends in 2018"},
    "Microsoft.Compute/virtualMachines/runCommands": {
        "treatFailureAsDeploymentFailure": "it is not emulated, and says so",
    },
    "Microsoft.DBforPostgreSQL/flexibleServers": {
        r"sku\.tier|storage\.(tier|type)": "a tier has its sizes, a disk what it can do",
        "passwordAuth": "somebody has to get in",
        r"dataEncryption\.type": "a key of one's own has an address and an identity",
        r"replica\.role|createMode": "a replica has a source",
    },
    "Microsoft.Network/applicationGateways": {
        r"properties\.sku\.\w+": "a name has its tier",
        "sslPolicy": "a policy has its parts, and those of old are gone",
        "protocol": "a protocol has its list, and Tls a certificate",
    },
    "Microsoft.Network/bastionHosts": {
        r"sku\.name|scaleUnits|disableCopyPaste|enable\w+": "a SKU has its features",
    },
    "Microsoft.Network/connections": {"connectionType": "of VPN nothing is emulated"},
    "Microsoft.Network/dnsResolvers/inboundEndpoints": {"Method": "a static address is said"},
    "Microsoft.Network/networkWatchers/connectionMonitors": {"protocol": "each has its settings"},
    "Microsoft.Network/publicIPAddresses": {
        r"sku\.name|AllocationMethod": "there is no Basic any more, and no other is dynamic",
    },
    "Microsoft.Network/routeTables/routes": {"nextHopType": "an appliance has an address"},
    "Microsoft.Network/virtualNetworkGateways": {
        r"gatewayType|sku\.name": "of VPN nothing is emulated; a scale has its bounds",
    },
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": {
        "useRemoteGateways": "there has to be one",
    },
    "Microsoft.OperationalInsights/workspaces": {r"sku\.name": "a reservation has its size"},
}
IDENTITY = r"identity\.type"  # of any type: it says whether there are ids
NAMES = [each.kind.type.partition("/")[2] for each in defined()]


def free(kind: Defined) -> list[Place]:
    """The places whose values depend on nothing else."""
    bound = {IDENTITY, *TOGETHER.get(kind.kind.type, {})}
    return [
        each
        for each in kind.places
        if each.values and not any(re.search(pattern, each.dotted) for pattern in bound)
    ]


class Tried:
    """A cloud that takes bodies of one kind, one after the other, each as if it were the first."""

    def __init__(self, emulator: ArmEmulator, web: requests.Session, kind: Defined) -> None:
        self._emulator, self._kind, self._world = emulator, kind.kind, World(emulator, web)
        at_once = {"duration_factor": 0.0}
        self._world.prepare(Fact(self._kind, "", "PUT", 200, "", settings=at_once))
        self._headers = {"authorization": str(web.headers["Authorization"])}

    def put(self, body: Json) -> Response:
        """What a PUT of a body is answered; what it has made is taken away again."""
        path, query = self._world.path(self._kind.at), {"api-version": api_version(self._kind.type)}
        request = Request("PUT", path, query, self._headers, self._world.filled(body))
        answer = self._emulator.cloud.handle(request)
        self._emulator.remove(path)
        self._emulator.advance(QUIET.total_seconds())
        return answer


@pytest.mark.parametrize("kind", defined(), ids=NAMES)
def test_what_a_definition_and_its_bounds_allow_is_accepted(
    emulator: ArmEmulator, web: requests.Session, kind: Defined
) -> None:
    tried, places = Tried(emulator, web, kind), free(kind)
    some = st.lists(st.sampled_from(places), max_size=3, unique=True)

    @tries
    @given(some if places else st.just([]), st.data())
    def accepted(several: list[Place], data: st.DataObject) -> None:
        body = kind.kind.body
        for place in several:
            body = with_value(body, place.at, data.draw(st.sampled_from(place.values)))
        answer = tried.put(body)
        assert answer.status < 300, (body, answer.body)

    accepted()


@pytest.mark.parametrize("kind", defined(), ids=NAMES)
def test_what_breaks_one_thing_is_refused_by_its_name(
    emulator: ArmEmulator, web: requests.Session, kind: Defined
) -> None:
    tried = Tried(emulator, web, kind)

    @tries
    @given(broken(kind))
    def refused(told: tuple[Json, Any]) -> None:
        body, name = told
        answer = tried.put(body)
        assert answer.status == 400, (body, answer.body)
        assert str(name).lower() in json.dumps(answer.body).lower()

    refused()


def broken(kind: Defined) -> st.SearchStrategy[tuple[Json, Any]]:
    """Bodies that break one thing, with its name."""
    body = kind.kind.body
    values = [(place.at, value) for place in kind.places for value in place.wrong]
    unknown = [((*at, "misspelt"), True) for at in kind.objects]
    wrong = st.sampled_from(values + unknown).map(
        lambda each: (with_value(body, each[0], each[1]), each[0][-1])
    )
    if not kind.required:
        return wrong
    missing = st.sampled_from(kind.required).map(lambda at: (without(body, at), at[-1]))
    return wrong | missing


def test_every_type_of_the_recipe_is_tried() -> None:
    assert RECIPE - {each.kind.type for each in defined()} == set()
    assert sum(len(each.places) for each in defined()) >= 700


def test_what_is_said_to_depend_on_others_is_there() -> None:
    known = {each.kind.type: each for each in defined()}
    for name, patterns in TOGETHER.items():
        for pattern in patterns:
            assert any(re.search(pattern, place.dotted) for place in known[name].places), pattern
