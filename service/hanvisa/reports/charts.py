"""A report's first measure as bars."""

from __future__ import annotations

from typing import TypedDict

from hanvisa.policy.model import Language, Text
from hanvisa.reports.making import Made
from hanvisa.reports.model import Group
from hanvisa.reports.telling import text_of, value_texts

MOST = 15  # bars
_ALL = Text("Alla", "All")


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
            label=_label(made, figure.group, language),
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
    )
    drawing = pygal.HorizontalBar(
        style=style,
        js=(),
        show_legend=False,
        width=900,
        height=60 + 34 * len(bars),
        include_x_axis=True,
        show_x_guides=False,
        show_y_guides=False,
        show_x_labels=False,  # each bar's label has its value
    )
    from_below = bars[::-1]
    drawing.x_labels = [f"{bar['label']}: {bar['shown']}" for bar in from_below]
    drawing.add("", [bar["value"] for bar in from_below])
    return str(drawing.render(is_unicode=True))


def _label(made: Made, group: Group, language: Language) -> str:
    """What the figure is of, else where it belongs, as narrowly as is known."""
    cell = group.of or group.operation_id or group.organisation_id or _ALL
    label = text_of(made, cell, language)
    return label if len(label) <= 30 else f"{label[:29]}…"
