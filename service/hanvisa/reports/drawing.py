"""Bars as a drawing. Nothing of the reports is needed for it: the process that draws or prints starts the quicker.

`python -m hanvisa.reports.drawing` reads bars as JSON and writes SVG.
"""

from __future__ import annotations

import json
import sys
from typing import TypedDict

from hanvisa.reports.apart import give_way, run_apart


class Bar(TypedDict):
    """``shown`` is the value as it is read."""

    label: str
    value: float
    shown: str


async def draw_apart(bars: list[Bar]) -> bytes:
    """As SVG, in a process of its own. Raises PrintingError."""
    return await run_apart("hanvisa.reports.drawing", json.dumps(bars).encode())


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


def main() -> None:
    give_way()
    sys.stdout.buffer.write(draw(json.loads(sys.stdin.buffer.read())).encode())


if __name__ == "__main__":
    main()
