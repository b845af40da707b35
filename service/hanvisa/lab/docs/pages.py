"""docs/pages.md: the pages, shown and explained for those who use them."""

from __future__ import annotations

from textwrap import fill

from hanvisa.lab.pictures.table import CHAPTERS, Chapter, Picture

HEAD = """# The pages

Made by `./dev docs` from `service/hanvisa/lab/pictures/table.py`: change that, not this page. The pictures are taken by
`./dev pictures`, of a system with the demo directory; everybody in them is made up.

"""


def page() -> str:
    return HEAD + "\n".join(_chapter(chapter) for chapter in CHAPTERS)


def _chapter(chapter: Chapter) -> str:
    pictures = "\n".join(_picture(one) for one in chapter.pictures)
    return f"## {chapter.title}\n\n{fill(chapter.text, 120, break_on_hyphens=False)}\n\n{pictures}"


def _picture(picture: Picture) -> str:
    return f"![{picture.what}](pictures/{picture.name}.png)\n*{picture.what}*\n"
