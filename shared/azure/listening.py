"""Listens to steps under way: many looks, no thread held between them, until there is news.

All listening activities of a process share its event loop, and the looks of a subscription are
kept apart there, so that hundreds of operations that listen at once stay within what ARM allows to
be read; planning reads the rest.
"""

import asyncio
from collections.abc import Callable, Mapping
from weakref import WeakKeyDictionary

from azure.core.exceptions import AzureError, HttpResponseError
from shared.azure.errors import failure_of
from shared.deployment.messages import Outcome, Step
from shared.deployment.operation import ListenAnswer, Watch, Watched
from shared.deployment.walks.listening import INSTANT, Listener

SIGNALS = 8.0  # seconds between looks at what callers ask for
# ARM refills 25 reads a second, a subscription, a principal and a region.
# https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
READS = 10.0  # looks a second in one subscription
LOOK_AGAIN = 10.0  # seconds to the next look after one that got no answer

_turns: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, float]]" = WeakKeyDictionary()


async def listen(
    watch: Watch,
    steps: Mapping[str, Step],
    look: Callable[[Step, Watched, float], Outcome],
    canceled: Callable[[], bool] | None,
) -> ListenAnswer:
    """Look at what is due when it is due, and return with the first news.

    Args:
        watch: what to look at, and when.
        steps: as planned, by key.
        look: how one of them stands so many seconds after the beginning; may block and raise.
        canceled: whether the caller wants no more of it, which is news; may block and raise.
    """
    loop, listener, signals = asyncio.get_running_loop(), Listener(watch), 0.0
    began, cancel = loop.time(), False

    def elapsed() -> float:
        return loop.time() - began

    async def look_at(step: Watched) -> None:
        planned = steps[step["key"]]
        await _turn(planned["id"].split("/")[2])
        try:
            outcome = await asyncio.to_thread(look, planned, step, elapsed())
        except Exception as error:
            outcome = unanswered(step["key"], error)
        listener.note(step["key"], outcome, elapsed())

    while True:
        if canceled is not None and elapsed() >= signals:
            signals, cancel = elapsed() + SIGNALS, await _asked(canceled)
        await asyncio.gather(*(look_at(step) for step in listener.due(elapsed())))
        upcoming = listener.next()
        if cancel or listener.news or upcoming is None:
            return ListenAnswer(outcomes=listener.outcomes(elapsed()), cancelRequested=cancel)
        wake = min(upcoming, signals) if canceled else upcoming
        await asyncio.sleep(max(INSTANT, wake - elapsed()))


async def _turn(subscription: str) -> None:
    """Wait until the subscription can bear the next look of this process."""
    loop = asyncio.get_running_loop()
    turns = _turns.setdefault(loop, {})
    turn = max(loop.time(), turns.get(subscription, 0.0))
    turns[subscription] = turn + 1 / READS
    if turn > loop.time() + 1:  # a second's worth may go at once
        await asyncio.sleep(turn - loop.time())


async def _asked(canceled: Callable[[], bool]) -> bool:
    try:
        return await asyncio.to_thread(canceled)
    except Exception:  # asked again soon
        return False


def unanswered(key: str, error: Exception) -> Outcome:
    """A read that fails says nothing of the operation; a write that is refused is a failure.

    A look writes where a step is several operations in a row.
    """
    failure = failure_of(error)
    request = getattr(getattr(error, "response", None), "request", None)
    said = isinstance(error, HttpResponseError) and getattr(request, "method", "GET") != "GET"
    if said or not isinstance(error, AzureError | OSError):
        return Outcome(key=key, state="failed", failure=failure)
    wait = failure.get("retryAfterSeconds", LOOK_AGAIN)
    return Outcome(key=key, state="inProgress", resourceRetryAfter=wait)
