"""A report's first measure as bars."""

from __future__ import annotations

from hanvisa.policy.model import Language, Text
from hanvisa.reports.drawing import Bar
from hanvisa.reports.making import Made
from hanvisa.reports.model import Group
from hanvisa.reports.telling import text_of, value_texts

MOST = 15  # bars
_ALL = Text("Alla", "All")


def bars_of(made: Made, language: Language) -> list[Bar]:
    """The figures that have most of it, the largest first."""
    figures = sorted(made.figures, key=lambda figure: -(figure.values[0] or 0))[:MOST]
    return [
        Bar(
            label=_label(made, figure.group, language),
            value=figure.values[0] or 0,
            shown=value_texts(made, figure.values)[0],
        )
        for figure in figures
    ]


def _label(made: Made, group: Group, language: Language) -> str:
    """What the figure is of, else where it belongs, as narrowly as is known."""
    cell = group.of or group.operation_id or group.organisation_id or _ALL
    label = text_of(made, cell, language)
    return label if len(label) <= 30 else f"{label[:29]}…"
