"""What who asks the policy beforehand is told is what the gate does, and tells no number that the gate doesn't."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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
from hanvisa.policy.outlook import Question, decide
from hanvisa.policy.register import Register
from unit.calls.scene import ANNA_MOBILE, NOW, id_of, register


def transfer_to(target: str, rows: Register) -> Decision:
    """By Olle."""
    question = Question(
        kind="transfer",
        target=target,
        caller=None,
        operator=rows.person(id_of("olle")),
        organisation=rows.organisation(id_of("hallefors")),
        at=NOW,
        confidential=False,
    )
    decision, _ = decide(question, rows, NumberPlan(), "refuse")
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


def test_of_a_mixed_group_the_phones_ring_and_a_group_of_mobiles_is_refused() -> None:
    rows = register()
    group = Group(
        id_of("jouren"), "Jouren", id_of("hallefors"), (id_of("bo"),), (ANNA_MOBILE,), Ringing.TOGETHER
    )
    extension = Extension("250", id_of("hallefors"), TargetKind.GROUP, group.id)
    rows = rows.replace(groups=(group,), extensions=(*rows.extensions.rows, extension))
    assert transfer_to("250", rows).allowed
    rows = rows.replace(groups=(replace(group, member_ids=()),))
    assert transfer_to("250", rows).rules == ("O2",)
    assert told(transfer_to("250", rows))[0] == ANNA_MOBILE


def test_a_group_of_mobiles_is_let_through_where_one_of_them_is_whichever_it_is() -> None:
    rows, second = register(), "+46701740626"
    group = Group(id_of("jour"), "Jour", id_of("hallefors"), (), (ANNA_MOBILE, second))
    extension = Extension("250", id_of("hallefors"), TargetKind.GROUP, group.id)
    exception = PolicyException(
        id_of("exception"),
        ScopeKind.NUMBER,
        "Jour i natt",
        "admin",
        NOW - timedelta(hours=1),
        NOW + timedelta(hours=1),
        number=second,
    )
    rows = rows.replace(
        groups=(group,), extensions=(*rows.extensions.rows, extension), exceptions=(exception,)
    )
    assert transfer_to("250", rows).exception == exception.id
