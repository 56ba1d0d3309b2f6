"""Key Vault secrets, as azure-keyvault-secrets reads and writes them; certificates to be read.

A certificate is a secret with a public half, as in Azure, and is put through /_emulator only.
https://learn.microsoft.com/azure/key-vault/certificates/about-certificates
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509

from local.arm_emulator.state.calls import Call
from local.arm_emulator.state.faults import Faults
from local.arm_emulator.state.identity import VAULT_AUDIENCE, Identity
from local.arm_emulator.wire.messages import ArmError, Json, Response
from local.arm_emulator.wire.names import NameRule
from local.clock import Clock

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
    certificate: Json | None = None  # cer and policy, where it is one


class KeyVault:
    """One vault; its secrets by name, versions in order."""

    def __init__(self, clock: Clock, identity: Identity, faults: Faults) -> None:
        self.clock = clock
        self._identity = identity
        self._faults = faults
        self.secrets: dict[str, list[Secret]] = {}
        self.deleted: dict[str, list[Secret]] = {}  # they keep their names until they are purged
        self.changed = False
        self.gone: set[str] = set()  # names purged, to be taken out of the state file

    def serve(self, call: Call) -> Response:
        """Answer a request below /secrets or /certificates; challenge one without a token."""
        claims = self._identity.claims(call.request.headers)
        if claims is None or str(claims.get("aud", "")).rstrip("/") != VAULT_AUDIENCE:
            return self._challenge()
        call.caller = self._identity.caller(claims)
        kind, *parts = call.request.path.strip("/").split("/")
        call.type, call.name = f"Microsoft.KeyVault/vaults/{kind}", parts[0] if parts else ""
        call.target = call.request.path
        call.fault = fault = self._faults.strike(call.words)
        if fault is not None:
            if fault.reset == "before":
                return Response(0, dropped=True)
            fault.refuse()
        handlers: dict[tuple[str, str], Callable[[Call, list[str]], Response]] = {
            ("GET", "secrets"): self._get,
            ("PUT", "secrets"): self._put,
            ("DELETE", "secrets"): self._delete,
            ("GET", "deletedsecrets"): self._get_deleted,
            ("POST", "deletedsecrets"): self._recover,
            ("DELETE", "deletedsecrets"): self._purge,
            ("GET", "certificates"): self._get_certificate,
        }
        handler = handlers.get((call.method, kind.lower()))
        if handler is None:
            raise ArmError(501, "NotEmulated", f"{call.method} of {kind} is not emulated.")
        response = handler(call, parts)
        if fault is not None:
            fault.mark(response)
        return response

    def set(self, name: str, value: str) -> Secret:
        """Store a new version, as a user would have done beforehand."""
        self.deleted.pop(name.lower(), None)
        return self._add(name, {"value": value})

    def set_certificate(self, name: str, cer: str, policy: Json) -> Secret:
        """Store a new version of a certificate, less the private half that nothing here reads.

        Args:
            name: of the certificate and of its secret.
            cer: base64 of its DER form.
            policy: {key_props, secret_props}, for the usual ones.
        """
        key = {"exportable": True, "kty": "RSA", "key_size": 2048, "reuse_key": False}
        content = {"contentType": "application/x-pkcs12"}
        policy = {
            "key_props": key | policy.get("key_props", {}),
            "secret_props": content | policy.get("secret_props", {}),
        }
        secret = self._add(name, {"value": cer, **policy["secret_props"]})
        secret.certificate = {"cer": cer, "policy": policy}
        return secret

    def value(self, name: str) -> str | None:
        """The newest value of a secret."""
        versions = self.secrets.get(name.lower())
        return versions[-1].value if versions else None

    def _add(self, name: str, body: Json) -> Secret:
        SECRET_NAME.check(name)
        versions = self.secrets.setdefault(name.lower(), [])
        secret = Secret(
            name=name,
            version=self._identity.guid("secret", name, len(versions)).replace("-", ""),
            value=body["value"],
            created=int(self.clock.now().timestamp()),
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

    def _get_certificate(self, call: Call, parts: list[str]) -> Response:
        name, *version = parts or [""]
        versions = [v for v in self.secrets.get(name.lower(), []) if v.certificate]
        if len(version) > 1 or version == ["versions"] or not parts:
            raise ArmError(501, "NotEmulated", "Lists of certificates are not emulated.")
        found = [v for v in versions if v.version in (version or [versions[-1].version])]
        if not found:
            message = f"A certificate with (name/id) {'/'.join(parts)} was not found in this vault."
            raise ArmError(404, "CertificateNotFound", message)
        shown, secret = found[0].certificate or {}, self._item(found[0], versioned=True)
        dates = x509.load_der_x509_certificate(b64decode(shown["cer"]))
        times = {
            "nbf": int(dates.not_valid_before_utc.timestamp()),
            "exp": int(dates.not_valid_after_utc.timestamp()),
        }
        certificate = {
            "id": secret["id"].replace("/secrets/", "/certificates/"),
            "kid": secret["id"].replace("/secrets/", "/keys/"),
            "sid": secret["id"],
            "attributes": secret["attributes"] | times,
            "tags": secret["tags"],
        }
        return Response(200, certificate | shown)

    def _put(self, call: Call, parts: list[str]) -> Response:
        body = call.request.body
        if len(parts) != 1 or not isinstance(body, dict) or not isinstance(body.get("value"), str):
            raise ArmError(
                400, "BadParameter", "A secret is set by name, with a value that is text."
            )
        if parts[0].lower() in self.deleted:
            raise ArmError(
                409,
                "Conflict",
                f"Secret {parts[0]} is currently in a deleted but recoverable state, and its name "
                "cannot be reused; in this state, the secret can only be recovered or purged.",
            )
        secret = self._add(parts[0], body)
        return Response(200, {"value": secret.value} | self._item(secret, versioned=True))

    def _delete(self, call: Call, parts: list[str]) -> Response:
        versions = self.secrets.pop(parts[0].lower(), None) if parts else None
        if not versions:
            raise self._not_found("/".join(parts))
        self.deleted[parts[0].lower()] = versions
        self.changed = True
        return Response(200, self._deleted_item(versions[-1]))

    def _get_deleted(self, call: Call, parts: list[str]) -> Response:
        return Response(200, self._deleted_item(self._in_deletion(parts)[-1]))

    def _recover(self, call: Call, parts: list[str]) -> Response:
        if parts[1:] != ["recover"]:
            raise ArmError(501, "NotEmulated", "A deleted secret is recovered, or purged.")
        versions = self._in_deletion(parts)
        self.secrets[parts[0].lower()] = self.deleted.pop(parts[0].lower())
        self.changed = True
        return Response(200, self._item(versions[-1], versioned=True))

    def _purge(self, call: Call, parts: list[str]) -> Response:
        self._in_deletion(parts)
        del self.deleted[parts[0].lower()]
        self.gone.add(parts[0].lower())
        self.changed = True
        return Response(204)

    def _in_deletion(self, parts: list[str]) -> list[Secret]:
        versions = self.deleted.get(parts[0].lower()) if parts else None
        if not versions:
            message = f"Deleted Secret not found: {'/'.join(parts[:1])}"
            raise ArmError(404, "SecretNotFound", message)
        return versions

    def _deleted_item(self, secret: Secret) -> Json:
        now = int(self.clock.now().timestamp())
        return self._item(secret, versioned=True) | {
            "recoveryId": f"{self._identity.url}/deletedsecrets/{secret.name}",
            "deletedDate": now,
            "scheduledPurgeDate": now + 90 * 86_400,
        }

    def _item(self, secret: Secret, *, versioned: bool = False) -> Json:
        id_ = f"{self._identity.url}/secrets/{secret.name}"
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
        authority = f"https://login.microsoftonline.com/{self._identity.tenant_id}"
        challenge = f'Bearer authorization="{authority}", resource="{VAULT_AUDIENCE}"'
        error = {"code": "Unauthorized", "message": "AKV10000: Request is missing a Bearer token."}
        return Response(401, {"error": error}, {"WWW-Authenticate": challenge})
