"""An event loop on a thread of its own, to be started, asked, ended and killed from outside."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from typing import Any

from local.functions_host.errors import HostKilled


class LoopThread:
    """Runs `main` until it returns.

    `main` calls `ready` once it can be asked, and returns when `ending` is set. Whoever sets
    `killed` makes every later question a HostKilled.
    """

    loop: asyncio.AbstractEventLoop
    ending: asyncio.Event

    def __init__(self, name: str, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._main = main
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self.killed = threading.Event()

    def start(self) -> None:
        """Begin; returns when `main` is ready, raises what it raised before that."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def ready(self) -> None:
        """`main` has begun."""
        self._ready.set()

    def _run(self) -> None:
        try:
            asyncio.run(self._enter())
        except (Exception, HostKilled) as error:
            self._failure = error
            if isinstance(error, HostKilled):
                self.killed.set()
        finally:
            self._ready.set()

    async def _enter(self) -> None:
        self.loop, self.ending = asyncio.get_running_loop(), asyncio.Event()
        await self._main()

    def end(self, before: Callable[[], None] = lambda: None) -> None:
        """Ask `main` to return, after calling `before` on the loop; does not wait for it."""

        def leave() -> None:
            before()
            self.ending.set()

        if self._ready.is_set() and self._thread.is_alive():
            self.notify(leave)

    def notify(self, callback: Callable[[], None]) -> None:
        """Call something on the loop, unless the loop is closing just now."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(callback)

    def join(self) -> None:
        """Wait until `main` has returned."""
        if self._thread.ident is not None:
            self._thread.join()

    def ask(self, work: Callable[[], Coroutine[Any, Any, Any]], timeout: float = 60) -> Any:
        """Run a coroutine on the loop; its result.

        Raises:
            HostKilled: the loop was killed before or meanwhile.
            TimeoutError: it took longer, in real time.
        """
        if self.killed.is_set():
            raise HostKilled
        coroutine = work()
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
            return self._result(future, timeout)
        except (CancelledError, RuntimeError):
            coroutine.close()
            if self.killed.is_set():
                raise HostKilled from None
            raise

    def _result(self, future: Future[Any], timeout: float) -> Any:
        """Wait in short steps: a loop that ends meanwhile may leave the future as it is."""
        end = time.monotonic() + timeout
        while not wait([future], timeout=0.5).done:
            if time.monotonic() > end:
                future.cancel()
                raise TimeoutError(f"the functions host was not ready within {timeout} s")
            if not self._thread.is_alive():
                raise CancelledError
        return future.result(0)
