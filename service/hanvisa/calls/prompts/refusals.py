"""What is refused, and what is allowed instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransferRefused:
    """To an operator alone, in a few words: refused by which rule, and what is allowed instead.

    ``rule`` is one of docs/policy.md's ids; ``mobile_number`` and ``direct_number`` are those that may be told, if any.
    """

    rule: str
    mobile_number: str | None = None
    direct_number: str | None = None


@dataclass(frozen=True, slots=True)
class DialRefused:
    """To whoever dialled: this number is not put through, and by which rule.

    ``mobile_on_line``: not for the number, but for the mobile that they have on another line.
    """

    rule: str
    mobile_on_line: bool = False
