"""Tokens: minted as App Service does for a managed identity, and checked as ARM does.

A token's times are those of the machine's clock, whatever the emulator's: clients compare them with
their own.
"""

import time
from collections.abc import Mapping

import jwt

from local.arm_emulator.state.operations import derived_guid
from local.arm_emulator.wire.messages import ArmError, Caller, Json

ARM_AUDIENCES = (
    "https://management.azure.com",
    "https://management.core.windows.net",
)
VAULT_AUDIENCE = "https://vault.azure.net"
LIFETIME_SECONDS = 24 * 3600


class Identity:
    """Issues tokens, and tells whose they are."""

    def __init__(self, *, seed: int, tenant_id: str) -> None:
        self.seed = seed
        self.tenant_id = tenant_id
        self.header = derived_guid(seed, "identity header").replace("-", "")
        self.object_id = derived_guid(seed, "object id of the default identity")
        self.client_id = derived_guid(seed, "client id of the default identity")
        self.url = "https://localhost"  # of the service; set by the edge once it listens
        self._key = derived_guid(seed, "signing key") * 2
        self._seen: dict[str, tuple[Json, float]] = {}

    def guid(self, *parts: object) -> str:
        """A GUID that only the seed and the words decide."""
        return derived_guid(self.seed, *parts)

    def mint(self, resource: str, *, object_id: str = "", name: str = "") -> tuple[str, int]:
        """A token for a resource, and when it expires (Unix time)."""
        now = int(time.time())
        oid = object_id or self.object_id
        claims = {
            "aud": resource.rstrip("/") or ARM_AUDIENCES[0],
            "iss": f"https://sts.windows.net/{self.tenant_id}/",
            "iat": now,
            "nbf": now - 300,
            "exp": now + LIFETIME_SECONDS,
            "tid": self.tenant_id,
            "oid": oid,
            "sub": oid,
            "appid": self.client_id,
            "idtyp": "app",
            "ver": "1.0",
            "xms_mirid": self.mirid(name or "hybriddb"),
        }
        return jwt.encode(claims, self._key, algorithm="HS256"), now + LIFETIME_SECONDS

    def mirid(self, name: str) -> str:
        """The id of the resource that a managed identity belongs to."""
        return (
            f"/subscriptions/{self.tenant_id}/resourcegroups/identities/providers/"
            f"Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )

    def answer(self, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, Json]:
        """The App Service identity endpoint: status and body."""
        if headers.get("x-identity-header") != self.header:
            return 401, {"statusCode": 401, "message": "X-IDENTITY-HEADER is missing or wrong."}
        resource = query.get("resource", "")
        if not resource or query.get("api-version") not in ("2019-08-01", "2020-06-01"):
            return 400, {"statusCode": 400, "message": "resource and api-version are required."}
        token, expires = self.mint(resource)
        return 200, {
            "access_token": token,
            "client_id": self.client_id,
            "expires_on": str(expires),
            "not_before": str(expires - LIFETIME_SECONDS),
            "resource": resource,
            "token_type": "Bearer",
        }

    def authenticate(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request to ARM.

        Raises:
            ArmError: 401, with a challenge, for no token, a bad one, or one for something else.
        """
        claims = self.claims(headers)
        if claims is None:
            raise self._refusal("AuthenticationFailed", "The 'Authorization' header is missing.")
        audience = str(claims.get("aud", "")).rstrip("/")
        if audience not in (*ARM_AUDIENCES, self.url):
            message = f"The access token is for '{audience}', which is not this service."
            raise self._refusal("InvalidAuthenticationTokenAudience", message)
        return self.caller(claims)

    def claims(self, headers: Mapping[str, str]) -> Json | None:
        """The claims of the bearer token in a request's headers; None without a valid one."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        known = self._seen.get(token)
        if known is None:
            try:
                options = {"verify_aud": False}
                claims = jwt.decode(token, self._key, algorithms=["HS256"], options=options)  # type: ignore[arg-type]
            except jwt.InvalidTokenError:
                return None
            known = self._seen[token] = (claims, float(claims["exp"]))
        return known[0] if known[1] > time.time() else None

    def caller(self, claims: Json) -> Caller:
        """Whom a token speaks for."""
        name = str(claims.get("xms_mirid", claims["oid"])).rpartition("/")[2]
        return Caller(claims["oid"], claims["tid"], name, claims.get("appid", ""))

    def _refusal(self, code: str, message: str) -> ArmError:
        """401 with a challenge, as the SDKs' policies read it (SDK source: azure-core)."""
        challenge = (
            f'Bearer authorization_uri="https://login.microsoftonline.com/{self.tenant_id}", '
            f'error="invalid_token", error_description="{message}"'
        )
        return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})
