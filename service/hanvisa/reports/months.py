"""Months of the calendar in Sweden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hanvisa.errors import InvalidInput
from hanvisa.policy.model import Language, Text
from hanvisa.policy.swedish_time import LOCAL, local_time

_WRITTEN = re.compile(r"(20\d\d|21\d\d)-(0[1-9]|1[0-2])")
PATTERN = f"^({_WRITTEN.pattern})$"
_NO_MONTH = Text(
    sv="“{written}” är ingen månad. Skriv den som 2026-08.",
    en="“{written}” is no month. Write it as 2026-08.",
)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Written "2026-08"."""

    first: date

    @classmethod
    def read(cls, written: str, language: Language = Language.EN) -> Month:
        """Raises InvalidInput, told in that language."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise InvalidInput(_NO_MONTH.in_(language).format(written=written))
        return cls(date(int(found[1]), int(found[2]), 1))

    @classmethod
    def of(cls, moment: datetime) -> Month:
        return cls(moment.astimezone(LOCAL).date().replace(day=1))

    @property
    def before(self) -> Month:
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> Month:
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def starts_at(self) -> datetime:
        return local_time(self.first, time())

    @property
    def ends_at(self) -> datetime:
        """Not included."""
        return self.after.starts_at

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
