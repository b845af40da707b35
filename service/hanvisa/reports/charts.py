"""A report's first measure as bars."""

from __future__ import annotations

from hanvisa.policy.model import Language
from hanvisa.reports.drawing import Bar
from hanvisa.reports.making import Made
from hanvisa.reports.model import Cell
from hanvisa.reports.telling import text_of, value_texts

MOST = 15  # bars


def bars_of(made: Made, language: Language) -> list[Bar]:
    """The figures that have most of it, the largest first."""
    figures = sorted(made.figures, key=lambda figure: -(figure.values[0] or 0))[:MOST]
    return [
        Bar(
            label=_label(made, figure.group.of or figure.group.operation_id, language),
            value=figure.values[0] or 0,
            shown=value_texts(made, figure.values)[0],
        )
        for figure in figures
    ]


def _label(made: Made, cell: Cell, language: Language) -> str:
    label = text_of(made, cell, language)
    return label if len(label) <= 30 else f"{label[:29]}…"
