"""`python -m local.functions_host --app . --port 7071 --state .local/taskhub.db`."""

import argparse
import inspect
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from local.clock import parse_clock
from local.functions_host.dispatch.chaos import SWITCHES, Chaos
from local.functions_host.errors import HostError, HostKilled
from local.functions_host.host import FunctionsHost

log = logging.getLogger("local.functions_host")

NOT_EMULATED = (
    "Local stand-in: HTTP, timer, orchestration and activity triggers; no entities, no call_http, "
    "no other bindings."
)


def read_switches(text: str) -> list[str]:
    """The names in a comma-separated list."""
    switches = [part.strip() for part in text.split(",")]
    for switch in switches:
        if switch not in SWITCHES:
            known = ", ".join(SWITCHES)
            raise argparse.ArgumentTypeError(f"{switch!r} is no switch: say some of {known}")
    return switches


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        "python -m local.functions_host",
        description=f"Run a function app. {NOT_EMULATED}",
        epilog=f"Chaos: {inspect.cleandoc(Chaos.__doc__ or '')}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--app", type=Path, default=Path(), help="folder of function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one")
    parser.add_argument("--rpc-port", type=int, default=17071, help="of the SDK's own client")
    parser.add_argument(
        "--state", type=Path, default=Path(".local/taskhub.db"), help="file of the task hub"
    )
    parser.add_argument("--clock", default="real", help="real, virtual, or a speed[@anchor]")
    parser.add_argument("--strict", action="store_true", help="refuse what hangs in silence")
    parser.add_argument(
        "--chaos",
        type=read_switches,
        default=[],
        metavar="SWITCH,...",
        help=f"some of {', '.join(SWITCHES)}: see below",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the chaos")
    parser.add_argument("--enable-auth", action="store_true", help="ask for access keys")
    parser.add_argument("--verbose", action="store_true", help="log everything")
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


def serve(options: argparse.Namespace) -> None:
    """Run hosts one after the other, as they die of chaos, until SIGTERM or Ctrl-C.

    Raises:
        HostError: with one sentence that says why the host cannot start.
    """
    chaos, clock = Chaos(options.chaos, options.seed), parse_clock(options.clock)
    ports = (options.port, options.rpc_port)
    asked_to_stop = threading.Event()
    if chaos.switches:
        print(f"Chaos: {', '.join(options.chaos)} from seed {options.seed}")
    while not asked_to_stop.is_set():
        host = FunctionsHost(
            options.app,
            clock=clock,
            state=options.state,
            strict=options.strict,
            port=ports[0],
            rpc_port=ports[1],
            enable_auth=options.enable_auth,
            **chaos.options(),
        )
        stop_on_signals(host, asked_to_stop)
        with suppress(HostKilled):
            host.start()
            if chaos.died_at is None:
                print_functions(host)
            if asked_to_stop.is_set():
                host.ask_to_stop()
        if host.join():
            log.warning("chaos: the host died at %r and is started again", chaos.died_at)
            ports = host.ports


def stop_on_signals(host: FunctionsHost, asked_to_stop: threading.Event) -> None:
    """End this host on SIGTERM or Ctrl-C, and start no other one."""

    def stop(*_: object) -> None:
        asked_to_stop.set()
        host.ask_to_stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def main(arguments: list[str] | None = None) -> int:
    """Run the host until it is asked to stop; the exit code."""
    options = read_arguments(arguments)
    level = logging.DEBUG if options.verbose else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    try:
        serve(options)
    except (HostError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # an activity that still blocks a thread would keep the process alive
