"""How Azure is asked what a check wants to know."""

from collections.abc import Callable
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.core.rest import HttpRequest

from shared.azure.clients import AzureClients
from shared.azure.secrets import vaults
from shared.deployment.messages import Json, Step
from shared.deployment.outputs import DATABASE_PORT
from shared.resources.sdk_calls import Response, answered, path_of, started


def get(group: str) -> Callable[[AzureClients, Step], Response]:
    """Reads a resource of Microsoft.Network by its operation group."""
    return lambda clients, step: answered(getattr(clients.network, group).get, *path_of(step["id"]))


def server(clients: AzureClients, step: Step) -> Response:
    """The server."""
    return answered(clients.postgres.servers.get, *path_of(step["id"]))


def read(path: str, version: str) -> Callable[[AzureClients, Step], Response]:
    """Reads what lies below a resource, or the resource itself, by its path."""

    def send(clients: AzureClients, step: Step) -> Response:
        response: Any = clients.send("GET", f"{step['id']}{path}?api-version={version}")
        response.raise_for_status()
        found: Response = response
        return found

    return send


def learned_routes(clients: AzureClients, step: Step) -> Response:
    """The routes that the gateway has learned; a long answer."""
    group = clients.network.virtual_network_gateways
    return started(group.begin_get_learned_routes, *path_of(step["id"]))


def table(clients: AzureClients, step: Step) -> Json:
    """The route table of the database's subnet."""
    group = clients.network.route_tables
    found: Json = answered(group.get, *path_of(step["body"]["routeTable"])).json()
    return found


def effective_routes(clients: AzureClients, step: Step) -> Response:
    """The routes that hold at an interface; a long answer."""
    group = clients.network.network_interfaces
    return started(group.begin_get_effective_route_table, *path_of(step["id"]))


def backend_health(clients: AzureClients, step: Step) -> Response:
    """How the gateway finds what lies behind it; a long answer."""
    return started(clients.network.application_gateways.begin_backend_health, *path_of(step["id"]))


def certificate(clients: AzureClients, step: Step) -> Response:
    """The certificate of the HTTPS listener, from its vault."""
    address = vaults().address(step["body"]["certificate"])
    path = "/".join(("certificates", address.name, address.version or "")).rstrip("/")
    request = HttpRequest("GET", f"{address.vault_url}/{path}")
    response: Any = vaults().client(address.vault_url).send_request(request)
    response.raise_for_status()
    found: Response = response
    return found


def connect(clients: AzureClients, step: Step) -> Response:
    """Try the port of the database from the jump box; a long answer."""
    body = {
        "source": {"resourceId": step["id"]},
        "destination": {"address": step["body"]["address"], "port": DATABASE_PORT},
        "protocol": "Tcp",
    }
    group, name = _network_watcher(clients, step["body"]["location"])
    return started(clients.network.network_watchers.begin_check_connectivity, group, name, body)


def _network_watcher(clients: AzureClients, location: str) -> tuple[str, str]:
    """Azure makes one per region by itself, in a group of its own."""
    for watcher in clients.network.network_watchers.list_all():
        if str(watcher.location).replace(" ", "").casefold() == location:
            return path_of(str(watcher.id))[0], str(watcher.name)
    raise ResourceNotFoundError(f"no Network Watcher is enabled in {location}")
