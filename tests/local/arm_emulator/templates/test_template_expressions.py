"""Expressions of ARM templates: what they give, and what is no expression."""

from typing import Any

import pytest

from local.arm_emulator.templates.expressions import ExpressionError, calls_in, evaluate
from local.arm_emulator.templates.functions import PURE
from local.arm_emulator.templates.scope import Scope

GROUP = "/subscriptions/s1/resourceGroups/rg"
SCOPE = Scope(
    deployment={"name": "d"},
    group={"id": GROUP, "name": "rg", "location": "eastus"},
    subscription={"id": "/subscriptions/s1", "subscriptionId": "s1", "tenantId": "t1"},
)
FUNCTIONS = {**PURE, **SCOPE.functions()}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("['it''s']", "it's"),
        ("[ concat( 'a' , 'b', 3 ) ]", "ab3"),
        ("[concat(createArray('a'), createArray('b'))]", ["a", "b"]),
        ("[ToLower('AbC')]", "abc"),
        ("[toUpper(trim('  x '))]", "X"),
        ("[format('{0}-{1:D3}', 'vm', 7)]", "vm-007"),
        ("[replace('a-b', '-', '')]", "ab"),
        ("[split('a,b;c', createArray(',', ';'))[1]]", "b"),
        ("[substring('abcdef', 1, 3)]", "bcd"),
        ("[resourceGroup().location]", "eastus"),
        ("[subscription().SubscriptionId]", "s1"),
        ("[createObject('a', createArray(1, 2)).a[1]]", 2),
        ("[if(equals(1, 1), 'yes', int('no number'))]", "yes"),
        ("[and(true(), not(false()))]", True),
        ("[string(true())]", "True"),
        ("[length(range(3, 4))]", 4),
        ("[coalesce(null(), 'b')]", "b"),
        ("[union(createObject('a', 1), createObject('b', 2))]", {"a": 1, "b": 2}),
        ("[contains('abc', 'b')]", True),
        ("[mod(-7, 3)]", -1),
        ("[resourceId('A.B/c', 'x')]", f"{GROUP}/providers/A.B/c/x"),
        ("[resourceId('A.B/c/d', 'x', 'y')]", f"{GROUP}/providers/A.B/c/x/d/y"),
        (
            "[resourceId('g2', 'A.B/c', 'x')]",
            "/subscriptions/s1/resourceGroups/g2/providers/A.B/c/x",
        ),
        ("[subscriptionResourceId('A.B/c', 'x')]", "/subscriptions/s1/providers/A.B/c/x"),
        ("[base64ToString(base64('x'))]", "x"),
    ],
)
def test_an_expression_gives_its_value(expression: str, value: Any) -> None:
    assert evaluate(expression, FUNCTIONS) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("[[literal]", "[literal]"), ("[open", "[open"), ("plain", "plain"), ("", "")],
)
def test_a_text_that_is_no_expression_stays(text: str, value: str) -> None:
    assert evaluate(text, FUNCTIONS) == value


def test_expressions_are_found_at_any_depth() -> None:
    body = {"a": [{"b": "[concat('x', 'y')]"}], "c": None, "d": 1}
    assert evaluate(body, FUNCTIONS) == {"a": [{"b": "xy"}], "c": None, "d": 1}
    assert [call.name for call in calls_in(body)] == ["concat"]


def test_unique_strings_differ_by_their_arguments_alone() -> None:
    one, again, other = (
        evaluate(f"[uniqueString({text})]", FUNCTIONS) for text in ("'a', 'b'", "'a', 'b'", "'b'")
    )
    assert one == again != other
    assert len(one) == 13


def test_guid_is_the_one_that_azure_computes() -> None:
    # Version 5 of the documented namespace and the arguments joined by dashes.
    assert evaluate("[guid('a', 'b')]", FUNCTIONS)[14] == "5"
    assert evaluate("[guid('a', 'b')]", FUNCTIONS) == evaluate("[guid('a-b')]", FUNCTIONS)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("[listKeys('x')]", "The template function 'listKeys' is not valid"),
        ("[concat('a'", None),
        ("[concat('a',)]", "unexpected )"),
        ("[concat('a') 'b']", "unexpected 'b'"),
        ("[name]", "unexpected name"),
        ("[resourceGroup().colour]", "property 'colour' doesn't exist"),
        ("[createArray(1)[5]]", "property '5' can't be evaluated"),
        ("[resourceId('A.B/c/d', 'x')]", "requires '2' resource name argument(s)"),
        ("[toLower(1)]", "Unable to evaluate template language function 'toLower'"),
        ("[substring('abc', 2, 9)]", "must lie within the string"),
    ],
)
def test_an_expression_that_cannot_be_evaluated_says_why(expression: str, said: str | None) -> None:
    if said is None:
        assert evaluate(expression, FUNCTIONS) == expression  # no closing bracket: a text
        return
    with pytest.raises(ExpressionError) as error:
        evaluate(expression, FUNCTIONS)
    assert said in str(error.value)
