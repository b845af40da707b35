"""What who asks the policy beforehand is told is what the gate does, and tells no number that the gate doesn't."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from hanvisa.policy.facts import (
    Extension,
    Forwarding,
    Group,
    PolicyException,
    Ringing,
    ScopeKind,
    TargetKind,
)
from hanvisa.policy.model import Decision
from hanvisa.policy.numbers import NumberPlan
from hanvisa.policy.outlook import Outlook, Question, decide
from hanvisa.policy.register import Register
from unit.calls.scene import ANNA_MOBILE, NOW, id_of, register

SECOND = "+46701740626"


def decided(
    target: str, rows: Register, kind: Literal["transfer", "consult"], *, rings_itself: bool = False
) -> Outlook:
    """By Olle."""
    question = Question(
        kind=kind,
        target=target,
        caller=None,
        operator=rows.person(id_of("olle")),
        organisation=rows.organisation(id_of("hallefors")),
        at=NOW,
        confidential=False,
        rings_itself=rings_itself,
    )
    return decide(question, rows, NumberPlan(), "refuse")


def transfer_to(target: str, rows: Register, *, rings_itself: bool = False) -> Decision:
    decision = decided(target, rows, "transfer", rings_itself=rings_itself).decision
    assert decision is not None
    return decision


def consult_with(target: str, rows: Register) -> Decision:
    decision = decided(target, rows, "consult").decision
    assert decision is not None
    return decision


def forwarded() -> Register:
    """Bo's phone, to Anna's mobile."""
    to_anna = Forwarding(
        id_of("forwarding"), id_of("bo"), "0701740605", NOW - timedelta(hours=1), NOW + timedelta(hours=2)
    )
    return register().replace(forwardings=(to_anna,))


def told(decision: Decision) -> list[str | None]:
    return [one.number for one in decision.alternatives]


def test_what_a_phone_is_forwarded_to_is_told_where_it_may_be() -> None:
    decision = transfer_to("202", forwarded())
    assert decision.rules == ("O2", "M3")
    assert ANNA_MOBILE in told(decision)


def test_a_protected_persons_mobile_is_not_told_where_a_colleague_is_forwarded_to_it() -> None:
    rows = forwarded()
    persons = [replace(one, protected=one.id == id_of("anna")) for one in rows.persons.rows]
    decision = transfer_to("202", rows.replace(persons=persons))
    assert decision.rules == ("O2", "M3")
    assert ANNA_MOBILE not in told(decision)


def test_what_a_confidential_line_is_forwarded_to_is_refused_by_m4_and_not_told() -> None:
    rows = forwarded()
    extensions = [replace(one, confidential=one.number == "202") for one in rows.extensions.rows]
    decision = transfer_to("202", rows.replace(extensions=extensions))
    assert decision.rules == ("M4",)
    assert ANNA_MOBILE not in told(decision)


def test_a_confidential_persons_mobile_is_m4s_where_a_colleague_is_forwarded_to_it() -> None:
    rows = forwarded()
    persons = [replace(one, confidential=one.id == id_of("anna")) for one in rows.persons.rows]
    decision = transfer_to("202", rows.replace(persons=persons))
    assert decision.rules == ("M4",)
    assert ANNA_MOBILE not in told(decision)


def grouped(*mobiles: str, with_excepted: tuple[str, ...] = (), members: tuple[str, ...] = ()) -> Register:
    """250 is a group of these, with an exception for each of ``with_excepted``, by whose number it goes."""
    rows, organisation = register(), id_of("hallefors")
    group = Group(id_of("jour"), "Jour", organisation, tuple(map(id_of, members)), mobiles, Ringing.TOGETHER)
    extension = Extension("250", organisation, TargetKind.GROUP, group.id)
    exceptions = tuple(
        PolicyException(
            id_of(number),
            ScopeKind.NUMBER,
            "Jour i natt",
            "admin",
            NOW - timedelta(hours=1),
            NOW + timedelta(hours=1),
            number=number,
        )
        for number in with_excepted
    )
    return rows.replace(groups=(group,), extensions=(*rows.extensions.rows, extension), exceptions=exceptions)


def test_of_a_mixed_group_the_phones_ring_and_a_group_of_mobiles_is_refused() -> None:
    assert transfer_to("250", grouped(ANNA_MOBILE, members=("bo",))).allowed
    rows = grouped(ANNA_MOBILE)
    assert transfer_to("250", rows).rules == ("O2",)
    assert told(transfer_to("250", rows))[0] == ANNA_MOBILE


def test_a_group_of_mobiles_is_let_through_where_one_of_them_is_whichever_it_is() -> None:
    outlook = decided("250", grouped(ANNA_MOBILE, SECOND, with_excepted=(SECOND,)), "transfer")
    assert outlook.decision is not None
    assert outlook.decision.exception == id_of(SECOND)
    assert outlook.exceptions == {id_of(SECOND)}


@pytest.mark.parametrize("members", [(), ("bo",)])
def test_who_rings_a_group_by_themselves_is_refused_it_for_one_mobile_mixed_with_phones_or_not(
    members: tuple[str, ...],
) -> None:
    rows = grouped(SECOND, ANNA_MOBILE, with_excepted=(SECOND,), members=members)
    decision = transfer_to("250", rows, rings_itself=True)
    assert (decision.allowed, decision.rules) == (False, ("O2",))
    assert told(decision)[0] == ANNA_MOBILE


def test_who_rings_a_group_by_themselves_needs_the_exceptions_of_all_its_mobiles() -> None:
    rows = grouped(ANNA_MOBILE, SECOND, with_excepted=(ANNA_MOBILE, SECOND))
    outlook = decided("250", rows, "transfer", rings_itself=True)
    assert outlook.decision is not None
    assert outlook.decision.allowed
    assert outlook.exceptions == {id_of(ANNA_MOBILE), id_of(SECOND)}


def test_a_group_of_phones_is_rung_by_whoever_asks() -> None:
    assert transfer_to("250", grouped(members=("bo",)), rings_itself=True).allowed


def test_the_mobiles_of_a_confidential_group_are_m4s_whatever_the_exceptions() -> None:
    rows = grouped(SECOND, with_excepted=(SECOND,))
    extensions = [replace(one, confidential=one.number == "250") for one in rows.extensions.rows]
    assert transfer_to("250", rows.replace(extensions=extensions)).rules == ("M4",)


def test_an_operator_with_a_caller_is_told_that_they_do_not_get_through_to_the_mobiles_behind_an_extension() -> (
    None
):
    assert consult_with("250", grouped(ANNA_MOBILE)).rules == ("O2",)
    assert consult_with("202", forwarded()).rules == ("O2",)
    assert consult_with("250", grouped(ANNA_MOBILE, members=("bo",))).allowed
