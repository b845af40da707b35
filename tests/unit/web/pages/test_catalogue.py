"""No word of the pages is without its Swedish."""

from __future__ import annotations

from hanvisa.lab.docs import catalogue


def test_every_word_of_the_pages_has_its_swedish_and_the_catalogue_has_no_other() -> None:
    assert catalogue.page() == catalogue.SWEDISH.read_text(encoding="utf-8"), "run ./dev docs"
    without = [message.id for message in catalogue.swedish() if message.id and not all_of(message.string)]
    assert not without, "translate these in catalogues/sv.po"


def all_of(string: str | tuple[str, ...] | list[str]) -> bool:
    return bool(string) if isinstance(string, str) else all(string)
