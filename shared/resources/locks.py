"""Locks that keep what a deployment cannot do without from being deleted, by anybody.

Not on the private zone: a lock there keeps a failover from changing the server's record.
https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
"""

from typing import ClassVar

from shared.deployment.messages import Json
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.by_id import ResourceById
from shared.resources.express_route import ExpressRouteGateway
from shared.resources.ids import Ids
from shared.resources.postgres_server import PostgresServer
from shared.resources.timing import Timing, minutes, seconds


class ManagementLock(ResourceById):
    """Base of the locks; a subclass names what it is `of`.

    Whoever may write locks may take those of others off, so the app may only where asked.
    """

    arm_type = "Microsoft.Authorization/locks"
    api_version = "2020-05-01"
    name_rule = r"[^<>%&:?/]{0,89}[^<>%&:?/. ]"
    free = "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources"
    verbs = ("write", "delete")  # the preflight reads them, whatever a spec says
    role = "privileged"
    protects = True
    taggable = False
    # synchronous (Microsoft.Authorization's definitions: 200 or 201)
    timing: ClassVar[Timing] = Timing(create=seconds(2), delete=seconds(2), timeout=minutes(15))
    of: ClassVar[type[Resource]]

    def __init_subclass__(cls, *, of: type[Resource]) -> None:
        cls.of, cls.key, cls.depends_on = of, f"lock-{of.key}", (of,)
        super().__init_subclass__()

    def wanted(self, spec: DeploymentSpec) -> bool:
        locked = spec.protect is not None and self.of.key in spec.protect.locks
        return locked and self.of().made(spec)

    def name(self, spec: DeploymentSpec) -> str:
        return f"lock-{spec.name}"

    def parent_id(self, spec: DeploymentSpec) -> str:
        return f"{self.of().id(spec)}/providers/Microsoft.Authorization"

    def body(self, spec: DeploymentSpec, ids: Ids) -> Json:
        notes = f"protect.locks of the deployment {spec.name}: an update of its spec lifts this"
        return {"properties": {"level": "CanNotDelete", "notes": notes}}


class PostgresServerLock(ManagementLock, of=PostgresServer):
    """Keeps the server, its data and its backups."""


class ExpressRouteGatewayLock(ManagementLock, of=ExpressRouteGateway):
    """Keeps the ExpressRoute gateway, which takes half an hour to make anew."""
