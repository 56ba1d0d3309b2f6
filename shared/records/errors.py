"""What this room raises.

ExpectedError
├── RecordsUnavailable      the storage account of the records does not answer
├── OperationInProgress     another operation of the deployment is running
├── PreconditionFailed      an ETag that is no longer, or not yet, the record's
├── DeploymentUnknown       no record of that name
└── OperationUnknown        no operation of that id
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


class DeploymentUnknown(ExpectedError):
    """No deployment of that name is on record."""

    def __init__(self, deployment: str) -> None:
        super().__init__(f"there is no deployment {deployment}")


class OperationUnknown(ExpectedError):
    """No operation of that id is on record."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"there is no operation {operation_id}")
