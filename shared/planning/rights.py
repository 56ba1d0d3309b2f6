"""What the identity of the app may do at a scope, as Azure tells it.

https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group
"""

import re
from collections.abc import Iterable
from typing import Any

from shared.azure.clients import AzureClients
from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec

PATH = "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
UNTOLD = {401, 403}  # who may not ask has no right that counts on anything


def lacking(clients: AzureClients, spec: DeploymentSpec, needed: Iterable[str]) -> list[str]:
    """Actions that the app may not do in the group of a deployment, or around it before it exists.

    Raises:
        HttpResponseError: ARM gives no answer just now.
    """
    around = f"/subscriptions/{spec.subscription_id}"
    granted: list[Json] = []
    for scope in (f"{around}/resourceGroups/{spec.group}", around):
        response: Any = clients.send("GET", f"{scope}{PATH}")
        if response.status_code == 404:
            continue
        if response.status_code not in UNTOLD:
            response.raise_for_status()
            granted = response.json()["value"]
        break
    return not_allowed(needed, granted)


def not_allowed(needed: Iterable[str], granted: Iterable[Json]) -> list[str]:
    """Actions that no role allows; each gives its actions less its own exceptions.

    Args:
        needed: actions.
        granted: the roles, as Azure lists them.
    """
    roles = list(granted)
    return [action for action in needed if not any(_allows(role, action) for role in roles)]


def _allows(role: Json, action: str) -> bool:
    given, taken = role.get("actions"), role.get("notActions")
    return _matches(action, given) and not _matches(action, taken)


def _matches(action: str, patterns: Iterable[str] | None) -> bool:
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE)
        for pattern in patterns or ()
    )
