"""`python -m local.functions_host --app . --port 7071 --state .local/taskhub.db`."""

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from local.clock import parse_clock
from local.functions_host.errors import HostError
from local.functions_host.host import FunctionsHost

NOT_EMULATED = (
    "Local stand-in: HTTP, timer, orchestration and activity triggers; no entities, no call_http, "
    "no other bindings."
)


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m local.functions_host", description=__doc__)
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py")
    parser.add_argument("--port", type=int, default=7071)
    parser.add_argument("--rpc-port", type=int, default=17071, help="of the SDK's own client")
    parser.add_argument("--state", type=Path, default=Path(".local/taskhub.db"))
    parser.add_argument("--clock", default="real", help="real, virtual, or a speed[@anchor]")
    parser.add_argument("--strict", action="store_true", help="replay every episode twice")
    parser.add_argument("--enable-auth", action="store_true", help="ask for access keys")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(arguments)


def print_functions(host: FunctionsHost) -> None:
    """Say what runs where, as `func start` does."""
    print(f"\nFunctions ({host.app_dir}):\n")
    for endpoint in host.endpoints:
        methods = ",".join(sorted(endpoint.methods))
        key = f"?code={host.keys.host}" if host.keys.enforced else ""
        url = f"{host.url}/{endpoint.template}{key}"
        print(f"\t{endpoint.function.name}: [{methods}] {url}")
    for function in host.functions:
        if not function.returns_http:
            print(f"\t{function.name}: {function.kind}")
    if host.keys.enforced:
        print(f"\nMaster key: {host.keys.master}")
    print(f"\n{NOT_EMULATED}\nListening on {host.url}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the host until SIGTERM or Ctrl-C; the exit code."""
    options = read_arguments(arguments)
    level = logging.DEBUG if options.verbose else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    try:
        host = FunctionsHost(
            options.app,
            clock=parse_clock(options.clock),
            state=options.state,
            strict=options.strict,
            port=options.port,
            rpc_port=options.rpc_port,
            enable_auth=options.enable_auth,
        )
        host.start()
    except (HostError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    print_functions(host)
    asked_to_stop.wait()
    host.stop()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # an activity that still blocks a thread would keep the process alive
