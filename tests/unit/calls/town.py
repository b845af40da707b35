"""The town that the search walks through (test_search.py): who has which telephone, and what may be dialled.

Anna (201, a mobile), Bo (202), Siv (203, who is confidential), Tor (205, whose number outside is); Olle (200) and Ulla
(204) are operators. The hall's telephone is nobody's, and the desk's is that of whichever operator sits there, Ulla at
first. 210 are Bo and Anna's mobile, 211 is Anna's mobile alone, 212 is Siv alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from hanvisa.policy.facts import (
    Extension,
    Group,
    Operator,
    OperatorState,
    OutsideNumber,
    Phone,
    TargetKind,
)
from hanvisa.policy.register import Register
from unit.calls.scene import ANNA_DIRECT, ANNA_MOBILE, MAIN, NOW, id_of, register
from unit.calls.scene import _person as person_of_ours

PERSONS = ("anna", "bo", "olle", "siv", "tor", "ulla")
SHARED = ("hall", "desk")
PHONES = (*PERSONS, *SHARED)
OPERATORS = ("olle", "ulla")
CONFIDENTIAL = ("siv", "tor")

BOS_DIRECT, SIVS_DIRECT, TORS_DIRECT = "+46980319202", "+46980319203", "+46980319205"
FIXED, ANOTHER_FIXED = "0980319244", "0980319260"
MOBILES = ("0701740605", "0701740611", "+46701740605", "00701740605")
FROM_OUTSIDE = (MAIN, MAIN, ANNA_DIRECT, BOS_DIRECT, SIVS_DIRECT, TORS_DIRECT)
CITIZENS = (FIXED, "", "0701740699", ANNA_MOBILE)
INSIDE = ("200", "201", "202", "203", "204", "205", "210", "211", "212")
PARKS = ("*68*202#", "*68*201#", "*68*203#")
DIALLED = (*INSIDE, *MOBILES, ANOTHER_FIXED, "*88#", "*280#", "*28#", "112")
TARGETS = (*INSIDE, *MOBILES, ANOTHER_FIXED, "*63*202", *PARKS[:2], "", "112")


def busy_town() -> Register:
    town = register()
    organisation = id_of("hallefors")
    more = {"siv": "203", "ulla": "204", "tor": "205"}
    return town.replace(
        persons=(
            *town.persons.rows,
            replace(person_of_ours("siv"), confidential=True),
            person_of_ours("ulla"),
            person_of_ours("tor"),
        ),
        phones=(
            *town.phones.rows,
            *(Phone(id_of(f"phone {name}"), name, organisation, id_of(name)) for name in more),
            *(Phone(id_of(f"phone {name}"), name, organisation, None) for name in SHARED),
        ),
        extensions=(
            *town.extensions.rows,
            *(Extension(ext, organisation, TargetKind.PERSON, id_of(name)) for name, ext in more.items()),
            Extension("210", organisation, TargetKind.GROUP, id_of("mixed")),
            Extension("211", organisation, TargetKind.GROUP, id_of("mobiles")),
            Extension("212", organisation, TargetKind.GROUP, id_of("of siv")),
        ),
        groups=(
            Group(id_of("mixed"), "Blandat", organisation, (id_of("bo"),), (ANNA_MOBILE,)),
            Group(id_of("mobiles"), "Mobiler", organisation, (), (ANNA_MOBILE,)),
            Group(id_of("of siv"), "Sekretess", organisation, (id_of("siv"),), ()),
        ),
        numbers=(
            *town.numbers.rows,
            OutsideNumber(BOS_DIRECT, TargetKind.PERSON, id_of("bo")),
            OutsideNumber(SIVS_DIRECT, TargetKind.PERSON, id_of("siv")),
            OutsideNumber(TORS_DIRECT, TargetKind.PERSON, id_of("tor"), confidential=True),
        ),
        operators=tuple(
            Operator(id_of(name), (id_of("board"),), state, id_of(f"phone {phone}"), NOW - timedelta(hours=1))
            for name, state, phone in (
                ("olle", OperatorState.OPEN, "olle"),
                ("ulla", OperatorState.CLOSED, "desk"),
            )
        ),
    )


def sitting_at(town: Register, operator: str, phone: str) -> Register:
    """The town where the operator has sat down at that telephone."""
    rows = (
        replace(row, phone_id=id_of(f"phone {phone}")) if row.person_id == id_of(operator) else row
        for row in town.operators.rows
    )
    return town.replace(operators=rows)


def operators_phones(town: Register) -> Iterator[str]:
    """The accounts of the telephones that an operator speaks by."""
    for phone in town.phones.rows:
        user = town.user_of(phone)
        if user is not None and town.operator(user) is not None:
            yield phone.account
