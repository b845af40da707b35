"""Figures, cells and months as they are read."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context

from hanvisa.policy.model import Language
from hanvisa.web.pages import writing
from hanvisa.web.pages.translating import language

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)")
_NUMBER = re.compile(r"\+\d{6,15}")
_NOTHING = "–"


def figure(value: float | None, unit: str = "") -> str:
    """A figure of a measure: "1 234", "85,2 %", and a dash where there is nothing to tell."""
    if value is None:
        return _NOTHING
    written = format_decimal(value, locale=_locale())
    return f"{written}\u00a0%" if unit == "percent" else written


@pass_context
def cell(context: Context, value: Any) -> str:
    """A cell of a report's rows: an id comes with its name, a time as RFC 3339, a number in E.164."""
    match value:
        case None:
            return ""
        case {"name": name}:
            return str(name)
        case bool() | int() | float():
            return figure(value)
    text = str(value)
    if _TIME.fullmatch(text):
        return str(context["moment"](datetime.fromisoformat(text)))
    return writing.number(text) if _NUMBER.fullmatch(text) else text


def month(value: date | str) -> str:
    """A month by one of its days, or as the address has it ("2026-07"): "July 2026"."""
    first = date.fromisoformat(f"{value}-01") if isinstance(value, str) else value
    return format_date(first, "LLLL y", locale=_locale())


def month_id(value: date) -> str:
    """As the address has it: "2026-07"."""
    return f"{value:%Y-%m}"


def _locale() -> str:
    return "sv_SE" if language.get() is Language.SV else "en_GB"
