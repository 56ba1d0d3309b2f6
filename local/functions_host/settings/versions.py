"""Which instance versions a host runs: `defaultVersion` and its strategies in host.json."""

import re
from itertools import zip_longest

from local.functions_host.settings.app_settings import HostSettings


def compare(left: str, right: str) -> int:
    """Negative, zero or positive; empty is oldest, numeric where both are, else as text."""
    if not left or not right:
        return bool(left) - bool(right)
    left_numbers, right_numbers = _numbers(left), _numbers(right)
    if left_numbers is not None and right_numbers is not None:
        pairs = zip_longest(left_numbers, right_numbers, fillvalue=-1)
        for a, b in pairs:  # as System.Version: 1.0 < 1.0.0
            if a != b:
                return a - b
        return 0
    a_text, b_text = left.casefold(), right.casefold()
    return (a_text > b_text) - (a_text < b_text)


def _numbers(version: str) -> list[int] | None:
    if re.fullmatch(r"\d+(\.\d+){1,3}", version) is None:
        return None
    return [int(part) for part in version.split(".")]


def accepts(settings: HostSettings, version: str) -> bool:
    """Whether this host may run an instance of that version."""
    if settings.default_version is None or settings.version_match == "None":
        return True
    order = compare(version, settings.default_version)
    return order == 0 if settings.version_match == "Strict" else order <= 0
