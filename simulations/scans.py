"""``python -m simulations.scans``: many deployments scanned with little that Azure lets be read.

One is deployed, and its record copied: what a scan costs is its reads, and they are the same for
each. 1 where one was not scanned within the hour, or where Azure refused a read.
"""

import argparse
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from azure.data.tables import TableServiceClient

from local.world import World, read_json, world

ROOT = Path(__file__).parents[1]
BUCKET = (20, 2.0)  # reads at once, and a second
HOURLY = {"DRIFT_SCHEDULE": "0 0 * * * *"}


class Scanned(NamedTuple):
    """What one virtual hour of scans came to."""

    checked: int
    took: timedelta  # from the first report to the last one
    reads: int
    throttled: int
    resources: int  # of one deployment


def copy_record(there: World, name: str, count: int) -> None:
    """Put the record of a deployment under more names; all are about the same resources."""
    with TableServiceClient.from_connection_string(there.settings["AzureWebJobsStorage"]) as tables:
        records = tables.get_table_client("deployments")
        record = records.get_entity("deployment", name)
        for number in range(1, count):
            records.upsert_entity({**record, "RowKey": f"{name}-{number:04}"})


def scan(there: World, name: str) -> Scanned:
    """Let the timer scan, with a small bucket, and see what happens within an hour."""
    there.azure.settings({"read_bucket": BUCKET})
    until_the_hour = 60 - there.clock.now().minute
    before, began = len(there.azure.calls()), there.clock.now()
    there.advance(minutes=until_the_hour + 59)
    calls = there.azure.calls()[before:]
    with TableServiceClient.from_connection_string(there.settings["AzureWebJobsStorage"]) as tables:
        records = list(
            tables.get_table_client("deployments").query_entities("PartitionKey eq 'deployment'")
        )
    mine = [record for record in records if record["RowKey"].startswith(name)]
    times = sorted(at for record in mine if (at := _checked_at(record)) > began)
    return Scanned(
        checked=len(times),
        took=times[-1] - times[0] if times else timedelta(),
        reads=sum(call["method"] == "GET" for call in calls),
        throttled=sum(call["status"] == 429 for call in calls),
        resources=len(there.request("GET", f"deployments/{name}").json()["inventory"]),
    )


def _checked_at(record: Any) -> datetime:
    text = str(record["drift_0"])
    at = text.partition('"checkedAt":"')[2].partition('"')[0]
    return datetime.fromisoformat(at)


def main() -> int:
    """Scan many; 1 where one was left out or refused."""
    parser = argparse.ArgumentParser("python -m simulations.scans", description=__doc__)
    parser.add_argument("--deployments", type=int, default=1000)
    chosen = parser.parse_args()
    with world(ROOT, settings=HOURLY) as there:
        there.start()
        spec = read_json(ROOT / "samples" / "recipe.json") | {"name": "scanned"}
        spec = {key: value for key, value in spec.items() if key != "approval"}
        told = there.deploy(spec)
        if told["status"] != "Succeeded":
            raise RuntimeError(f"nothing to scan: {told['failure']}")
        copy_record(there, "scanned", chosen.deployments)
        found = scan(there, "scanned")
        there.host.stop()
    each = found.reads / max(found.checked * found.resources, 1)
    print(
        f"{found.checked:,} of {chosen.deployments:,} deployments of {found.resources} resources "
        f"scanned within {found.took}, {found.reads:,} reads ({each:.2f} a resource), "
        f"{found.throttled} refused"
    )
    return 1 if found.throttled or found.checked < chosen.deployments else 0


if __name__ == "__main__":
    sys.exit(main())
