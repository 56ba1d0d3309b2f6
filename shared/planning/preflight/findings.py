"""What a check is given, and what it answers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.azure.clients import AzureClients
from shared.deployment.messages import Advice, Json
from shared.deployment.resource_id import ResourceId
from shared.deployment.specs.spec import DeploymentSpec
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue


class Finding(NamedTuple):
    """One thing that a check found; a refusal says in its message how to mend it."""

    refused: bool
    advice: Advice


def refused(code: str, target: str, message: str) -> Finding:
    """Azure would not accept this; `target` is the field of the spec to change."""
    return Finding(refused=True, advice=Advice(code=code, message=message, target=target))


def warned(code: str, target: str, message: str) -> Finding:
    """Azure would accept this, but the caller should know."""
    return Finding(refused=False, advice=Advice(code=code, message=message, target=target))


@dataclass(frozen=True)
class Subject:
    """A deployment about to be made."""

    clients: AzureClients
    spec: DeploymentSpec
    there: Collection[str]  # keys
    now: datetime

    @property
    def group_id(self) -> str:
        """The scope that the deployment lies in."""
        return f"{self.subscription}/resourceGroups/{self.spec.group}"

    @property
    def subscription(self) -> str:
        """The scope around it."""
        return f"/subscriptions/{self.spec.subscription_id}"

    @property
    def wanted(self) -> tuple[Resource, ...]:
        """The resources it will have."""
        return catalogue().wanted(self.spec)

    @property
    def new(self) -> tuple[Resource, ...]:
        """Those that it does not have yet."""
        return tuple(r for r in self.wanted if r.key not in self.there)

    def makes(self, key: str) -> bool:
        """Whether a resource is one that it makes, rather than uses or does without."""
        return catalogue()[key].made(self.spec)

    def creates(self, key: str) -> bool:
        """Whether a resource is one that it makes and does not have yet: nothing lies inside it."""
        return self.makes(key) and not self.has(key)

    def has(self, key: str) -> bool:
        """Whether a resource is part of it already."""
        return key in self.there

    def id(self, key: str) -> str:
        """The ARM id of one of its resources."""
        return catalogue()[key].id(self.spec)

    def clients_of(self, resource_id: str) -> AzureClients:
        """The clients for a resource that may lie in another subscription."""
        subscription = ResourceId.of(resource_id).subscription
        if subscription.casefold() == self.clients.subscription_id.casefold():
            return self.clients
        return replace(self.clients, subscription_id=subscription)

    def read(self, path: str) -> Json:
        """A GET for which the SDKs have no method; lists are short here, and read to their end.

        Raises:
            HttpResponseError: ARM refused.
        """
        return self._sent("GET", path)

    def ask(self, path: str, question: Json) -> Json:
        """A POST that only asks.

        Raises:
            HttpResponseError: ARM refused.
        """
        return self._sent("POST", path, question)

    def _sent(self, method: str, path: str, question: Json | None = None) -> Json:
        answer: Json = {}
        items: list[Json] = []
        while path:
            response = self.clients.send(method, path, json=question)
            if response.status_code == 404:
                raise ResourceNotFoundError(response=response)
            if response.status_code >= 400:
                raise HttpResponseError(response=response)
            answer = response.json()
            items += answer.get("value", [])
            path = answer.get("nextLink") or ""
        return {**answer, "value": items}


def plain(models: Iterable[Any]) -> list[Json]:
    """The SDK's models as the JSON they were made of."""
    return [model.as_dict() for model in models]


def folded(location: str) -> str:
    """A region however it is written: "East US" is eastus."""
    return location.replace(" ", "").casefold()
