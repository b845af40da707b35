"""The pictures of docs/pages.md are there, are pictures, and are small."""

from __future__ import annotations

from PIL import Image

from hanvisa.lab.pictures.__main__ import FOLDER
from hanvisa.lab.pictures.table import CHAPTERS

NAMES = [picture.name for chapter in CHAPTERS for picture in chapter.pictures]
LARGEST = 150_000  # bytes


def test_every_picture_of_the_table_has_been_taken_and_no_other_is_left() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert {file.stem for file in FOLDER.iterdir()} == set(NAMES), "run ./dev pictures"
    for file in FOLDER.iterdir():
        assert file.stat().st_size < LARGEST, file.name
        with Image.open(file) as picture:
            picture.verify()
