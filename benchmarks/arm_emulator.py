"""What the ARM emulator can do: requests a second with many resources stored, start-up, memory.

python -m benchmarks.arm_emulator
"""

import asyncio
import json
import resource
import ssl
import subprocess
import sys
import time

import aiohttp
import httpx

from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.settings import Settings
from local.clock import VirtualClock

RESOURCES = 10_000
REQUESTS = 4_000
AT_ONCE = 8
GROUP = f"/subscriptions/{Settings().subscription_id}/resourceGroups/rg-bench"


def fill(azure: ArmEmulator) -> list[str]:
    """Store the resources; their ids."""
    ids = [
        f"{GROUP}/providers/Microsoft.Network/routeTables/rt-{number}"
        for number in range(RESOURCES)
    ]
    for each in ids:
        azure.put(each, {"location": "eastus", "properties": {}})
    return ids


async def ask(url: str, ca_file: str, token: str, ids: list[str]) -> float:
    """GETs a second, over a few connections at once."""
    trust = ssl.create_default_context(cafile=ca_file)
    headers = {"Authorization": f"Bearer {token}"}
    step = len(ids) // REQUESTS
    paths = [f"{url}{each}?api-version=2026-03-01" for each in ids[::step]]
    connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=trust)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def get(path: str) -> None:
            async with session.get(path) as answer:
                answer.raise_for_status()
                await answer.read()

        began = time.perf_counter()
        await asyncio.gather(*(get(path) for path in paths))
        return len(paths) / (time.perf_counter() - began)


def client(url: str, ca_file: str, token: str) -> None:
    """The load, in a process of its own: ids on standard input, the rate on standard output."""
    print(asyncio.run(ask(url, ca_file, token, json.load(sys.stdin))))


def measure() -> list[tuple[str, float, str]]:
    """(what, value, unit) of every number."""
    began = time.perf_counter()
    azure = ArmEmulator(clock=VirtualClock(), settings=Settings(throttling=False))
    with azure:
        start_up = time.perf_counter() - began
        ids = fill(azure)
        headers = {"X-IDENTITY-HEADER": azure.identity_header}
        query = {"api-version": "2019-08-01", "resource": "https://management.azure.com"}
        answer = httpx.get(azure.identity_url, params=query, headers=headers)
        token = answer.raise_for_status().json()["access_token"]
        load = subprocess.run(
            [sys.executable, "-m", __spec__.name, azure.url, str(azure.ca_file), token],
            input=json.dumps(ids),
            capture_output=True,
            text=True,
            check=True,
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        (f"GETs a second with {RESOURCES} resources stored", float(load.stdout), "/s"),
        ("start-up in this process", start_up, "s"),
        ("memory of this process, at most", memory, "MB"),
    ]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        client(*sys.argv[1:])
    else:
        for what, value, unit in measure():
            print(f"{what:60} {value:10.3f} {unit}")
