"""A type that nobody has emulated has the SDK's shape where a setting says so, and no rules."""

import subprocess
import sys
from typing import Any

import pytest

from local.arm_emulator import ArmEmulator, Settings
from local.arm_emulator.cloud import Cloud
from local.arm_emulator.providers import TYPES
from local.arm_emulator.providers.network.shape_only import shape_only
from local.clock import VirtualClock

TYPE = "Microsoft.Network/localNetworkGateways"
BODY = {
    "location": "eastus",
    "properties": {
        "gatewayIpAddress": "198.51.100.7",
        "localNetworkAddressSpace": {"addressPrefixes": ["10.200.0.0/16"]},
    },
}


@pytest.fixture(autouse=True)
def gateways_by_shape(emulator: ArmEmulator) -> None:
    emulator.cloud.settings.shape_only = (TYPE,)
    emulator.reset()


def cloud_with(settings: Settings) -> Cloud:
    return Cloud(clock=VirtualClock(), seed=0, settings=settings)


def test_a_type_by_its_shape_lives_as_any_other(azure: Any) -> None:
    gateways = azure.network.local_network_gateways
    gateways.begin_create_or_update("rg", "office", BODY).result()
    assert gateways.get("rg", "office").gateway_ip_address == "198.51.100.7"
    gateways.begin_delete("rg", "office").result()
    assert list(gateways.list("rg")) == []


def test_a_type_by_its_shape_refuses_what_the_sdk_does_not_know(azure: Any, refusal: Any) -> None:
    write = azure.network.local_network_gateways.begin_create_or_update
    body = BODY | {"properties": {"gatewayAddress": "198.51.100.7"}}
    assert refusal(write, "rg", "office", body, polling=False) == "400 InvalidRequestFormat"


def test_no_type_goes_by_its_shape_unless_a_setting_names_it() -> None:
    assert cloud_with(Settings()).types.get(TYPE) is None


def test_a_type_that_is_emulated_is_never_replaced_by_its_shape() -> None:
    with pytest.raises(ValueError, match="virtualNetworks is emulated by"):
        cloud_with(Settings(shape_only=("Microsoft.Network/virtualNetworks",)))


def test_a_name_without_a_model_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match=r"no model for .*teapots"):
        shape_only(["Microsoft.Network/teapots"])


def test_every_plain_type_is_named_at_start() -> None:
    command = [sys.executable, "-m", "local.arm_emulator", "--port", "0", "--ca-file", "/dev/null"]
    command += ["--settings", f'{{"shape_only": ["{TYPE}"]}}']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        said = next((line for line in lines if "shape only" in line or "Not emul" in line), "")
        process.terminate()
    assert TYPE in said


def test_an_emulated_type_is_one_entry_in_its_providers_list() -> None:
    names = [each.type.lower() for each in TYPES]
    assert len(names) == len(set(names))
