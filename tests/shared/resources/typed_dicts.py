"""Whether every key of a body exists in the TypedDicts of the SDKs, at any depth.

The SDKs' own annotations cannot be used for type checking (whatever may refer to another resource
demands an etag of it), but they know every property there is.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from shared.azure.clients import AzureClients
from shared.resources.base import Resource
from shared.resources.sdk_calls import body_types
from shared.settings import Settings

# What their classes reach by their ids, or by methods that most groups do not have.
BY_OTHER_METHODS: dict[str, Callable[[AzureClients], Any]] = {
    "waf-policy": lambda c: c.network.web_application_firewall_policies.create_or_update,
    "gateway-alias": lambda c: c.private_dns.record_sets.create_or_update,
}


class Nobody:
    """A credential that is never asked."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        raise NotImplementedError


@cache
def _clients() -> AzureClients:
    settings = Settings("none", "https://nowhere.invalid", "", arm_url="https://nowhere.invalid")
    return AzureClients(Nobody(), settings, settings.subscription_id)


@cache
def shape_of(resource: Resource) -> type | None:
    """The TypedDict of what the SDK takes for it; None where only a generic client knows it."""
    try:
        method = resource.operation_group(_clients()).begin_create_or_update
    except NotImplementedError:
        if resource.key not in BY_OTHER_METHODS:
            return None
        method = BY_OTHER_METHODS[resource.key](_clients())
    return body_types(method)[-1]


def unknown_keys(body: Any, shape: type) -> list[str]:
    """Paths of the keys that no TypedDict knows."""
    return list(_unknown(body, vars(sys.modules[shape.__module__]), [shape.__name__], ""))


def _unknown(value: Any, types: Mapping[str, Any], names: list[str], path: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _unknown(item, types, names, path)
    elif isinstance(value, Mapping) and "$secret" not in value:
        known: dict[str, Any] = {}
        for name in names:
            known |= types[name].__annotations__
        for key, item in value.items():
            where = f"{path}.{key}".lstrip(".")
            if key not in known:
                yield where
            elif "dict[str" not in str(known[key]):  # a map has keys of its own
                words = re.findall(r"\w+", str(known[key]))
                inner = [word for word in words if hasattr(types.get(word), "__total__")]
                yield from _unknown(item, types, inner, where)
