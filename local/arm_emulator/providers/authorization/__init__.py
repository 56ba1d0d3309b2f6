"""Microsoft.Authorization: roles, locks, policies.

Its types and its routes; a new type is a file of its own and a line below.
"""

from local.arm_emulator.providers.authorization import (
    authorization,
    policies,
    role_assignments,
)
from local.arm_emulator.providers.authorization.authorization import Locks, Permissions
from local.arm_emulator.providers.authorization.policies import PolicyAssignments
from local.arm_emulator.providers.authorization.role_assignments import RoleAssignments
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.router import Route

TYPES: tuple[type[ResourceType], ...] = (
    PolicyAssignments,
    Locks,
    Permissions,
    RoleAssignments,
)
ROUTES: tuple[Route, ...] = (
    *authorization.ROUTES,
    *policies.ROUTES,
    *role_assignments.ROUTES,
)
