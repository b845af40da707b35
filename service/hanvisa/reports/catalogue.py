"""Every report, the most valuable first."""

from __future__ import annotations

from hanvisa.errors import NotFound
from hanvisa.policy.model import Language, Text
from hanvisa.reports import about_calls, about_departments, about_invoices, about_mobiles, about_register
from hanvisa.reports.model import Report

REPORTS: tuple[Report, ...] = (
    about_calls.UNREFERRED_ABSENCES,
    about_calls.REFERRED_SHARE,
    about_calls.REFUSALS,
    about_register.EXCEPTIONS,
    about_calls.ANSWER_TIMES,
    about_register.MESSAGES_OVERDUE,
    about_mobiles.FORWARDINGS,
    about_calls.PRIVATE_CALLS,
    about_mobiles.MOBILE_CALLS,
    about_mobiles.WITHOUT_GREETING,
    about_departments.EMPTY_DEPARTMENTS,
    about_departments.DEPARTMENTS_OF_ONE,
    about_register.STALE_DETAILS,
    about_register.WITHOUT_TELEPHONE_MANAGER,
    about_invoices.INVOICE,
)
_BY_NAME = {report.name: report for report in REPORTS}


_NO_REPORT = Text(
    sv="Det finns ingen rapport “{name}”. Det finns {there_are}.",
    en="There is no report “{name}”. There are {there_are}.",
)


def report_named(name: str, language: Language = Language.EN) -> Report:
    """Raises NotFound, told in that language."""
    if name not in _BY_NAME:
        raise NotFound(_NO_REPORT.in_(language).format(name=name, there_are=", ".join(_BY_NAME)))
    return _BY_NAME[name]
