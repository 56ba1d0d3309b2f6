"""What this room raises.

ExpectedError
├── RecordsUnavailable      the storage account of the records does not answer
├── OperationInProgress     another operation of the deployment is running
├── PreconditionFailed      an ETag that is no longer, or not yet, the record's
├── RequestIdReused         the id of a request that was another one
├── DeploymentUnknown       no record of that name
├── OperationUnknown        no operation of that id
├── OperationOver           an operation that has ended, or has been taken over
├── SpecUnknown             a generation whose spec is not kept
├── NotOurs                 an id that the record does not say we created
└── PlanUnknown             no plan, or no such step, is kept of an operation
"""

from shared.deployment.errors import ExpectedError


class RecordsUnavailable(ExpectedError):
    """The storage account that holds the records refused or did not answer."""

    retryable = True

    def __init__(self, why: str) -> None:
        super().__init__(f"the records cannot be reached: {why}")


class OperationInProgress(ExpectedError):
    """Another operation of the same deployment has not ended."""

    def __init__(self, deployment: str, operation_id: str) -> None:
        self.operation_id = operation_id
        super().__init__(
            f"operation {operation_id} of deployment {deployment} is running: wait or cancel it"
        )


class PreconditionFailed(ExpectedError):
    """The caller's If-Match or If-None-Match does not hold."""

    def __init__(self, deployment: str, why: str) -> None:
        super().__init__(f"deployment {deployment} {why}: read it again and repeat the request")


class RequestIdReused(ExpectedError):
    """A Repeatability-Request-ID that has come with another request before."""

    def __init__(self, request_id: str) -> None:
        super().__init__(
            f"request id {request_id[:80]} has come with another method, URL or body before: "
            "choose a new one"
        )


class DeploymentUnknown(ExpectedError):
    """No deployment of that name is on record."""

    def __init__(self, deployment: str) -> None:
        super().__init__(f"there is no deployment {deployment}")


class SpecUnknown(ExpectedError):
    """A generation of a deployment whose spec is not kept, or not any more."""

    def __init__(self, deployment: str, generation: int) -> None:
        super().__init__(f"no spec of generation {generation} of {deployment} is kept")


class OperationUnknown(ExpectedError):
    """No operation of that id is on record."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"there is no operation {operation_id}")


class OperationOver(ExpectedError):
    """An operation that must not go on: it has ended, or another one has taken its claim over."""

    def __init__(self, operation_id: str, why: str) -> None:
        super().__init__(f"operation {operation_id} {why}: nothing is done for it any more")


class NotOurs(ExpectedError):
    """Something that is to be deleted and that the record does not say we created."""

    def __init__(self, deployment: str, resource_id: str) -> None:
        super().__init__(
            f"{resource_id} is not on record as created by deployment {deployment}: it stays"
        )


class PlanUnknown(ExpectedError):
    """No plan, or no step of that key, is kept of an operation."""

    def __init__(self, operation_id: str, key: str | None = None) -> None:
        what = f"step {key}" if key else "plan"
        super().__init__(f"no {what} of operation {operation_id} is kept")
