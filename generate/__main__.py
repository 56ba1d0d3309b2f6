"""Write what follows from the code, or with ``--check`` tell what is out of date."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from generate.architecture import picture
from generate.reference import resources, routes
from generate.spec_fields import spec_fields
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.roles import roles

ROOT = Path(__file__).parents[1]

FILES: Mapping[str, Callable[[], str]] = {
    "infra/roles.json": lambda: json.dumps(roles(), indent=2) + "\n",
    "docs/resources.md": resources,
    "docs/routes.md": routes,
    "docs/spec.md": spec_fields,
    "docs/architecture.svg": picture,
    # What the command line packages, and editors use.
    "cli/spec.schema.json": lambda: json.dumps(DeploymentSpec.model_json_schema(), indent=1) + "\n",
}


def stale() -> list[str]:
    """The files that no longer say what the code says."""
    return [name for name, made in FILES.items() if _read(ROOT / name) != made()]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main() -> int:
    """Write or check; 1 where something is out of date."""
    if "--check" in sys.argv:
        found = stale()
        for name in found:
            print(f"{name} is out of date: run make generate")
        return bool(found)
    for name in stale():
        (ROOT / name).write_text(FILES[name](), encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
