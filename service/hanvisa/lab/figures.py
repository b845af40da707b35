"""docs/reliability.md and docs/performance.md: commands write their figures, the rest is written by hand."""

from pathlib import Path

from hanvisa.lab.asterisk import REPOSITORY

RELIABILITY = REPOSITORY / "docs" / "reliability.md"
PERFORMANCE = REPOSITORY / "docs" / "performance.md"


def write_part(document: Path, name: str, text: str) -> None:
    """Put the text between the marks ``<!-- NAME -->`` and ``<!-- /NAME -->``.

    Raises:
        ValueError: the document has no such marks.
    """
    before, _, after = _parts(document, name)
    document.write_text(before + text + after)


def read_part(document: Path, name: str) -> str:
    """What stands between these marks now. Raises ValueError where there are none."""
    return _parts(document, name)[1]


def _parts(document: Path, name: str) -> tuple[str, str, str]:
    """Before it, with its mark; itself; after it, with its mark."""
    begins, ends = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    before, begin, rest = document.read_text().partition(begins)
    part, end, after = rest.partition(ends)
    if not begin or not end:
        raise ValueError(f"{document} has no part between {begins.strip()} and {ends.strip()}.")
    return before + begin, part, end + after
