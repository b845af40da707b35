"""Cursors stay right while the list changes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanvisa.web.paging import page_of, read_cursor, write_cursor
from hanvisa.web.problems import Problem


def _pages(items: list[str], limit: int) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = page_of(items, lambda item: (item,), limit, cursor)
        seen += page.items
        if page.next is None:
            return seen
        cursor = page.next


@given(st.sets(st.text(max_size=5)), st.integers(1, 7))
def test_pages_together_are_the_whole_list(items: set[str], limit: int) -> None:
    assert _pages(list(items), limit) == sorted(items)


def test_what_is_taken_away_and_added_between_pages_moves_nothing_else() -> None:
    first = page_of(["b", "d", "f", "h"], lambda item: (item,), 2, None)
    second = page_of(["a", "b", "e", "f", "h"], lambda item: (item,), 2, first.next)
    assert second.items == ("e", "f")


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_of_ours_or_a_problem(text: str) -> None:
    with suppress(Problem):
        key = read_cursor(text)
        assert read_cursor(write_cursor(key)) == key


def test_a_cursor_is_opaque_and_comes_back() -> None:
    assert read_cursor(write_cursor(("Åberg", "Åsa", "1"))) == ("Åberg", "Åsa", "1")


@pytest.mark.parametrize("cursor", ["", "!", "bnVsbA", "[" * 400])
def test_garbage_is_refused(cursor: str) -> None:
    with pytest.raises(Problem):
        read_cursor(cursor)
