"""Key Vault secrets, as azure-keyvault-secrets reads and writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.arm_emulator.calls import Call
from local.arm_emulator.identity import VAULT_AUDIENCE
from local.arm_emulator.messages import ArmError, Json, Response
from local.arm_emulator.names import NameRule

if TYPE_CHECKING:
    from local.arm_emulator.cloud import Cloud

SECRET_NAME = NameRule(
    r"[0-9a-zA-Z-]{1,127}", "A secret's name is 1-127 letters, digits and '-'.", "BadParameter"
)


@dataclass(slots=True)
class Secret:
    """One version of a secret."""

    name: str
    version: str
    value: str
    created: int  # Unix time, of the emulator's clock
    content_type: str | None
    tags: dict[str, str]
    enabled: bool


class KeyVault:
    """One vault; its secrets by name, versions in order."""

    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud
        self.secrets: dict[str, list[Secret]] = {}
        self.changed = False
        self.gone: set[str] = set()  # names deleted, to be taken out of the state file

    def serve(self, call: Call) -> Response:
        """Answer a request below /secrets; challenge one without a token for the vault."""
        claims = self._cloud.identity.claims(call.request.headers)
        if claims is None or str(claims.get("aud", "")).rstrip("/") != VAULT_AUDIENCE:
            return self._challenge()
        call.caller = self._cloud.identity.caller(claims)
        parts = call.request.path.strip("/").split("/")[1:]
        call.type, call.name = "Microsoft.KeyVault/vaults/secrets", parts[0] if parts else ""
        call.target = call.request.path
        call.fault = fault = self._cloud.faults.strike(call)
        if fault is not None:
            if fault.reset == "before":
                return Response(0, dropped=True)
            fault.refuse()
        handlers: dict[str, Callable[[Call, list[str]], Response]] = {
            "GET": self._get,
            "PUT": self._put,
            "DELETE": self._delete,
        }
        handler = handlers.get(call.method)
        if handler is None:
            raise ArmError(501, "NotEmulated", f"{call.method} of secrets is not emulated.")
        response = handler(call, parts)
        if fault is not None:
            fault.mark(response)
        return response

    def set(self, name: str, value: str) -> Secret:
        """Store a new version, as a user would have done beforehand."""
        return self._add(name, {"value": value})

    def value(self, name: str) -> str | None:
        """The newest value of a secret."""
        versions = self.secrets.get(name.lower())
        return versions[-1].value if versions else None

    def _add(self, name: str, body: Json) -> Secret:
        SECRET_NAME.check(name)
        versions = self.secrets.setdefault(name.lower(), [])
        secret = Secret(
            name=name,
            version=self._cloud.identity.guid("secret", name, len(versions)).replace("-", ""),
            value=body["value"],
            created=int(self._cloud.clock.now().timestamp()),
            content_type=body.get("contentType"),
            tags=body.get("tags") or {},
            enabled=(body.get("attributes") or {}).get("enabled", True),
        )
        versions.append(secret)
        self.gone.discard(name.lower())
        self.changed = True
        return secret

    def _get(self, call: Call, parts: list[str]) -> Response:
        if not parts:
            newest = [versions[-1] for versions in self.secrets.values()]
            return Response(200, {"value": [self._item(each) for each in newest], "nextLink": None})
        versions = self.secrets.get(parts[0].lower())
        if not versions:
            raise self._not_found(parts[0])
        if parts[1:] == ["versions"]:
            return Response(
                200,
                {
                    "value": [self._item(each, versioned=True) for each in versions],
                    "nextLink": None,
                },
            )
        wanted = parts[1] if len(parts) > 1 else versions[-1].version
        for secret in versions:
            if secret.version == wanted:
                return Response(200, {"value": secret.value} | self._item(secret, versioned=True))
        raise self._not_found("/".join(parts))

    def _put(self, call: Call, parts: list[str]) -> Response:
        body = call.request.body
        if len(parts) != 1 or not isinstance(body, dict) or not isinstance(body.get("value"), str):
            raise ArmError(
                400, "BadParameter", "A secret is set by name, with a value that is text."
            )
        secret = self._add(parts[0], body)
        return Response(200, {"value": secret.value} | self._item(secret, versioned=True))

    def _delete(self, call: Call, parts: list[str]) -> Response:
        versions = self.secrets.pop(parts[0].lower(), None) if parts else None
        if not versions:
            raise self._not_found("/".join(parts))
        self.changed = True
        self.gone.add(parts[0].lower())
        now = int(self._cloud.clock.now().timestamp())
        gone = {
            "recoveryId": f"{self._cloud.url}/deletedsecrets/{parts[0]}",
            "deletedDate": now,
            "scheduledPurgeDate": now + 90 * 86_400,
        }
        return Response(200, self._item(versions[-1], versioned=True) | gone)

    def _item(self, secret: Secret, *, versioned: bool = False) -> Json:
        id_ = f"{self._cloud.url}/secrets/{secret.name}"
        item: Json = {
            "id": f"{id_}/{secret.version}" if versioned else id_,
            "attributes": {
                "enabled": secret.enabled,
                "created": secret.created,
                "updated": secret.created,
                "recoveryLevel": "Recoverable+Purgeable",
                "recoverableDays": 90,
            },
            "tags": secret.tags,
        }
        if secret.content_type is not None:
            item["contentType"] = secret.content_type
        return item

    def _not_found(self, name: str) -> ArmError:
        message = f"A secret with (name/id) {name} was not found in this key vault."
        return ArmError(404, "SecretNotFound", message)

    def _challenge(self) -> Response:
        authority = f"https://login.microsoftonline.com/{self._cloud.settings.tenant_id}"
        challenge = f'Bearer authorization="{authority}", resource="{VAULT_AUDIENCE}"'
        error = {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer token."}
        return Response(401, {"error": error}, {"WWW-Authenticate": challenge})
