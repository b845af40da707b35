"""The catalogue of the pages' words (service/hanvisa/web/pages/catalogues/sv.po), brought up to the code.

New words come in without a translation, which a test finds; words that are no more go.
"""

from __future__ import annotations

from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from hanvisa.web.pages.translating import CATALOGUES

PAGES = CATALOGUES.parent
SWEDISH = CATALOGUES / "sv.po"
_METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}


def words() -> Catalog:
    """Every word of the code and the templates, in alphabetical order."""
    catalogue = Catalog(locale="sv")
    found = extract_from_dir(PAGES, _METHODS, _OPTIONS)
    for _, _, message, _, _ in found:
        catalogue.add(message)
    return catalogue


def swedish() -> Catalog:
    with SWEDISH.open("rb") as file:
        return read_po(file, locale="sv")


def page() -> str:
    """The catalogue anew, with the translations it has."""
    catalogue = swedish()
    catalogue.update(words(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    written = BytesIO()
    write_po(
        written,
        catalogue,
        width=0,
        omit_header=True,
        no_location=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    return written.getvalue().decode().strip() + "\n"
