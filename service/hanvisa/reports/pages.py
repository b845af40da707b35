"""Reports as a page to print: headings, a chart, the figures and the rows that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from hanvisa.policy.model import Language, Text
from hanvisa.policy.swedish_time import LOCAL
from hanvisa.reports import telling
from hanvisa.reports.charts import bars_of
from hanvisa.reports.making import Made
from hanvisa.reports.printing import Page, chart_url

MOST_ROWS = 300  # of a report on paper: all are in the CSV

_TITLE = Text("Uppföljning av telefonin {month}", "Follow-up of telephony, {month}")
_MADE = Text("Framtagen {at}. Regler: {rules}.", "Made {at}. Rules: {rules}.")
_FIGURES, _ROWS = Text("Siffror", "Figures"), Text("Underlag", "Rows")
_NOTHING = Text("Inget att redovisa.", "There is nothing to report.")
_TOTAL = Text("Totalt", "In all")
_CHART = Text(
    "Stapeldiagram: {what}. Samma siffror står i tabellen.",
    "Bar chart: {what}. The table has the same figures.",
)
_MORE = Text(
    "Här står de första {shown} av {all}; alla finns i CSV-filen.",
    "These are the first {shown} of {all}; the CSV file has them all.",
)

_STYLE = """
@page { size: A4 landscape; margin: 15mm 14mm;
        @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
html { font-family: "DejaVu Sans", sans-serif; font-size: 9pt; line-height: 1.35; color: #222; }
h1 { font-size: 17pt; margin: 0 0 6mm; } h2 { font-size: 13pt; margin: 0 0 1mm; } h3 { font-size: 10pt; }
section + section { break-before: page; }
p { margin: 0 0 2mm; } .small { font-size: 8pt; color: #555; }
img { display: block; max-width: 100%; max-height: 90mm; margin: 3mm 0; }
table { border-collapse: collapse; width: 100%; margin: 0 0 5mm; }
caption { text-align: left; font-weight: bold; padding: 1mm 0; }
th, td { text-align: left; vertical-align: top; padding: 1mm 2mm; border-bottom: 0.3pt solid #bbb;
         overflow-wrap: anywhere; }
thead th { border-bottom: 1pt solid #222; overflow-wrap: normal; } tr { break-inside: avoid; }
td.number, th.number { text-align: right; } tr.total td { font-weight: bold; }
"""


def page_of(reports: Sequence[Made], language: Language) -> Page:
    """One or several reports of the same month. Whatever is in them is text."""
    title = _TITLE.in_(language).format(month=reports[0].month)
    sections = (_section(made, number, language) for number, made in enumerate(reports))
    return Page(document(title, "".join(sections), language), [bars_of(made, language) for made in reports])


def document(title: str, body: str, language: Language) -> str:
    """HTML to print, with the title (text) above the body (HTML)."""
    title = escape(title)
    return (
        f'<!DOCTYPE html><html lang="{language.value}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )


def _section(made: Made, number: int, language: Language) -> str:
    report = made.report
    told = _MADE.in_(language).format(
        at=f"{made.made_at.astimezone(LOCAL):%Y-%m-%d %H:%M}", rules=", ".join(report.rules)
    )
    head = (
        f"<section><h2>{escape(report.title.in_(language))}</h2><p>{escape(report.meaning.in_(language))}</p>"
        f'<p class="small">{escape(told)}</p>'
    )
    if not made.rows:
        return f"{head}<p>{escape(_NOTHING.in_(language))}</p></section>"
    return (
        f"{head}{_chart(made, number, language)}{_figures(made, language)}{_rows(made, language)}</section>"
    )


def _chart(made: Made, number: int, language: Language) -> str:
    alt = _CHART.in_(language).format(what=made.report.measures[0].title.in_(language))
    return f'<img alt="{escape(alt)}" src="{chart_url(number)}">'


def _figures(made: Made, language: Language) -> str:
    texts = len(telling.figure_header(made.report, language)) - len(made.report.measures)
    lines = [telling.figure_texts(made, figure, language) for figure in made.figures]
    total = [_TOTAL.in_(language), *[""] * (texts - 1), *telling.value_texts(made, made.total)]
    header = telling.figure_header(made.report, language)
    return table_of(_FIGURES.in_(language), header, lines, numbers_from=texts, total=total)


def _rows(made: Made, language: Language) -> str:
    lines = [telling.row_texts(made, row, language) for row in made.rows[:MOST_ROWS]]
    table = table_of(_ROWS.in_(language), telling.row_header(made.report, language), lines)
    return f"{more_than(MOST_ROWS, len(made.rows), language)}{table}"


def more_than(shown: int, all_: int, language: Language) -> str:
    """What stands above a table that has not all of its rows on paper."""
    if all_ <= shown:
        return ""
    return f"<p>{escape(_MORE.in_(language).format(shown=shown, all=all_))}</p>"


def table_of(
    caption: str,
    header: Sequence[str],
    lines: Iterable[Sequence[str]],
    *,
    numbers_from: int | None = None,
    total: Sequence[str] | None = None,
) -> str:
    """As HTML, with its headings marked. Whatever is in it is text."""

    def cells(line: Sequence[str], kind: str = "td") -> str:
        return "".join(
            f"<{kind}{_as_number(number, numbers_from)}>{escape(cell)}</{kind.split(maxsplit=1)[0]}>"
            for number, cell in enumerate(line)
        )

    head = cells(header, 'th scope="col"')
    body = "".join(f"<tr>{cells(line)}</tr>" for line in lines)
    last = f'<tr class="total">{cells(total)}</tr>' if total else ""
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}{last}</tbody></table>"
    )


def _as_number(column: int, numbers_from: int | None) -> str:
    return ' class="number"' if numbers_from is not None and column >= numbers_from else ""
