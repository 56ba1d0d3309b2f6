"""The pair of names that follows a primary and its replica, whichever of them leads.

https://learn.microsoft.com/azure/postgresql/read-replica/concepts-read-replicas-virtual-endpoints
"""

from datetime import datetime

from local.arm_emulator.providers.dbforpostgresql.base import SERVER
from local.arm_emulator.providers.dbforpostgresql.children import ServerChild, replicas_of
from local.arm_emulator.providers.dbforpostgresql.refusals import invalid
from local.arm_emulator.providers.dbforpostgresql.rules import DOMAIN
from local.arm_emulator.state.store import Resource
from local.arm_emulator.types.change import Change
from local.arm_emulator.types.declarations import Timing
from local.arm_emulator.wire.messages import ArmError, Json
from local.arm_emulator.wire.names import NameRule


class VirtualEndpoints(ServerChild):
    """One pair to a primary; its members are the primary and one of its replicas."""

    type = f"{SERVER}/virtualendpoints"
    model = "VirtualEndpoint"
    timing = Timing(60, 60, 60)
    # As azure-cli says before it asks: rdbms, validators.py.
    name_rule = NameRule(
        r"(?!\d+$)[a-z0-9]([a-z0-9-]{1,61}[a-z0-9])",
        "A virtual endpoint's name is 3-63 lower-case letters, digits and '-', inside only.",
        code="InvalidParameterValue",
    )

    def check(self, change: Change) -> None:
        """A primary has one pair, whose names nobody else has; it leads to its own servers."""
        super().check(change)
        server = self.server_of(change.id)
        assert server is not None  # noqa: S101 - checked above
        if server.properties.get("replicationRole") != "Primary":
            raise invalid("serverName", server.id.name, "A virtual endpoint is a primary's.")
        if change.creates:
            self._check_alone(change)
        own = {
            server.id.name.lower(),
            *(r.id.name.lower() for r in replicas_of(self.world, server)),
        }
        members = [str(each).rpartition("/")[2] for each in change.properties.get("members") or []]
        strange = [each for each in members if each.lower() not in own]
        if not 1 <= len(members) <= 2 or strange:
            raise invalid("properties.members", members)

    def _check_alone(self, change: Change) -> None:
        """No other pair of the server, no other pair of that name in the world."""
        for subscription in self.world.subscriptions:
            for each in self.world.store.of_type(subscription, self.type):
                beside = each.id.collection.lower() == change.id.collection.lower()
                if beside or each.id.name.lower() == change.id.name.lower():
                    message = f"There is the virtual endpoint {each.id} already."
                    raise ArmError(409, "InvalidParameterValue", message)

    def show(self, resource: Resource, body: Json, now: datetime) -> None:
        """The two names."""
        super().show(resource, body, now)
        body["properties"]["virtualEndpoints"] = [
            f"{resource.id.name}.{end}{DOMAIN}" for end in ("writer", "reader")
        ]
