"""A page as a tagged PDF (PDF/UA), made by a process of its own: it takes a second, and calls don't wait.

`python -m hanvisa.reports.printing` reads a page as JSON and writes the PDF. Its charts are drawn there as well.
"""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import asdict, dataclass

from hanvisa.errors import PrintingError
from hanvisa.reports.apart import give_way, run_apart
from hanvisa.reports.drawing import Bar, draw


@dataclass(frozen=True, slots=True)
class Page:
    """HTML, and the charts that it has at their :func:`chart_url`."""

    html: str
    charts: list[list[Bar]]


def chart_url(number: int) -> str:
    return f"chart:{number}"


async def print_pdf(page: Page) -> bytes:
    """Raises PrintingError."""
    try:
        return await run_apart("hanvisa.reports.printing", json.dumps(asdict(page)).encode())
    except PrintingError as error:
        raise PrintingError(
            f"The PDF could not be made: {error}. It needs Debian's packages libpangoft2-1.0-0 and fonts-dejavu-core; "
            "the report can be had as CSV without them."
        ) from error


def main() -> None:
    from weasyprint import HTML  # noqa: PLC0415 - seconds that only this process takes
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    give_way()
    nothing_from_outside = URLFetcher(allowed_protocols=("data",))
    page = Page(**json.loads(sys.stdin.buffer.read()))
    html = HTML(string=_with_charts(page), url_fetcher=nothing_from_outside)
    sys.stdout.buffer.write(html.write_pdf(pdf_variant="pdf/ua-1"))


def _with_charts(page: Page) -> str:
    html = page.html
    for number, bars in enumerate(page.charts):
        if not bars:
            continue
        drawn = base64.b64encode(draw(bars).encode()).decode()
        html = html.replace(f'"{chart_url(number)}"', f'"data:image/svg+xml;base64,{drawn}"')
    return html


if __name__ == "__main__":
    main()
