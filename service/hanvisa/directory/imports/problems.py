"""What is wrong with the files: all of it, so that it can be mended in one go, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hanvisa.counting import counted
from hanvisa.errors import InvalidInput
from hanvisa.policy.model import Language, Text


class Unread(ValueError):  # noqa: N818 - "raise Unread(...)" reads as what it says
    """A text that means nothing. ``what`` says why, to be read after "column: "."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


@dataclass(frozen=True, slots=True)
class Fault:
    """``where`` is the file, and where it is known the line and the column."""

    where: Text
    what: Text

    def __str__(self) -> str:
        return self.in_(Language.EN)

    def in_(self, language: Language) -> str:
        return f"{self.where.in_(language)}: {self.what.in_(language)}"


class ImportRefused(InvalidInput):
    """``faults`` are all the things that are wrong."""

    error_id = "import-refused"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(self.in_(Language.EN))

    def in_(self, language: Language) -> str:
        things = counted(len(self.faults), "thing is", "things are")
        heading = Text(
            sv=f"Inget importerades: {len(self.faults)} fel.", en=f"Nothing was imported: {things} wrong."
        )
        return "\n".join((heading.in_(language), *(fault.in_(language) for fault in self.faults)))


@contextmanager
def told_in(language: Language) -> Iterator[None]:
    """What is wrong is told in that language."""
    try:
        yield
    except ImportRefused as refused:
        raise InvalidInput(refused.in_(language)) from refused


class Problems:
    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, file: str, what: Text, *, line: int | None = None, column: str | None = None) -> None:
        sv, en = [file], [file]
        if line is not None:
            sv.append(f"rad {line}")
            en.append(f"line {line}")
        if column is not None:
            sv.append(f"kolumn {column}")
            en.append(f"column {column}")
        self._found.append(Fault(Text(sv=", ".join(sv), en=", ".join(en)), what))

    def raise_if_any(self) -> None:
        """Raises ImportRefused."""
        if self._found:
            raise ImportRefused(tuple(self._found))


EMPTY = Text(sv="den är tom.", en="it is empty.")
MISSING = Text(sv="kolumnen saknas.", en="the column is missing.")
