"""``python -m local.arm_emulator``: the emulator as a process of its own, until Ctrl-C."""

import argparse
import json
import signal
import threading

from local.arm_emulator.control.rules import table
from local.arm_emulator.emulator import ArmEmulator
from local.arm_emulator.providers import TYPES
from local.arm_emulator.settings import Settings
from local.clock import parse_clock

NOT_EMULATED = """\
Not emulated: data planes other than Key Vault secrets and certificates, key vaults themselves;
metrics and logs (settings and alerts are taken, and nobody is told); what role assignments grant,
but to identities at a vault (permissions are put instead); what lies in storage accounts; VPN
gateways, load balancers, firewalls, private endpoints; network traffic but that of run commands; of
template deployments: Complete mode, cancelling, other scopes than a group, linked templates,
symbolic names, copy loops, vault references, list functions; machine images but for a few of Ubuntu
and Debian; DNS servers but Azure's own and resolvers' inbound endpoints.
Such requests are refused.
Run commands are executed in a sandbox (Linux, user namespaces), find the emulated names, gateways
and servers, and real PostgreSQL 17 and 18 behind these, whose data last as long as the script.
Emulated otherwise than in Azure: uniqueString gives other letters; a machine's power never changes;
deployments are checked beforehand by policies and for machines, not by every provider."""


def actions_not_emulated() -> str:
    """The actions of emulated types that answer 501, by type."""
    named = (
        f"{each.type.partition('/')[2]}: {', '.join(each.actions_not_emulated)}"
        for each in TYPES
        if each.actions_not_emulated
    )
    return "Actions that answer 501 NotEmulated: " + "; ".join(named) + "."


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.arm_emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8443, help="HTTPS port (0: any free one)")
    parser.add_argument("--identity-port", type=int, default=0, help="identity endpoint's port")
    parser.add_argument("--state", help="file that keeps everything over restarts")
    parser.add_argument("--clock", default="real", type=parse_clock, help="real, virtual, 80[@t]")
    parser.add_argument("--seed", type=int, default=0, help="what every random choice comes from")
    parser.add_argument("--ca-file", default=".local/ca.pem", help="where to write the CA bundle")
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON: names and values")
    parser.add_argument("--rules", action="store_true", help="print every rule with its source")
    chosen = parser.parse_args()
    if chosen.rules:
        print(table())
        return
    with ArmEmulator(
        clock=chosen.clock,
        seed=chosen.seed,
        port=chosen.port,
        identity_port=chosen.identity_port,
        ca_file=chosen.ca_file,
        state=chosen.state,
        settings=Settings(**chosen.settings),
    ) as emulator:
        print(f"Azure Resource Manager: {emulator.url}   clock {chosen.clock}, seed {chosen.seed}")
        for name, value in emulator.environment().items():
            print(f"export {name}={value}")
        print(actions_not_emulated())
        for name in emulator.cloud.settings.shape_only:
            print(f"By its shape only, without any of Azure's rules: {name}")
        print(NOT_EMULATED, flush=True)
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        stop.wait()


if __name__ == "__main__":
    main()
