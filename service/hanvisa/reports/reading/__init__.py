"""What reports are made from, read from the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from hanvisa.reports import facts
from hanvisa.reports.reading import calls, departments, invoices, mobiles, people, register
from hanvisa.reports.reading.source import Source

__all__ = ["READERS", "Source"]

READERS: dict[type[Any], Callable[[Source], Awaitable[Sequence[Any]]]] = {
    facts.Referral: calls.referrals,
    facts.Refusal: calls.refusals,
    facts.SwitchboardCall: calls.switchboard_calls,
    facts.PrivateCall: calls.private_calls,
    facts.MobileCall: calls.mobile_calls,
    facts.DepartmentMonth: departments.months,
    facts.ExceptionInForce: register.exceptions,
    facts.MessageDue: people.messages,
    facts.StaleDetails: people.details,
    facts.Unmanaged: people.operations,
    facts.ForwardedToMobile: mobiles.forwardings,
    facts.UncheckedMobile: mobiles.unchecked,
    facts.Subscription: invoices.subscriptions,
}
"""By the type of fact that a report is made from."""
