"""The application settings, read in one place and handed on as an argument."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

PUBLIC_ARM = "https://management.azure.com"


class SettingMissing(RuntimeError):
    """An application setting that nothing works without."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the application setting {name} is missing: add it to the function app")


class SettingWrong(RuntimeError):
    """An application setting that cannot be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"the application setting {name} holds {why}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one installation of the app and another; see docs/settings.md."""

    subscription_id: str
    key_vault_url: str
    storage: str  # connection string, or the account's table endpoint for an identity
    arm_url: str = PUBLIC_ARM
    arm_audience: str = PUBLIC_ARM
    region: str = ""  # where the app runs: Azure counts reads by region
    verify_key_vault_challenge: bool = True
    in_network: bool = False  # App Service has put the app into a virtual network
    signed_in: bool = False  # App Service authentication guards the app
    key_names: Mapping[str, str] = field(default_factory=dict)  # digest of a key -> whose it is
    role_scopes: Mapping[str, list[str]] = field(default_factory=dict)  # Entra group -> patterns
    own_plans: bool = False  # who asked for a plan may approve it
    key_vault_hosts: frozenset[str] = frozenset()  # whose secrets a spec may name, beside our own
    webhooks: tuple[str, ...] = ()  # URLs that are told of what happens
    webhook_key: str = ""  # name of the secret that these are signed with
    event_grid_topic: str = ""  # endpoint of a topic for CloudEvents
    webhook_loopback: bool = False  # a receiver may be on this machine
    trust: str | None = None  # file of the certificates to trust beside Azure's own
    retention_days: int = 90  # what has ended is kept that long
    allowed_subscriptions: tuple[str, ...] = ()  # patterns; none allows all
    allowed_resource_groups: tuple[str, ...] = ()
    otlp_endpoint: str = ""  # who listens to what the app tells of itself; empty: nobody
    insights: str = ""  # connection string of Application Insights; likewise
    insights_by_identity: bool = False

    @property
    def receivers(self) -> tuple[str, ...]:
        """Everybody who is told."""
        return (*self.webhooks, *filter(None, [self.event_grid_topic]))


def entra_guards(environment: Mapping[str, str]) -> bool:
    """Whether App Service authentication stands in front of the app: the platform says so."""
    return environment.get("WEBSITE_AUTH_ENABLED", "").casefold() == "true"


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment.

    Raises:
        SettingMissing: names the first one that is not there.
        SettingWrong: names one that cannot be read.
    """

    def required(name: str) -> str:
        if not environment.get(name):
            raise SettingMissing(name)
        return environment[name]

    def table(name: str) -> dict[str, Any]:
        try:
            read = json.loads(environment.get(name) or "{}")
        except ValueError as error:
            raise SettingWrong(name, f"no JSON ({error})") from error
        if not isinstance(read, dict):
            raise SettingWrong(name, "no JSON object")
        return read

    webhooks = _https("WEBHOOKS", environment)
    storage = environment.get("AzureWebJobsStorage") or required("RECORDS_TABLE_ENDPOINT")
    arm_url = environment.get("AZURE_RESOURCE_MANAGER_URL", PUBLIC_ARM)
    return Settings(
        subscription_id=required("AZURE_SUBSCRIPTION_ID"),
        key_vault_url=required("KEY_VAULT_URL"),
        storage=environment.get("RECORDS_TABLE_ENDPOINT") or storage,
        arm_url=arm_url,
        arm_audience=environment.get("AZURE_RESOURCE_MANAGER_AUDIENCE", PUBLIC_ARM),
        region=environment.get("REGION_NAME", ""),
        verify_key_vault_challenge=environment.get("KEY_VAULT_VERIFY_CHALLENGE") != "false",
        in_network=bool(environment.get("WEBSITE_PRIVATE_IP")),
        signed_in=entra_guards(environment),
        key_names=table("KEY_NAMES"),
        role_scopes=table("ROLE_SCOPES"),
        own_plans=environment.get("APPROVE_OWN_PLANS") == "true",
        key_vault_hosts=frozenset(environment.get("KEY_VAULT_HOSTS", "").casefold().split()),
        webhooks=webhooks,
        webhook_key=required("WEBHOOK_KEY") if webhooks else "",
        event_grid_topic=next(iter(_https("EVENT_GRID_TOPIC", environment)), ""),
        webhook_loopback=environment.get("WEBHOOK_LOOPBACK") == "true",
        trust=environment.get("REQUESTS_CA_BUNDLE"),
        retention_days=int(environment.get("RETENTION_DAYS") or 90),
        allowed_subscriptions=tuple(environment.get("ALLOWED_SUBSCRIPTIONS", "").split()),
        allowed_resource_groups=tuple(environment.get("ALLOWED_RESOURCE_GROUPS", "").split()),
        otlp_endpoint=environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        insights=environment.get("APPLICATIONINSIGHTS_CONNECTION_STRING", ""),
        insights_by_identity="Authorization=AAD"
        in environment.get("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", ""),
    )


def _https(name: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    urls = tuple(environment.get(name, "").split())
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise SettingWrong(name, "a URL that is not https, or holds a name or a password")
    return urls


@cache
def settings() -> Settings:
    """The settings of this process."""
    return settings_from(os.environ)
