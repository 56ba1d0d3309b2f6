"""What can be wrong with a deployment as data, and the base of what other rooms raise.

ExpectedError (RuntimeError)    its class and text may be told to callers
DeploymentError (ValueError)
├── SpecInvalid             every fault of a spec at once, each with its path and fix
├── DependencyCycle         the graph of a plan or of the catalogue runs in a circle
└── UndeclaredDependency    a body used the id of a resource it does not declare
"""

from collections.abc import Sequence

from shared.deployment.messages import Advice


class ExpectedError(RuntimeError):
    """What may go wrong outside: told to callers by its class as the code, and its text."""

    retryable = False


class DeploymentError(ValueError):
    """Base of everything this room raises."""


class SpecInvalid(DeploymentError):
    """A spec that cannot be deployed; `faults` names each field and what to do about it."""

    def __init__(self, faults: Sequence[Advice]) -> None:
        self.faults = list(faults)
        lines = "; ".join(f"{fault['target']}: {fault['message']}" for fault in faults)
        super().__init__(f"{len(self.faults)} fault(s) in the spec: {lines}")


class DependencyCycle(DeploymentError):
    """Resources that wait for each other in a circle."""

    def __init__(self, chain: Sequence[str]) -> None:
        self.chain = tuple(chain)
        super().__init__(f"resources depend on each other in a circle: {' -> '.join(chain)}")


class UndeclaredDependency(DeploymentError):
    """A body asked for the id of a resource that its class does not list in `depends_on`."""

    def __init__(self, resource: str, used: str) -> None:
        self.resource = resource
        self.used = used
        super().__init__(
            f"{resource} uses the id of {used} without declaring it: add {used} to its depends_on"
        )
