"""What this host refuses, each with one sentence that says what to do.

HostError
    AppError          function_app.py cannot be loaded or needs what this host does not do
    SettingError      host.json, local.settings.json or a setting they refer to is unusable
    StateError        the SQLite file is in use, or was written by another version
    AddressError      the port is taken
RequestError          a management request with its HTTP status and the exception text of .NET
WorkerCrash           an invocation that the platform must repeat: nothing of it may be committed
InvocationFailed      an orchestrator function raised outside the protocol
HostKilled            a simulated crash
"""


class HostError(Exception):
    """The host cannot start; the text is one sentence for the person who started it."""


class AppError(HostError):
    """The app cannot be loaded."""


class SettingError(HostError):
    """A setting is missing or makes no sense."""


class StateError(HostError):
    """The task hub file cannot be used."""


class AddressError(HostError):
    """A port cannot be bound."""


class RequestError(Exception):
    """A management request that is answered with an error status."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


class WorkerCrash(Exception):
    """The worker died or was stopped during an invocation; the work item is repeated."""


class InvocationFailed(Exception):
    """The orchestrator function raised outside the protocol; the text is the whole message."""


class HostKilled(BaseException):
    """Raised by a crash hook: the host drops everything that is not committed, and is gone."""
