"""Every rule has its source beside it, and a command counts them."""

from collections import Counter

from local.arm_emulator.control.rules import KINDS, OWN, UNSTATED, rules, table

MOST_ASSUMED = 78  # goes down only: say beside the rule who saw it


def test_every_rule_is_of_a_known_kind_and_has_a_code() -> None:
    known = {*KINDS, OWN, UNSTATED}
    assert {each.kind for each in rules()} <= known
    assert all(each.code and each.where and each.what for each in rules())


def test_assumptions_become_no_more() -> None:
    counts = Counter(each.kind for each in rules())
    assert counts["assumption"] <= MOST_ASSUMED


def test_every_rule_says_who_says_so() -> None:
    assert [each for each in rules() if each.kind == UNSTATED] == []


def test_the_table_ends_with_how_many_there_are_of_each_kind() -> None:
    *rows, summary = table().splitlines()
    counts = Counter(each.kind for each in rules())
    assert summary.startswith(f"{len(rows)} rules: ")
    assert all(f"{count} {kind}" in summary for kind, count in counts.items())


def test_a_recorded_refusal_is_told_from_an_assumed_one() -> None:
    kinds = {each.code: each.kind for each in rules()}
    assert kinds["MustSpecifyBothEncryptionIntentAndEnforcementPolicy"] == "recording"
    assert kinds["settings.tags_code"] == "assumption"
    assert kinds["InvalidDomainNameLabel"] == "recording"
