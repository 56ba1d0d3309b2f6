"""A template as it is read: its order, its bodies, its outputs, and what is wrong with it."""

from typing import Any

import pytest

from local.arm_emulator.templates.scope import Scope
from local.arm_emulator.templates.template import Template
from local.arm_emulator.wire.messages import ArmError, Json

GROUP = "/subscriptions/s1/resourceGroups/rg"
SCOPE = Scope(
    deployment={"name": "d"},
    group={"id": GROUP, "name": "rg", "location": "eastus"},
    subscription={"id": "/subscriptions/s1", "subscriptionId": "s1", "tenantId": "t1"},
)


NOTHING: dict[str, Json] = {}


def resource(name: str, *after: str, **more: Any) -> Json:
    return {"type": "A.B/c", "name": name, "apiVersion": "1", "dependsOn": list(after), **more}


def template(*resources: Json, sent: Json | None = None, **more: Any) -> Template:
    document = {"$schema": "s", "contentVersion": "1.0.0.0", "resources": list(resources), **more}
    return Template(document, sent or {}, SCOPE)


def order(read: Template) -> list[str]:
    return [each.id.name for each in read.resources]


def test_resources_come_after_those_they_depend_on() -> None:
    by_name, by_type = resource("x", "y"), resource("y", "A.B/c/z")
    by_id = resource("z", "[resourceId('A.B/c', 'w')]")
    assert order(template(by_name, by_type, by_id, resource("w"))) == ["w", "z", "y", "x"]


def test_a_reference_is_a_dependency() -> None:
    first = resource("x", properties={"of": "[reference('y').size]"})
    assert order(template(first, resource("y"))) == ["y", "x"]


def test_a_reference_shows_what_is_deployed_by_then() -> None:
    read = template(
        resource("x", properties={"of": "[reference('y').size]"}),
        resource("y"),
        outputs={"all": {"type": "object", "value": "[reference('y', '1', 'Full')]"}},
    )
    deployed = {f"{GROUP}/providers/a.b/c/y".lower(): {"name": "y", "properties": {"size": 3}}}
    assert read.body(read.resources[1], deployed.get) == {"properties": {"of": 3}}
    outputs = read.outputs(deployed.get)
    assert outputs["all"] == {"type": "Object", "value": {"name": "y", "properties": {"size": 3}}}


def test_a_resource_whose_condition_is_false_is_left_out() -> None:
    gone = resource("x", condition="[equals(1, 2)]")
    assert order(template(gone, resource("y", "x"))) == ["y"]


def test_nested_resources_go_below_their_parent() -> None:
    child = {"type": "d", "name": "y", "apiVersion": "1", "dependsOn": ["x"]}
    read = template(resource("x", resources=[child]))
    assert str(read.resources[1].id) == f"{GROUP}/providers/A.B/c/x/d/y"


def test_parameters_and_variables_are_evaluated() -> None:
    read = template(
        resource("[variables('name')]", tags={"of": "[parameters('who')]"}),
        sent={"Who": {"value": "me"}},
        parameters={
            "who": {"type": "string"},
            "also": {"type": "string", "defaultValue": "[concat(parameters('who'), '2')]"},
        },
        variables={"name": "[concat('n-', parameters('also'))]"},
    )
    assert order(read) == ["n-me2"]
    assert read.body(read.resources[0], NOTHING.get) == {"tags": {"of": "me"}}


def test_a_secure_parameter_is_shown_without_its_value() -> None:
    declared = {"a": {"type": "securestring"}, "b": {"type": "int"}}
    read = template(sent={"a": {"value": "hidden"}, "b": {"value": 1}}, parameters=declared)
    assert read.shown_parameters() == {
        "a": {"type": "SecureString"},
        "b": {"type": "Int", "value": 1},
    }


ONE = {"who": {"type": "string", "allowedValues": ["me", "you"]}}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"resources": [resource("x", "y")]}, "The resource 'y' is not defined in the template"),
        (
            {"resources": [resource("x", "y"), resource("y", "x")]},
            "Circular dependency detected on resource",
        ),
        ({"resources": [resource("x"), resource("X")]}, "is defined multiple times"),
        ({"resources": [resource("x/y")]}, "has incorrect segment lengths"),
        ({"resources": [resource("x", tags="[foo()]")]}, "The template function 'foo' is not"),
        ({"resources": [resource("[variables('v')]")]}, "The template variable 'v' is not found"),
        (
            {"resources": [resource("[parameters('p')]")]},
            "The template parameter 'p' is not found",
        ),
        (
            {"variables": {"v": "[variables('v')]"}, "resources": [resource("[variables('v')]")]},
            "refers to itself",
        ),
        ({"parameters": ONE}, "The value for the template parameter 'who' is not provided"),
        ({"parameters": ONE, "sent": {"who": {"value": 1}}}, "Expected a value of type 'String'"),
        ({"parameters": ONE, "sent": {"who": {"value": "it"}}}, "not part of the allowed value(s)"),
        ({"sent": {"who": {"value": "me"}}}, "The template parameters 'who' in the parameters"),
        ({"outputs": {"o": {"value": "x"}}}, "The output 'o' has no valid type"),
        ({"outputs": {"o": {"type": "string", "value": "[foo()]"}}}, "'foo' is not valid"),
    ],
)
def test_a_faulty_template_is_refused_before_anything_is_written(parts: Json, said: str) -> None:
    with pytest.raises(ArmError) as refused:
        template(*parts.pop("resources", []), **parts)
    assert (refused.value.status, refused.value.code) == (400, "InvalidTemplate")
    assert said in refused.value.message


@pytest.mark.parametrize("key", ["copy", "scope", "resourceGroup"])
def test_what_is_not_emulated_is_refused_by_name(key: str) -> None:
    with pytest.raises(ArmError) as refused:
        template(resource("x", **{key: "y"}))
    assert (refused.value.status, refused.value.code) == (501, "NotEmulated")
    assert f"'{key}'" in refused.value.message
