"""The emulated cloud: one object, composed of everything below it, that answers requests.

It is given its clock and its seed and reads nothing else; no sockets, no threads, no timers. A lock
makes direct calls from other threads safe.
"""

from datetime import datetime

from local.arm_emulator.engine import polling
from local.arm_emulator.engine.endings import finish
from local.arm_emulator.engine.requests import serve
from local.arm_emulator.providers import ROUTES, TYPES
from local.arm_emulator.providers.network.shape_only import shape_only
from local.arm_emulator.settings import Settings
from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.persistence import Journal
from local.arm_emulator.types.registry import Types
from local.arm_emulator.types.resource_manager import ResourceManager
from local.arm_emulator.wire.messages import Request, Response
from local.arm_emulator.wire.router import Router
from local.clock import Clock


class Cloud(ResourceManager):
    """Azure, as far as it is emulated."""

    def __init__(
        self, *, clock: Clock, seed: int, settings: Settings, state: str | None = None
    ) -> None:
        self.journal = Journal(state)
        self.router = Router((*polling.ROUTES, *ROUTES))
        super().__init__(clock=self.journal.catch_up(clock), seed=seed, settings=settings)
        self.journal.load(self)

    def begin(self) -> None:
        """Empty the cloud, with the types that its settings ask for."""
        super().begin()
        self.types = Types(self, (*TYPES, *shape_only(self.settings.shape_only)))

    def reset(self) -> None:
        """Forget everything that happened; clock, seed and settings stay."""
        with self.lock:
            self.journal.clear()
            self.begin()

    def handle(self, request: Request) -> Response:
        """Answer one request; its effects are on disk before it returns."""
        with self.lock:
            now = self.clock.now()
            self.operations.settle(now)
            self.moment = now
            response = self.serve(Call(self.next_number, request, now))
            self.journal.save(self)
            return response

    def serve(self, call: Call) -> Response:
        """Answer a call and record it; one that has a caller already is made by a deployment."""
        return serve(self, self.router, call)

    def finish(self, operation: Operation, at: datetime) -> None:
        """Bring the effect of an operation that has just reached an end state."""
        finish(self, operation, at)
