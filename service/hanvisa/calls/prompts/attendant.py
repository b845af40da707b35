"""Waiting for a busy person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferToWait:
    """The person is busy: five to wait until they are free; who presses nothing hears the referral."""

    name: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The caller waits, and how to get back to the operator (zero)."""
