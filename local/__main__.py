"""``python -m local --app .``: the local stack, until Ctrl-C."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from local.azurite import AzuriteMissing
from local.stack import ChildFailed, LocalStack, PortTaken

LARGEST = 65_535


def port(text: str) -> int:
    """A port, as somebody says it.

    Raises:
        ArgumentTypeError: it is none.
    """
    if not (text.isascii() and text.isdigit() and int(text) <= LARGEST):
        raise argparse.ArgumentTypeError(f"{text} is no port: take one from 1 to {LARGEST}, or 0")
    return int(text)


def main() -> int:
    """Serve until interrupted; the exit code."""
    parser = argparse.ArgumentParser("python -m local", description=__doc__)
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py")
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")
    parser.add_argument("--port", type=port, default=7071, help="of the host; 0 takes a free one")
    parser.add_argument("--arm-port", type=port, default=8443, help="0 takes a free one")
    parser.add_argument("--folder", type=Path, default=Path(".local"), help="state and logs")
    parser.add_argument("--surroundings", type=Path, help="JSON: what is in Azure beforehand")
    parser.add_argument("--example", type=Path, help="a body to show a first request with")
    chosen = parser.parse_args()
    surroundings = json.loads(chosen.surroundings.read_text()) if chosen.surroundings else []
    try:
        with LocalStack(
            chosen.app,
            folder=chosen.folder,
            speed=chosen.speed,
            port=chosen.port,
            arm_port=chosen.arm_port,
            surroundings=surroundings,
        ) as stack:
            print("\n".join(stack.host.lines))
            print(f"\nAzure Resource Manager: {stack.arm_url}, at {chosen.speed:g} times real time")
            print(f"State and logs: {chosen.folder}/")
            if chosen.example:
                print(f"\ncurl -i {stack.url}/api/deployments --json @{chosen.example}")
            print("\nCtrl-C ends the stack.", flush=True)
            stop = threading.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stop.set())
            stop.wait()
    except (AzuriteMissing, PortTaken, ChildFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
