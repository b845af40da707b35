"""What a printed document is made of, as who can't see it is told."""

from __future__ import annotations

from typing import Any

from pypdf import PdfReader

HEADED_TABLE = {"/H1", "/P", "/Table", "/TH", "/TD"}


def structure_of(document: PdfReader) -> tuple[set[str], list[str]]:
    """The kinds of the elements of a tagged document, and the texts that stand for pictures."""
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    kinds: set[str] = set()
    described: list[str] = []
    open_: list[Any] = [root["/StructTreeRoot"]]
    while open_:
        element = open_.pop().get_object()
        if isinstance(element, list):
            open_ += element
        elif isinstance(element, dict):
            kinds.add(str(element.get("/S", "")))
            described += [str(element["/Alt"])] if "/Alt" in element else []
            open_ += [element["/K"]] if "/K" in element else []
    return kinds, described


def text_of(document: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in document.pages)
