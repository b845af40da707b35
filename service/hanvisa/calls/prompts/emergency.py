"""Somebody has dialled 112."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmergencyDialled:
    """To an operator: who has dialled 112, and where they are; "" where it is not known."""

    name: str = ""
    extension: str = ""
    site: str = ""
