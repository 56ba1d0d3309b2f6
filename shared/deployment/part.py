"""What every part of a spec is made of: the base of its classes, and references to secrets."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.deployment.fields import SecretUrl


class Part(BaseModel):
    """Base of every part of a spec: closed, immutable, camelCase on the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
    )


class KeyVaultSecret(Part):
    """Where a secret lies; its value never enters a spec."""

    key_vault_secret: SecretUrl
