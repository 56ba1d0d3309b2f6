"""Who may do what: every route for every role, and nobody by a header of their own making."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azure.functions import HttpRequest

import function_app  # noqa: F401  # it registers the routes
from local.functions_host.http.sign_in import HEADER
from shared.settings import settings
from triggers.callers import ALL, caller_of
from triggers.routing import ROUTES

Json = dict[str, Any]
Ask = Callable[..., Any]

PRINCIPALS = {
    role.casefold(): {
        "name": f"{role.casefold()}@corp.example",
        "oid": f"object-of-{role.casefold()}",
        "appid": "the-cli",
        "roles": [role],
    }
    for role in ALL
} | {
    "nobody": {"name": "nobody@corp.example", "oid": "nobody"},
    "both": {"name": "both@corp.example", "oid": "both", "roles": ["Deployer", "Approver"]},
    "crowded": {"name": "crowded", "oid": "c", "roles": ["Deployer"], "hasgroups": "true"},
    "team": {"name": "team", "oid": "t", "roles": ["Deployer", "Operator"], "groups": ["group-1"]},
}
GUARDED = sorted(key for key, described in ROUTES.items() if not described.open)


@pytest.fixture
def signed_in(simulation: Any) -> Iterator[Any]:
    """The app behind App Service authentication, its time standing still."""
    simulation.host.stop()
    settings.cache_clear()  # an app's settings last as long as its process
    simulation.settings |= {
        "WEBSITE_AUTH_ENABLED": "true",
        "LOCAL_PRINCIPALS": json.dumps(PRINCIPALS),
        "ROLE_SCOPES": json.dumps({"group-1": ["rg-team-*"]}),
    }
    yield simulation.start(jumps=False)
    settings.cache_clear()


@pytest.fixture
def ask(signed_in: Any) -> Ask:
    """One request in somebody's name."""

    def send(who: str, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {who}", **options.pop("headers", {})}
        return signed_in.request(method, path, headers=headers, **options)

    return send


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(("method", "path"), GUARDED, ids=lambda value: str(value))
def test_a_route_is_open_to_its_roles_and_to_no_other(ask: Ask, method: str, path: str) -> None:
    roles = ROUTES[method, path].roles
    where = path.strip("/").replace("{name}", "nothing-here").replace("{id}", "nothing-here-1")
    for role in ALL:
        answer = ask(role.casefold(), method, where)
        refused = answer.status_code == 403
        assert refused == (role not in roles), (role, answer.text)
        if refused:
            assert code(answer) == (403, "RoleMissing")
            assert " or ".join(roles) in answer.json()["error"]["message"]
    assert code(ask("nobody", method, where)) == (403, "RoleMissing")


def test_who_is_not_signed_in_gets_no_further_than_the_page(signed_in: Any) -> None:
    assert signed_in.request("GET", "deployments").status_code == 401
    assert signed_in.request("GET", "health").status_code == 200
    assert signed_in.request("GET", "ui/page.js").status_code == 200


def test_a_principal_that_a_caller_sends_is_not_believed(simulation: Any, ask: Ask) -> None:
    claims = [{"typ": "roles", "val": "Operator"}, {"typ": "name", "val": "root"}]
    told = {"claims": claims, "role_typ": "roles", "name_typ": "name"}
    forged = base64.b64encode(json.dumps(told).encode()).decode()
    headers = {"X-MS-CLIENT-PRINCIPAL": forged}
    assert code(ask("reader", "DELETE", "deployments/some-db", headers=headers))[0] == 403


def test_where_nobody_is_signed_in_a_forged_principal_is_not_read(
    simulation: Any, lean: Json
) -> None:
    told = {"claims": [{"typ": "name", "val": "root"}], "role_typ": "roles", "name_typ": "name"}
    forged = base64.b64encode(json.dumps(told).encode()).decode()
    headers = {"X-MS-CLIENT-PRINCIPAL": forged, "X-MS-CLIENT-PRINCIPAL-NAME": "root"}
    started = simulation.request("POST", "deployments", json=lean, headers=headers)
    assert simulation.finish(started)["actor"]["name"] == "local"


def test_a_key_is_known_by_its_digest(simulation: Any, lean: Json) -> None:
    started = simulation.request("POST", "deployments?code=secret-key", json=lean)
    actor = simulation.finish(started)["actor"]
    assert actor["name"] == "key:85dbe15d"
    assert "secret-key" not in json.dumps(simulation.operation(started.json()["id"]))


def test_an_operation_says_who_asked_for_it_who_approved_it_and_why(
    ask: Ask, signed_in: Any, lean: Json
) -> None:
    gated = lean | {"approval": {"withinHours": 3}}
    identity = ask("deployer", "POST", "deployments", json=gated).json()["id"]
    signed_in.advance(minutes=1)
    comment = {"comment": "looks right"}
    assert ask("approver", "POST", f"operations/{identity}/approve", json=comment).is_success
    told = ask("reader", "GET", f"operations/{identity}").json()
    assert told["actor"] == {
        "name": "deployer@corp.example",
        "objectId": "object-of-deployer",
        "client": "the-cli",
    }
    assert told["decidedBy"]["name"] == "approver@corp.example"
    assert told["decidedBy"]["comment"] == "looks right"


def test_who_asked_for_a_plan_does_not_approve_it(ask: Ask, signed_in: Any, lean: Json) -> None:
    gated = lean | {"approval": {"withinHours": 3}}
    identity = ask("both", "POST", "deployments", json=gated).json()["id"]
    signed_in.advance(minutes=1)
    assert code(ask("both", "POST", f"operations/{identity}/approve")) == (403, "RoleMissing")
    assert ask("approver", "POST", f"operations/{identity}/approve").is_success


def test_a_groups_roles_hold_for_its_resource_groups_only(ask: Ask, lean: Json) -> None:
    theirs = lean | {"resourceGroup": "rg-team-orders"}
    others = lean | {"resourceGroup": "rg-of-others"}
    assert code(ask("team", "POST", "deployments", json=others)) == (403, "RoleMissing")
    assert ask("team", "POST", "deployments", json=theirs).status_code == 202
    moved = ask("team", "PUT", f"deployments/{lean['name']}", json=others)
    assert code(moved) == (403, "RoleMissing")


def test_who_is_in_too_many_groups_for_a_token_is_not_taken_to_be_in_none(
    ask: Ask, lean: Json
) -> None:
    refused = ask("crowded", "POST", "deployments", json=lean)
    assert code(refused) == (403, "RoleMissing")
    assert "more groups than a token names" in refused.json()["error"]["message"]
    assert ask("crowded", "GET", "deployments").is_success


SOAP, MICROSOFT = "http://schemas.xmlsoap.org/ws/2005/05", "http://schemas.microsoft.com"
OF_ROLES = f"{MICROSOFT}/ws/2008/06/identity/claims/role"
OF_NAMES = f"{SOAP}/identity/claims/emailaddress"


@pytest.mark.parametrize("role_typ", ["roles", OF_ROLES, None, ["roles"]])
@pytest.mark.parametrize("role", ["roles", OF_ROLES])
@pytest.mark.parametrize("name", ["name", "preferred_username", OF_NAMES])
def test_a_principal_is_read_by_whatever_names_the_platform_gives_its_claims(
    monkeypatch: pytest.MonkeyPatch, name: str, role: str, role_typ: object
) -> None:
    claims = [{"typ": role, "val": "Operator"}, {"typ": name, "val": "ann"}]
    told = {"auth_typ": "aad", "claims": claims, "name_typ": OF_NAMES, "role_typ": role_typ}
    assert principal(monkeypatch, told) == ("ann", ["Operator"])


@pytest.mark.parametrize("told", [None, [], 1, "x", {}, {"claims": {}}, {"claims": ["roles"]}])
def test_a_principal_that_cannot_be_read_has_no_role(
    monkeypatch: pytest.MonkeyPatch, told: object
) -> None:
    assert principal(monkeypatch, told) == ("nobody", [])


def principal(monkeypatch: pytest.MonkeyPatch, told: object) -> tuple[str, list[str]]:
    """Who a principal of the platform is taken to be, and what they may do."""
    needed = ("AZURE_SUBSCRIPTION_ID", "KEY_VAULT_URL", "AzureWebJobsStorage")
    for setting in needed:
        monkeypatch.setenv(setting, "https://none.example")
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "true")
    settings.cache_clear()
    header = base64.b64encode(json.dumps(told).encode()).decode()
    request = HttpRequest("GET", "/api/deployments", headers={HEADER: header}, body=b"")
    caller = caller_of(request)
    settings.cache_clear()
    return caller["actor"]["name"], caller["roles"]


@pytest.mark.parametrize("body", [[], {"text": "a"}, {"comment": 1}, {"comment": "x" * 2001}])
def test_a_comment_that_is_none_is_refused(ask: Ask, body: Any) -> None:
    answer = ask("approver", "POST", "operations/nothing-here-1/reject", json=body)
    assert code(answer) == (400, "InvalidParameter")


LEVELS = """
import function_app
triggers = [each.get_trigger() for each in function_app.app.get_functions()]
mine = [t for t in triggers if t.type == "httpTrigger" and t.route == "deployments"]
print(*{t.auth_level.name for t in mine})
"""


@pytest.mark.parametrize(("entra", "level"), [("true", "ANONYMOUS"), ("false", "FUNCTION")])
def test_whoever_is_signed_in_needs_no_key_besides(entra: str, level: str) -> None:
    environment = {**os.environ, "WEBSITE_AUTH_ENABLED": entra}  # it is there before the app is
    done = subprocess.run(
        [sys.executable, "-c", LEVELS], env=environment, capture_output=True, check=True
    )
    assert done.stdout.decode().split() == [level]
