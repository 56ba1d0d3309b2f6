"""The job behind a deleted resource group: everything in it goes, users before what they use."""

from collections.abc import Mapping
from datetime import datetime

from local.arm_emulator.state.operations import Operation
from local.arm_emulator.state.references import Reference
from local.arm_emulator.state.store import Resource
from local.arm_emulator.state.world import World
from local.arm_emulator.types.resource_type import ResourceType
from local.arm_emulator.wire.messages import Json

# What points at them does not keep them: a zone, a circuit's or network's remote peer.
UNBLOCKED = ("microsoft.network/privatednszones", "microsoft.keyvault/vaults")


class GroupDeletion:
    """The order in which the resources of one group go, and what cannot go."""

    def __init__(self, world: World, types: Mapping[str, ResourceType], group: Resource) -> None:
        self._world = world
        self._types = types
        self._group = group
        self.members = [
            each
            for each in world.store.in_group(group.key)
            if each.id.parent is None and each.id.namespace != "Microsoft.Authorization"
        ]
        self._ends: dict[str, float] = {}
        self.blocked = self._blocked()

    def seconds(self) -> float:
        """As long as the longest chain of users and used."""
        free = [each for each in self.members if each.key not in self.blocked]
        return max((self._end(each) for each in free), default=0.0)

    def start(self, job: Operation) -> None:
        """Begin the deletion of every member, each at its place within the job's time.

        The job is bound to fail where something from outside of the group uses a member.
        """
        assert job.ends is not None  # noqa: S101 - a job that hangs is made so by a fault
        whole = max(self.seconds(), 1.0)
        for each in self.members:
            if each.key not in self.blocked:
                self._start(
                    each,
                    job,
                    job.started + (job.ends - job.started) * (min(1.0, self._end(each) / whole)),
                )
        if self.blocked and job.doom is None:
            job.doom = ("Failed", self._error())

    def _start(self, member: Resource, job: Operation, ends: datetime) -> None:
        type_ = self._types.get(member.id.type.lower())
        if type_ is None:
            return
        operations = self._world.operations
        own = Operation(
            id=operations.new_id(str(member.id), "delete"),
            key=member.key,
            target=str(member.id),
            type=member.id.type,
            kind="delete",
            location=job.location,
            caller=job.caller,
            started=job.started,
            ends=ends,
        )
        operations.add(own)
        member.operation = own.id
        type_.stamp(member, "Deleting")
        self._world.store.put(member)

    def _end(self, member: Resource) -> float:
        """Seconds from the start of the job until a member is gone."""
        if member.key not in self._ends:
            self._ends[member.key] = 0.0  # two networks peered with each other do not wait
            keys = {each.key: each for each in self.members}
            users = [keys[owner] for owner in self._users(member) if owner in keys]
            type_ = self._types.get(member.id.type.lower())
            own = type_.delete_seconds(member) if type_ else 0.0
            running = self._world.running(member)
            if running is not None and running.ends is not None:
                own += (running.ends - self._world.clock.now()).total_seconds()
            before = max((self._end(user) + self._lag(user, member) for user in users), default=0.0)
            self._ends[member.key] = own + before
        return self._ends[member.key]

    def _lag(self, user: Resource, used: Resource) -> float:
        """A database leaves a link behind that holds its subnet for a while."""
        if user.id.types == ("flexibleServers",) and used.id.types == ("virtualNetworks",):
            return self._world.settings.service_association_link_seconds
        return 0.0

    def _users(self, member: Resource) -> set[str]:
        """The top-level resources that refer to a member or to something inside of it."""
        targets = [str(member.id), *_inner_ids(member)]
        found: list[Reference] = []
        for target in targets:
            found += self._world.store.references_to(target)
        type_ = self._types.get(member.id.type.lower())
        tolerated = type_.tolerated if type_ else ()
        owners = {each.owner for each in found if each.via not in tolerated}
        return {self._top(owner) for owner in owners} - {member.key}

    def _top(self, key: str) -> str:
        resource = self._world.store.get(key)
        id_ = resource.id if resource else None
        while id_ is not None and id_.parent is not None:
            id_ = id_.parent
        return id_.key if id_ is not None else key

    def _blocked(self) -> dict[str, str]:
        """Members that must stay, each with the id of who keeps it."""
        prefix = f"{self._group.key}/"
        keep: dict[str, str] = {}
        for member in self.members:
            if member.id.type.lower() in UNBLOCKED:
                continue
            outside = sorted(o for o in self._users(member) if not o.startswith(prefix))
            if outside:
                keep[member.key] = outside[0]
        grown = bool(keep)
        while grown:  # what a kept resource uses is kept as well
            grown = False
            for member in self.members:
                users = self._users(member) & keep.keys()
                if member.key not in keep and users:
                    keep[member.key] = sorted(users)[0]
                    grown = True
        return keep

    def _error(self) -> Json:
        names = ", ".join(f"{key} (used by {user})" for key, user in self.blocked.items())
        message = (
            f"Deletion of resource group '{self._group.id.name}' did not finish: resources in it "
            f"are used from outside: {names}."
        )
        return {"code": "ResourceGroupDeletionBlocked", "message": message, "details": []}


def _inner_ids(member: Resource) -> list[str]:
    """The ids of named children, which others may refer to."""
    return [
        str(item["id"])
        for items in member.properties.values()
        if isinstance(items, list)
        for item in items
        if isinstance(item, dict) and "id" in item and "name" in item
    ]
