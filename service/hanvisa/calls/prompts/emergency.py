"""Somebody has dialled 112, or was put through to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EmergencyDialled:
    """To an operator: who has dialled 112, and where they are; "" where it is not known.

    ``number`` is an extension or E.164; ``operator`` the name of the operator who has put them through.
    """

    name: str = ""
    number: str = ""
    site: str = ""
    operator: str = ""
