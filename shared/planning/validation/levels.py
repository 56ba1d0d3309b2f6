"""What of a deployment can be proven here, and is therefore required where its spec is silent.

Everything that Azure shows is shown to whoever may deploy. A query takes more: a machine inside of
the network, a way for it to tell what it found, somebody who signs in by a password, and the right
to run commands on machines, which makes whoever has it root there.
"""

from collections.abc import Collection

from shared.azure.clients import azure_clients
from shared.deployment.inventory import Inventory
from shared.deployment.messages import Advice, Proof
from shared.deployment.specs.checks.proving import obstacles
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.rights import lacking
from shared.planning.roles import QUERYING
from shared.resources.watcher_agent import WatcherAgent
from shared.settings import settings

AGENT_WRITE = f"{WatcherAgent.arm_type}/write"
NO_RIGHT = "the app may not run commands on the machines of the resource group (role prober)"
NOT_INSIDE = (
    "the app is in no virtual network, so that it cannot ask the database itself: integrate it "
    "(App Service sets WEBSITE_PRIVATE_IP), or leave validation.from out"
)
STRONGEST = "the strongest that can be proven here"


def settled(spec: DeploymentSpec, inventory: Inventory) -> tuple[DeploymentSpec, Proof]:
    """A spec that says what it leaves to the rights of the app, and what is to be proven."""
    missing: set[str] = set()
    if asks_for_rights(spec, inventory):
        clients = azure_clients(spec.subscription_id)
        missing = set(lacking(clients, spec, [*QUERYING, AGENT_WRITE]))
    agent = has_agent(inventory) or AGENT_WRITE not in missing
    denied = [action for action in QUERYING if action in missing]
    if spec.proving.asked_from == "app":
        denied = [] if settings().in_network else ["WEBSITE_PRIVATE_IP"]
    return with_agent(spec, there=agent), proof(spec, denied)


def out_of_reach(spec: DeploymentSpec) -> list[Advice]:
    """Why what the spec asks for cannot be proven by this app, if so."""
    asked = spec.proving.asked_from == "app" and spec.proving.require in {None, "query"}
    if not asked or settings().in_network:
        return []
    return [Advice(code="QueryNotProvable", message=NOT_INSIDE, target="validation.from")]


def proof(spec: DeploymentSpec, denied: Collection[str]) -> Proof:
    """The level that a deployment has to be proven to, and how that was decided.

    Args:
        spec: of the deployment.
        denied: what a query takes and the app has not: rights, or a place in the network.
    """
    if level := spec.proving.require:
        return Proof(require=level, why="the spec says so")
    against = [found.advice["message"] for found in obstacles(spec)]
    from_app = spec.proving.asked_from == "app"
    against += [NOT_INSIDE if from_app else NO_RIGHT] if denied else []
    if not against:
        return Proof(require="query", why=STRONGEST)
    return Proof(require="connected", why=f"{STRONGEST}: {'; '.join(against)}")


def with_agent(spec: DeploymentSpec, *, there: bool) -> DeploymentSpec:
    """The spec, which says now whether the jump box has Network Watcher's agent."""
    if not spec.jump_box.enabled or spec.jump_box.network_watcher is not None:
        return spec
    box = spec.jump_box.model_copy(update={"network_watcher": there})
    return spec.model_copy(update={"jump_box": box})


def has_agent(inventory: Inventory) -> bool:
    """Whether the agent is a part of a deployment."""
    return any(item["key"] == WatcherAgent.key for item in inventory.values())


def asks_for_rights(spec: DeploymentSpec, inventory: Inventory) -> bool:
    """Whether what is planned depends on what the app may do."""
    agent = spec.jump_box.enabled and spec.jump_box.network_watcher is None
    from_box = spec.proving.asked_from == "jumpBox"
    level = from_box and spec.proving.require is None and not any(obstacles(spec))
    return level or (agent and not has_agent(inventory))
