"""Tasks that run on in the very moment they are resolved, as in the Durable Task engine.

asyncio would resume a waiter in a later turn of its loop; ids would then be taken in another
order than on Azure. Here `resolve` returns only when everything that waited has moved on.
"""

from collections.abc import Callable, Coroutine, Generator, Sequence
from typing import Any


class OrchestrationFailed(Exception):
    """Ends the orchestration as Failed; the text becomes its output."""


class Task:
    """Something an orchestration waits for: open, or done with success or failure."""

    __slots__ = ("_waiting", "done", "error")

    def __init__(self) -> None:
        self.done = False
        self.error: str | None = None
        self._waiting: list[Callable[[], None]] = []

    def resolve(self, error: str | None = None) -> None:
        """End the task and run everything that waited for it."""
        self.done, self.error = True, error
        waiting, self._waiting = self._waiting, []
        for resume in waiting:
            resume()

    def when_done(self, resume: Callable[[], None]) -> None:
        """Call `resume` at the end of the task, or now."""
        if self.done:
            resume()
        else:
            self._waiting.append(resume)

    def __await__(self) -> Generator["Task", None, None]:
        if not self.done:
            yield self


def when_all(tasks: Sequence[Task]) -> Task:
    """Done when every task is, with the first failure if there is one."""
    whole = Task()
    open_count = len(tasks)

    def count() -> None:
        nonlocal open_count
        open_count -= 1
        if open_count == 0:
            whole.resolve(next((t.error for t in tasks if t.error is not None), None))

    for task in tasks:
        task.when_done(count)
    if not tasks:
        whole.resolve()
    return whole


def when_any(tasks: Sequence[Task]) -> Task:
    """Done, and never failed, when the first task is."""
    if not tasks:
        raise OrchestrationFailed("A task_any needs at least one task that is not scheduled yet.")
    whole = Task()

    def settle() -> None:
        if not whole.done:
            whole.resolve()

    for task in tasks:
        task.when_done(settle)
    return whole


def drive(steps: Coroutine[Task, None, Any], on_end: Callable[[Any], None]) -> None:
    """Run `steps` to its first open task, and on from there whenever that task is resolved.

    Args:
        steps: awaits tasks only.
        on_end: receives the returned value, or the OrchestrationFailed that was raised.
    """

    def advance() -> None:
        try:
            waited = steps.send(None)
        except StopIteration as stop:
            on_end(stop.value)
        except OrchestrationFailed as failure:
            on_end(failure)
        else:
            waited.when_done(advance)

    advance()
