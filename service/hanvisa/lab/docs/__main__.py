"""Writes the documents that are made, and the catalogue of the pages' words, anew: `./dev docs`."""

from __future__ import annotations

from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.docs import bypasses, calls, catalogue, pages, personal_data, rules

DOCS = REPOSITORY / "docs"
PAGES = {
    "calls.md": calls.page,
    "rules.md": rules.page,
    "personal-data.md": personal_data.page,
    "pages.md": pages.page,
    "bypasses.md": bypasses.page,
}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    catalogue.SWEDISH.write_text(catalogue.page(), encoding="utf-8")


if __name__ == "__main__":
    main()
