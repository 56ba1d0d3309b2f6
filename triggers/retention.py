"""The timer that clears away what has ended long ago, and ends what has lost its orchestration."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import azure.durable_functions as df
import azure.functions as func

from shared.records.records import records
from shared.settings import settings
from triggers.telling import ENDED, settle_unended

blueprint = df.Blueprint()
log = logging.getLogger(__name__)

DAILY = "0 15 2 * * *"
EVER = datetime(2020, 1, 1, tzinfo=UTC)  # before the first instance of this app


@blueprint.timer_trigger(arg_name="timer", schedule=DAILY)
@blueprint.durable_client_input(client_name="client")
async def clear_ended(timer: func.TimerRequest, client: df.DurableOrchestrationClient) -> None:
    """Forget what ended before the retention began, and settle what nobody has asked about."""
    now = datetime.now(UTC)
    last = str(getattr(timer, "schedule_status", {}).get("Last") or "")
    await settle_unended(client)
    before = _moment(last, now) - timedelta(days=settings().retention_days)
    if before <= EVER:  # it has never fired yet
        return
    cleared = await asyncio.to_thread(records().clear, ended_before=before)
    # Without a list of statuses, those that still run would be purged too.
    await client.purge_instance_history_by(EVER, before, sorted(ENDED, key=str))
    log.info("cleared %s operation(s)", cleared, extra={"state": "cleared"})


def _moment(last: str, now: datetime) -> datetime:
    """The host's own time, as near as its timer tells: instances are stamped by that."""
    try:
        fired = datetime.fromisoformat(last)
    except ValueError:
        return now
    fired = fired if fired.tzinfo else fired.replace(tzinfo=UTC)
    return max(fired, EVER)
