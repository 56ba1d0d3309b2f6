"""Ids of what a resource depends on, and of nothing that it does not declare."""

from typing import TYPE_CHECKING

from shared.deployment.errors import UndeclaredDependency
from shared.deployment.specs.spec import DeploymentSpec

if TYPE_CHECKING:
    from shared.resources.base import Resource


class Ids:
    """The ids of the declared dependencies of one resource, and of nothing else."""

    def __init__(self, resource: "Resource", spec: DeploymentSpec) -> None:
        self._resource = resource
        self._spec = spec

    def __getitem__(self, dependency: "type[Resource]") -> str:
        """The id of a declared dependency.

        Raises:
            UndeclaredDependency: the class is missing from `depends_on`.
        """
        if dependency not in self._resource.depends_on:
            raise UndeclaredDependency(type(self._resource).__name__, dependency.__name__)
        return dependency().id(self._spec)
