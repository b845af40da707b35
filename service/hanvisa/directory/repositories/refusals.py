"""What the register's own rules refuse, in both languages."""

from __future__ import annotations

from hanvisa.errors import Contradiction, InvalidInput
from hanvisa.policy.model import Text


def rings_in_no_group(number: str) -> Text:
    """Why a number of ours that is not a person's is no member of a group."""
    return Text(
        sv=f"{number} går till en avdelning, en grupp eller en växel hos oss, och ringer inte i en grupp."
        " Ange personerna i stället.",
        en=f"{number} leads to a department, a group or a switchboard of ours, and does not ring in a group."
        " Name the persons instead.",
    )


class FieldRefused(InvalidInput):
    """``where`` is the field as it was given."""

    def __init__(self, where: str, what: Text) -> None:
        super().__init__(f"{where}: {what.en}")
        self.where = where
        self.what = what


class NotPossible(Contradiction):
    """The row is as it must be: it is needed, has ended, or another has what it wants."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what
