"""What is wrong with the files: all of it, so that it can be mended in one go."""

from __future__ import annotations

from hanvisa.errors import InvalidInput


class ImportRefused(InvalidInput):
    """``problems`` has a sentence for each thing that is wrong."""

    error_id = "import-refused"

    def __init__(self, problems: tuple[str, ...]) -> None:
        things = "1 thing is" if len(problems) == 1 else f"{len(problems)} things are"
        super().__init__("\n".join((f"Nothing was imported: {things} wrong.", *problems)))
        self.problems = problems


class Problems:
    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, file: str, what: str, *, line: int | None = None, column: str | None = None) -> None:
        where = [file]
        if line is not None:
            where.append(f"line {line}")
        if column is not None:
            where.append(f"column {column}")
        self._found.append(f"{', '.join(where)}: {what}")

    def raise_if_any(self) -> None:
        """Raises ImportRefused."""
        if self._found:
            raise ImportRefused(tuple(self._found))
