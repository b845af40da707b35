"""Waiting for a busy person, and being parked for somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferToWait:
    """The person is busy: five to wait until they are free; who presses nothing hears the referral."""

    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The caller waits, and how to get back to the operator (zero)."""


@dataclass(frozen=True, slots=True)
class ParkedFor:
    """To a caller: whom they are parked for, and how to get back to the operator (zero)."""

    name: str


@dataclass(frozen=True, slots=True)
class ParkHere:
    """To an operator who consults the code: a caller who is transferred now is parked for this person."""

    name: str
