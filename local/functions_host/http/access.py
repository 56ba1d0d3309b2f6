"""Access keys: who may call what, when keys are asked for at all.

As with `func start`, everything is open unless the host is started with `--enable-auth`.
"""

import json
import secrets
from dataclasses import dataclass, field

from local.functions_host.store.tables import Store


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one task hub; they survive a restart."""

    master: str
    host: str
    durable: str  # the system key durabletask_extension
    functions: dict[str, str] = field(default_factory=dict)
    enforced: bool = False

    def allow(self, level: str, given: str | None, function: str = "") -> bool:
        """Whether `given` opens something of this authorization level."""
        if not self.enforced or level == "ANONYMOUS":
            return True
        accepted = [self.master]
        if level == "FUNCTION":
            accepted += [self.host, self.functions.get(function, self.host)]
        elif level == "DURABLE":
            accepted.append(self.durable)
        return any(secrets.compare_digest(given or "", key) for key in accepted)


def read_keys(store: Store, function_names: list[str], *, enforced: bool) -> Keys:
    """The keys of a task hub, made on first use."""
    stored = json.loads(store.meta("keys") or "{}")
    wanted = ["master", "host", "durable", *(f"function {name}" for name in function_names)]
    missing = [name for name in wanted if name not in stored]
    if missing:
        stored |= {name: secrets.token_urlsafe(24) for name in missing}
        store.set_meta("keys", json.dumps(stored))
    functions = {name: stored[f"function {name}"] for name in function_names}
    return Keys(stored["master"], stored["host"], stored["durable"], functions, enforced)
