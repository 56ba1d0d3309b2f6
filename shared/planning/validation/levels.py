"""What of a deployment can be proven here, and is therefore required where its spec is silent.

Everything that Azure shows is shown to whoever may deploy. A query takes more: a machine inside of
the network, a way for it to tell what it found, somebody who signs in by a password, and the right
to run commands on machines, which makes whoever has it root there.
"""

from collections.abc import Collection

from shared.azure.clients import azure_clients
from shared.deployment.inventory import Inventory
from shared.deployment.messages import Proof
from shared.deployment.specs.proving import obstacles
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.rights import lacking
from shared.planning.roles import QUERYING
from shared.resources.watcher_agent import WatcherAgent

AGENT_WRITE = f"{WatcherAgent.arm_type}/write"
NO_RIGHT = "the app may not run commands on the machines of the resource group (role prober)"
STRONGEST = "the strongest that can be proven here"


def settled(spec: DeploymentSpec, inventory: Inventory) -> tuple[DeploymentSpec, Proof]:
    """A spec that says what it leaves to the rights of the app, and what is to be proven."""
    missing: set[str] = set()
    if asks_for_rights(spec, inventory):
        clients = azure_clients(spec.subscription_id)
        missing = set(lacking(clients, spec, [*QUERYING, AGENT_WRITE]))
    agent = has_agent(inventory) or AGENT_WRITE not in missing
    return with_agent(spec, there=agent), proof(spec, missing.intersection(QUERYING))


def proof(spec: DeploymentSpec, denied: Collection[str]) -> Proof:
    """The level that a deployment has to be proven to, and how that was decided.

    Args:
        spec: of the deployment.
        denied: actions that a query takes and the app may not do.
    """
    if level := spec.proving.require:
        return Proof(require=level, why="the spec says so")
    against = [found.advice["message"] for found in obstacles(spec)]
    against += [NO_RIGHT] if denied else []
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
    level = spec.proving.require is None and not any(obstacles(spec))
    return level or (agent and not has_agent(inventory))
