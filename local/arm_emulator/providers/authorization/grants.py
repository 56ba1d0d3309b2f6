"""What role assignments grant to an identity at a key vault, whose data Azure reads in its name.

The vault is one of Azure's roles, not of access policies; its own resource is not emulated, so that
an assignment at a vault is told by the vault's name, and one above holds for every vault.
https://learn.microsoft.com/azure/key-vault/general/rbac-guide
"""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from local.arm_emulator.providers.authorization.role_assignments import RoleAssignments
from local.arm_emulator.state.world import World

ADMINISTRATOR = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
SECRETS = (
    ADMINISTRATOR,
    "4633458b-17de-408a-b874-0445c86b69e6",  # Key Vault Secrets User
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",  # Key Vault Secrets Officer
    "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",  # Key Vault Certificate User
)
KEYS = (
    ADMINISTRATOR,
    "e147488a-f6f5-4113-8e2d-b22465e65bf6",  # Key Vault Crypto Service Encryption User
    "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",  # Key Vault Crypto Officer
)
VAULT = re.compile(r".*/providers/microsoft\.keyvault/vaults/([^/]+).*")


def reads(world: World, identity: str, url: str, roles: tuple[str, ...]) -> bool:
    """Whether an identity holds one of some roles over the vault that an address lies in."""
    found = world.store.get(identity)
    principal = str(found.properties.get("principalId", "")).lower() if found else ""
    host = str(urlsplit(url).hostname).lower()
    lag = timedelta(seconds=world.settings.role_lag_seconds)
    return any(
        str(each.properties.get("principalId", "")).lower() == principal
        and str(each.properties.get("roleDefinitionId", "")).lower().rpartition("/")[2] in roles
        and each.created + lag <= world.clock.now()
        and _holds(each.id.scope, host)
        for subscription in world.subscriptions
        for each in world.store.of_type(subscription, RoleAssignments.type)
    )


def _holds(scope: str, host: str) -> bool:
    vault = VAULT.fullmatch(scope.lower())
    if vault is None:
        return "/providers/" not in scope.lower()
    return not host.endswith(".vault.azure.net") or vault.group(1) == host.partition(".")[0]
