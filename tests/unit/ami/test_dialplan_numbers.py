"""What the fallback's dialplan takes a Swedish number for, against the numbering plan that the service reads."""

from __future__ import annotations

import re
from pathlib import Path

from hanvisa.policy.facts import CallingClass
from hanvisa.policy.numbers import NumberKind, NumberPlan, read_number
from hanvisa.policy.outgoing import class_needed
from hanvisa.policy.register import Register

DIALPLAN = Path(__file__).parents[3] / "dialplan" / "fallback-numbers.conf"
TAKES = re.compile(
    r'ExecIf\(\$\{REGEX\("(?P<pattern>[^"]+)" \$\{e164\}\)\}\?Set\(takes=(?P<class_>[a-z]+)\)\)'
)


def test_the_dialplan_takes_swedish_numbers_for_what_they_are() -> None:
    """Of each number that exists; of one that does not, whoever is asked, nobody is rung."""
    rules = [
        (re.compile(found["pattern"]), found["class_"]) for found in TAKES.finditer(DIALPLAN.read_text())
    ]
    assert len(rules) == 2
    seen = set()
    for beginning in range(1000, 10_000):
        for length in range(7, 11):
            digits = str(beginning).ljust(length, "2")
            reading = read_number(f"+46{digits}", None, Register(), NumberPlan())
            if reading.kind is NumberKind.UNKNOWN or reading.number != f"+46{digits}":
                continue
            taken = ["premium", *(class_ for rule, class_ in rules if rule.search(f"46{digits}"))][-1]
            needed = class_needed(reading) or CallingClass.INSIDE
            assert taken == needed, digits
            seen.add(needed)
    assert seen == {CallingClass.NATIONAL, CallingClass.PREMIUM}
