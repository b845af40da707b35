"""Codes on the phone."""

from __future__ import annotations

from hanvisa.directory import tables
from hanvisa.directory.imports import values
from hanvisa.directory.imports.sheets.base import Sheet, must, of
from hanvisa.policy.facts import CodeAction

CODES = Sheet(
    "codes.csv",
    tables.CodeRow,
    of("code"),
    (
        must("code", values.code, "*23"),
        must("action", values.one_of(CodeAction), "set_absence"),
    ),
)
