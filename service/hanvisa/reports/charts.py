"""A report's first measure as bars."""

from __future__ import annotations

from typing import TypedDict

from hanvisa.policy.model import Language
from hanvisa.reports.making import Made
from hanvisa.reports.model import Cell
from hanvisa.reports.telling import text_of, value_texts

MOST = 15  # bars


class Bar(TypedDict):
    """``shown`` is the value as it is read."""

    label: str
    value: float
    shown: str


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


def draw(bars: list[Bar]) -> str:
    """As SVG."""
    import pygal  # noqa: PLC0415 - it changes how Python imports: only where a page is printed
    from pygal.style import Style  # noqa: PLC0415

    style = Style(
        background="#ffffff",
        plot_background="#ffffff",
        foreground="#222222",
        foreground_strong="#222222",
        foreground_subtle="#777777",
        colors=("#005a9c",),
        opacity="1",
        font_family="DejaVu Sans",
        label_font_size=13,
        major_label_font_size=13,
        value_font_size=13,
        value_colors=("#ffffff",),
    )
    drawing = pygal.HorizontalBar(
        style=style,
        js=(),
        show_legend=False,
        print_values=True,
        print_values_position="center",
        width=900,
        height=60 + 34 * len(bars),
        include_x_axis=True,
        show_x_guides=False,
        show_y_guides=False,
    )
    from_below = bars[::-1]
    drawing.x_labels = [bar["label"] for bar in from_below]
    drawing.add(
        "", [{"value": bar["value"], "formatter": lambda _, bar=bar: bar["shown"]} for bar in from_below]
    )
    return str(drawing.render(is_unicode=True))


def _label(made: Made, cell: Cell, language: Language) -> str:
    label = text_of(made, cell, language)
    return label if len(label) <= 30 else f"{label[:29]}…"
