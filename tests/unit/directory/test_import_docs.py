"""docs/import.md names every file and column, with an example that can be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanvisa.directory.imports import values
from hanvisa.directory.imports.sheets import SHEETS, Sheet
from hanvisa.directory.imports.values import Field, Scope

PAGE = (Path(__file__).parents[3] / "docs" / "import.md").read_text(encoding="utf-8")
NOW = datetime(2026, 8, 3, 10, tzinfo=UTC)
PLAIN = (
    values.text,
    values.flag,
    values.whole,
    values.words,
    values.e164,
    values.extension,
    values.digits,
    values.account,
    values.area_code,
    values.calendar_address,
    values.moment,
    values.windows,
)


def section(file: str) -> str:
    return PAGE.partition(f"\n## {file}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_column_is_documented(sheet: Sheet) -> None:
    text = section(sheet.file)
    for column in sheet.columns:
        example = column.example.replace("|", "\\|")
        assert f"| {column.name} | {'yes' if column.required else ''} | {example} |" in text


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_the_examples_can_be_read(sheet: Sheet) -> None:
    for column in sheet.columns:
        if column.read in PLAIN:
            column.read(Field(column.example, {}, Scope(NOW, {})))
