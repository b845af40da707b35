"""The files that can be imported. In the order in which rows can be stored, since they refer to each other."""

from __future__ import annotations

from hanvisa.directory.imports.sheets.absence import ABSENCE_REASONS, ABSENCES, CALENDARS
from hanvisa.directory.imports.sheets.base import Column, Listed, Sheet
from hanvisa.directory.imports.sheets.codes import CODES
from hanvisa.directory.imports.sheets.organisation import (
    COST_CENTRES,
    DEPARTMENTS,
    OPERATIONS,
    ORGANISATIONS,
    PERSONS,
    SITES,
)
from hanvisa.directory.imports.sheets.roles import ROLES, USERS
from hanvisa.directory.imports.sheets.telephony import (
    CARRIERS,
    EXTENSIONS,
    GROUP_MEMBERS,
    GROUPS,
    MOBILES,
    NUMBERS,
    OPERATORS,
    PHONES,
    SWITCHBOARDS,
)

__all__ = ["SHEETS", "Column", "Listed", "Sheet"]

SHEETS: tuple[Sheet, ...] = (
    ORGANISATIONS,
    SITES,
    PERSONS,
    OPERATIONS,
    COST_CENTRES,
    DEPARTMENTS,
    PHONES,
    GROUPS,
    GROUP_MEMBERS,
    SWITCHBOARDS,
    OPERATORS,
    EXTENSIONS,
    NUMBERS,
    CARRIERS,
    MOBILES,
    ABSENCE_REASONS,
    ABSENCES,
    CALENDARS,
    CODES,
    USERS,
    ROLES,
)
