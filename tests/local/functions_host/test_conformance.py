"""What makes a stand-in conform: the numbered cases, each with tests that could falsify it.

A test says by `@pytest.mark.case(29, 31)` which cases it is about; `pytest -m case` runs them all.
Cases 38 and 39, entities and call_http, are refused by this host; their tests show the refusal.
"""

import ast
from pathlib import Path

import pytest

CASES = {
    1: "an app is indexed once per load, and a second load meets a fresh one",
    2: "an app that cannot be indexed is refused in words and by exit code",
    3: "routes: prefix, templates, verbs, defaults",
    4: "access levels, keys in header and query, disabled functions, no keys locally",
    5: "what an HTTP function returns decides the status",
    6: "plain functions in a pool, coroutines on one loop, one client session",
    7: "the client binding and its check-status response",
    8: "timers: seconds, settings, startup, past due once, no overlap",
    9: "aliases are found by alias in any case, not by function object",
    10: "the first request and the schema of the answer",
    11: "input by client, by HTTP object, absent, and a list over HTTP",
    12: "an activity's round trip of everything that JSON says, and of a class",
    13: "which tasks take sequence ids",
    14: "completions of one batch make one episode, results in child order",
    15: "is_replaying is false once per step",
    16: "time and ids of a step are stable",
    17: "what is not yielded is not scheduled",
    18: "failures: handled, unhandled, empty, quoted, with the marker in them",
    19: "orchestrators that are no generators",
    20: "output that is no JSON",
    21: "retries: success, exhaustion with its extra timer, ids, intervals",
    22: "non-determinism by order, name and removal; inputs are not compared",
    23: "unknown functions fail with the known ones",
    24: "a timer of twenty days",
    25: "custom status: falsy, limit, continue-as-new",
    26: "forgotten and cancelled timers",
    27: "compensation waits for the last sibling",
    28: "the re-raced timer and the two traps hang or mislead here too, and are named",
    29: "events: early, late, twice, other case, suspended, finished, unknown",
    30: "the payload of the client is text, that of HTTP is parsed",
    31: "terminate in every state; children go on; late results are dropped",
    32: "suspend holds everything back but what runs, resume applies it in order",
    33: "continue-as-new: execution, history, stale completions, events, a hundred rounds",
    34: "children: ids, input, parent, failure, retry, terminate",
    35: "instance ids in use, finished, and contended",
    36: "rewind runs only what failed, children included, and refuses the rest",
    37: "restart with the same and a new id",
    38: "entities (refused)",
    39: "call_http (refused)",
    40: "versions: default, explicit, three strategies, Reject and Fail",
    41: "every route of the management API with its codes",
    42: "what a status and a history show",
    43: "lists: prefix, time, statuses, pages, top",
    44: "events in plain text, broken JSON, without body",
    45: "error bodies, loopback, ids with a slash",
    46: "purge of one and of many",
    47: "a start that waits",
    48: "kill -9 at each point",
    49: "a restart with overdue timers, queued events, half-done work",
    50: "two completions of one task",
    51: "an orchestrator that kills its worker blocks nobody",
    52: "two hundred instances of twenty activities",
    53: "leases: renewal and expiry",
    54: "a database of another version",
    55: "the same history on a virtual and on a running clock",
    56: "recorded histories, replayed to the byte",
}


def marked() -> set[int]:
    """The numbers that the tests beside this one are marked with."""
    numbers = set[int]()
    for file in Path(__file__).parent.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.case":
                        numbers |= {ast.literal_eval(argument) for argument in mark.args}
    return numbers


@pytest.mark.parametrize("number", CASES, ids=[f"{n} {text}" for n, text in CASES.items()])
def test_a_case_has_a_test(number: int) -> None:
    assert number in marked()


def test_a_mark_names_a_case() -> None:
    assert marked() <= set(CASES)
