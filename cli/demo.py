"""``make demo``: the main job on the local stack, in acts, each with one line of what is seen.

The stack is started for the demo and ended with it, on ports and in a folder of its own. Or it
stands already, such as `func start` with Azurite and the emulator:

    python -m cli.demo --url http://localhost:7071 --azure-url https://localhost:8443

Exit code 0 only if every act shows what it says.
"""

import argparse
import copy
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.client import Client
from cli.errors import Json
from cli.terminal.plan_view import warnings
from cli.terminal.text import span
from cli.terminal.times import critical_path, took
from cli.terminal.view import follow
from local.azure_control import AzureControl
from local.stack import LocalStack

SAMPLES = Path("samples")
MALLORY = "mallory@corp.example"
GATEWAY_RULE = "AllowApplicationGatewayToPostgreSQL"


class Unexpected(Exception):
    """The demo saw something else than it says."""


class Demo:
    """The acts; each returns the line that says what was seen."""

    def __init__(self, url: str, azure: AzureControl, console: Console) -> None:
        self.azure = azure
        self.console = console
        self.client = Client(url, patience=0.25)
        self.spec: Json = json.loads((SAMPLES / "recipe.json").read_text(encoding="utf-8"))
        self.spec["jumpBox"] = {"egress": "natGateway"}  # lets it tell what a query has found
        self.spec["drift"] = {"policies": [{"resource": "nsg-*", "then": "repair"}]}
        self.name = self.spec["name"]
        self.before = self.resources()

    def resources(self) -> dict[str, Any]:
        """Everything that exists in Azure now, but for a query that is being cleared away."""
        found = self.azure("GET", "resources")["value"]
        return {item["id"]: item for item in found if "/runCommands/" not in item["id"]}

    def writes(self) -> int:
        """How many writes Azure has been asked for so far."""
        calls = self.azure("GET", "calls")["value"]
        return sum(call["method"] in {"PUT", "PATCH", "DELETE"} for call in calls)

    def run(self, started: Json, expected: str = "Succeeded") -> Json:
        """Follow an operation to its end, which has to be the expected one."""
        operation = follow(self.console, self.client.watch(started["id"]))
        if operation["status"] != expected:
            raise Unexpected(
                f"{operation['status']} instead of {expected}: {operation.get('failure')}"
            )
        return operation

    def deploy(self) -> str:
        """POST of the recipe, as Azure allows it."""
        started = self.client.request("POST", "deployments", json=self.spec)
        operation = self.run(started)
        warnings(self.console, operation)
        self.console.print_json(json.dumps(operation["outputs"]))
        there = {i.casefold() for i in self.resources()}
        planned = [
            s["id"].casefold() for s in operation["plan"] if not s["key"].endswith("parameters")
        ]
        expect(all(i in there for i in planned), "a planned resource is missing")
        seconds = {s["key"]: s["expectedSeconds"] for s in operation["steps"]}
        best = critical_path(operation["plan"], seconds)
        return (
            f"{len(operation['plan'])} resources deployed in {span(took(operation))} "
            "of Azure's time; "
            f"the critical path was expected to take {span(best)}; "
            f"{len(operation['warnings'])} warnings"
        )

    def deploy_again(self) -> str:
        """The same POST once more."""
        writes = self.writes()
        operation = self.run(self.client.request("POST", "deployments", json=self.spec))
        expect(self.writes() == writes, "the second POST wrote to Azure")
        return f"{operation['unchanged']} resources unchanged, 0 writes"

    def roll_back(self) -> str:
        """Another deployment, whose application gateway fails in Azure."""
        there = self.resources()
        fault = {
            "method": "PUT",
            "type": "Microsoft.Network/applicationGateways",
            "operation": "Failed",
            "code": "QuotaExceeded",
        }
        self.azure("POST", "faults", json=fault)
        spec = copy.deepcopy(self.spec) | {"name": "doomed", "resourceGroup": "rg-doomed"}
        operation = self.run(self.client.request("POST", "deployments", json=spec), "Failed")
        self.azure("DELETE", "faults")
        expect(self.resources() == there, "the rollback left something behind or changed something")
        undone = sum(step["state"] == "succeeded" for step in operation["steps"])
        return f"{operation['failure']['code']}; {undone} steps undone, nothing left behind"

    def drift(self) -> str:
        """Mallory opens the database's NSG; the check says so, and the spec's policy closes it.

        Azure remembers who wrote minutes later; here it does at once, so that nobody waits.
        """
        at_once = {"resource_graph_lag_seconds": 0, "activity_log_lag_seconds": 0}
        self.azure("PATCH", "settings", json=at_once)
        group = self.group_of(self.name)
        opened = copy.deepcopy(self.resources()[group]["properties"]["securityRules"])
        opened[0]["properties"]["sourceAddressPrefix"] = "*"
        edit = {"id": group, "changes": {"properties": {"securityRules": opened}}}
        self.azure("PATCH", "resources", json={**edit, "caller": MALLORY})
        self.client.drift(self.name)  # the repair may be over by the time that this is
        reports = self.client.pages(f"deployments/{self.name}/drift/reports")
        report: Json = next(
            (each for each in reports if each["status"] == "drifted"), {"changes": []}
        )
        expect(report["changes"] != [], "the edit was not found")
        authors = {c.get("attribution", {}).get("by") for c in report["changes"]}
        expect(authors == {MALLORY}, f"it was said to be of {authors}")
        found = [f"{c['key']} {c['path']}" for c in report["changes"] if "path" in c]
        repairs = (o for o in self.client.pages(self.history()) if o["kind"] == "repair")
        repair = next(repairs, None)
        expect(repair is not None, "the policy began no repair")
        repaired = self.run(repair or {})
        expect(self.client.drift(self.name)["status"] == "inSync", "the repair did not help")
        by = repaired["actor"]["name"]
        return f"found {', '.join(found)}, by {MALLORY}; repaired by the {by}, in sync"

    def prove(self) -> str:
        """Another deployment has to be proven; somebody shuts the way to its database meanwhile."""
        there = self.resources()
        spec = copy.deepcopy(self.spec) | {"name": "unproven", "resourceGroup": "rg-unproven"}
        spec |= {"expressRoute": "none", "bastion": {"enabled": False}}
        spec |= {"validation": {"require": "connected"}}
        started = self.client.request("POST", "deployments", json=spec)
        while not (group := self.group_of("unproven")):
            time.sleep(0.05)
        rules = self.resources()[group]["properties"]["securityRules"]
        kept = [rule for rule in rules if rule["name"] != GATEWAY_RULE]
        edit = {"id": group, "changes": {"properties": {"securityRules": kept}}}
        self.azure("PATCH", "resources", json={**edit, "caller": MALLORY})
        operation = self.run(started, "Failed")
        failure = operation["failure"]
        expect(failure["code"] == "ValidationFailed", f"it failed of {failure}")
        expect(self.resources() == there, "the rollback left something behind or changed something")
        check = failure["message"].partition(":")[0]
        return f"{failure['code']} ({check}); rolled back, nothing left behind"

    def group_of(self, name: str) -> str:
        """The id of the security group of a deployment's database; empty before there is one."""
        ending = f"/networkSecurityGroups/nsg-database-{name}"
        return next((i for i in self.resources() if i.endswith(ending)), "")

    def history(self) -> str:
        """Where the operations of the deployment are listed, the latest first."""
        return f"operations?deployment={self.name}"

    def validate(self) -> str:
        """The recipe's validations, and a query from the jump box, directly and by the gateway."""
        operation = self.run(self.client.request("POST", f"deployments/{self.name}/validate"))
        query = next(step for step in operation["steps"] if step["key"] == "query-answered")
        expect("detail" in query, f"no query went through: {query.get('warning')}")
        return f"{len(operation['steps'])} checks passed; {query['detail']}"

    def destroy(self) -> str:
        """DELETE, with the word that data may go."""
        options = {"params": {"deleteData": "true"}}
        operation = self.run(self.client.request("DELETE", f"deployments/{self.name}", **options))
        expect(self.resources() == self.before, "something of ours is left, or something else gone")
        return f"{len(operation['steps'])} resources deleted; Azure holds what it held before"


def expect(seen: bool, otherwise: str) -> None:
    """Raise unless what was to be seen was seen.

    Raises:
        Unexpected: with what was seen instead.
    """
    if not seen:
        raise Unexpected(otherwise)


ACTS = (
    ("Deploy the recipe", Demo.deploy),
    ("Deploy it again", Demo.deploy_again),
    ("Fail and roll back", Demo.roll_back),
    ("Drift and repair", Demo.drift),
    ("Validate", Demo.validate),
    ("Prove or roll back", Demo.prove),
    ("Destroy", Demo.destroy),
)


def perform(url: str, azure: AzureControl, console: Console) -> bool:
    """Run every act against the stack that stands there; whether all show what they say."""
    demo, seen = Demo(url, azure, console), list[str]()
    for number, (title, act) in enumerate(ACTS, 1):
        console.rule(f"{number}. {title}", align="left")
        try:
            seen.append(f"{number}. {title}: {act(demo)}")
        except Unexpected as error:
            console.print(f"[red]{number}. {title}: {error}[/]")
            return False
        console.print(f"[green]{seen[-1]}[/]", highlight=False)
    console.rule("Seen", align="left")
    console.print("\n".join(seen), highlight=False)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every act; the exit code."""
    parser = argparse.ArgumentParser("python -m cli.demo", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--speed", type=float, default=80.0, help="times real time")
    parser.add_argument("--url", help="of a functions host that stands")
    parser.add_argument("--azure-url", help="of the emulated Azure that it deploys to")
    parser.add_argument("--ca-file", help="that this Azure is trusted by; or REQUESTS_CA_BUNDLE")
    chosen = parser.parse_args(arguments)
    if bool(chosen.url) != bool(chosen.azure_url):
        parser.error("--url and --azure-url go together")
    console = Console(width=None if sys.stdout.isatty() else 140)
    surroundings = json.loads((SAMPLES / "surroundings.json").read_text(encoding="utf-8"))
    if chosen.url:
        azure = AzureControl(chosen.azure_url, chosen.ca_file)
        azure.arrange(surroundings)
        return 0 if perform(chosen.url, azure, console) else 1
    with tempfile.TemporaryDirectory(prefix="hybriddb-demo-") as folder:
        stack = LocalStack(
            Path(),
            folder=Path(folder),
            speed=chosen.speed,
            port=0,
            arm_port=0,
            surroundings=surroundings,
        )
        with stack:
            shown = perform(stack.url, stack.control, console)
            if not shown:
                print(stack.host.log.read_text(encoding="utf-8")[-4000:], file=sys.stderr)
    return 0 if shown else 1


if __name__ == "__main__":
    sys.exit(main())
