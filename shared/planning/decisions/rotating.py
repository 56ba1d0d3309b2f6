"""The plan that gives a server another password, and changes nothing else of it; pure.

What the app has generated is generated anew; of a secret of somebody else the newest version is
set. A rollback sets the one before, and makes it the latest of what was generated again.
"""

from shared.deployment.changes.paths import changed
from shared.deployment.inventory import UNREAD, Inventory, Observed, item_of
from shared.deployment.messages import Advice, Change, Json, Plan
from shared.deployment.outputs import outputs
from shared.deployment.specs.secrets import Versions, pinned, secret
from shared.deployment.specs.spec import DeploymentSpec
from shared.planning.decisions.steps import wanted_step
from shared.resources.base import Resource
from shared.resources.catalogue import catalogue

GIVEN = "postgres.adminPassword"


def plan_rotation(
    spec: DeploymentSpec,
    observed: Observed,
    inventory: Inventory,
    versions: Versions,
    *,
    rotation: str,
) -> Plan:
    """What sets another password.

    Args:
        spec: what is deployed.
        observed: by id, what it consists of.
        inventory: what the deployment consists of.
        versions: of its secrets.
        rotation: the operation, which a generated password bears as its mark.
    """
    plan = Plan(
        deployment=spec.name,
        purpose="deploy",  # what fails is rolled back
        steps=[],
        warnings=[],
        refusals=[],
        outputs=outputs(spec),
        retained=[],
        secretVersions=_afterwards(spec, versions),
    )
    for resource in (r for r in catalogue().wanted(spec) if r.sign_in):
        there = observed.get(resource.id(spec).casefold())
        item = item_of(inventory, resource.id(spec))
        if there is None or there is UNREAD or item is None or item["provenance"] == "adopted":
            plan["refusals"].append(_refused(resource, "there is no server of ours: deploy first"))
        elif why := _nothing_newer(spec, versions):
            plan["refusals"].append(_refused(resource, why))
        else:
            change = _change(resource, spec, versions, rotation)
            body: Json = changed({}, [(change["path"], change["after"])])
            provenance = item["provenance"]
            step = wanted_step(resource, spec, body, there, [change], provenance, ())
            plan["steps"].append(step)
            plan["warnings"].append(_told(resource))
    return plan


def _change(resource: Resource, spec: DeploymentSpec, versions: Versions, rotation: str) -> Change:
    name = spec.password_secret
    if spec.postgres.admin_password:
        before = pinned(secret(name), versions.deployed)
        after = pinned(secret(name), versions.newest)
    else:
        before = secret(name, generate="password", again=versions.newest.get(name))
        after = secret(name, generate="password", rotation=rotation)
    return Change(path=resource.sign_in or "", before=before, after=after)


def _afterwards(spec: DeploymentSpec, versions: Versions) -> dict[str, str]:
    """The versions in use once it is done; that of what will be generated is not known yet."""
    name = spec.password_secret
    if spec.postgres.admin_password:
        return dict(versions.newest)
    return {other: version for other, version in versions.newest.items() if other != name}


def _nothing_newer(spec: DeploymentSpec, versions: Versions) -> str | None:
    """Why a password of somebody else cannot be set anew; None where it can."""
    name = spec.password_secret
    if not spec.by_password:
        return "nobody signs in by a password (postgres.entra.only): there is none to rotate"
    if not spec.postgres.admin_password:
        return None
    if name not in versions.newest:
        return f"no newest version of {name} can be told: name a secret without a version"
    if versions.deployed.get(name) == versions.newest[name]:
        return f"the newest version of {name} is the one in use: store a new one first"
    return None


def _refused(resource: Resource, why: str) -> Advice:
    return Advice(code="NothingToRotate", message=why, target=resource.key)


def _told(resource: Resource) -> Advice:
    message = "who signs in with the password of before is refused from then on; sessions stay open"
    return Advice(code="PasswordChanges", message=message, target=resource.key)
