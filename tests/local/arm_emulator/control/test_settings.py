"""Every assumption is a setting that says something, and each can be set."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import local.arm_emulator
from local.arm_emulator import Settings
from local.arm_emulator.assumed_codes import AssumedCodes

SOURCE = "\n".join(
    path.read_text()
    for path in sorted(Path(local.arm_emulator.__file__).parent.rglob("*.py"))
    if path.name not in ("settings.py", "assumed_codes.py")
)


def test_every_setting_is_read_somewhere() -> None:
    unread = [each.name for each in fields(Settings) if not re.search(rf"\b{each.name}\b", SOURCE)]
    assert unread == []


def test_an_assumed_code_stands_nowhere_but_in_the_table() -> None:
    shared = {"InvalidParameterValue", "BadRequest"}  # what others are known to say of much else
    codes = {str(each.default) for each in fields(AssumedCodes)} - shared
    assert [code for code in sorted(codes) if f'"{code}"' in SOURCE] == []


def test_whoever_knows_the_real_code_sets_it(azure: Any, refusal: Any) -> None:
    azure.emulator.settings({"address_space_empty_code": "TheRealOne"})
    body = {"location": "eastus", "properties": {"addressSpace": {"addressPrefixes": []}}}
    write = azure.network.virtual_networks.begin_create_or_update
    assert refusal(write, "rg", "v", body, polling=False) == "400 TheRealOne"
