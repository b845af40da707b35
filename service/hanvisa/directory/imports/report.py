"""What an import changed, or would change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hanvisa.policy.model import Language, Text


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one table."""

    created: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Differing:
    """One value, as it was and as the file has it. Of a secret one only that it differs."""

    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.column} {self.before} -> {self.after}" if self.before or self.after else self.column


class What(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RowDiffers:
    """``name`` is what people call it, ``values`` what differs in a row that is changed."""

    table: str
    key: str
    name: str
    what: What
    values: tuple[Differing, ...] = ()

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {', '.join(map(str, self.values)) or self.what}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``rows`` has each row that differs, with what differs."""

    dry_run: bool
    tables: dict[str, Counts]
    rows: tuple[RowDiffers, ...]

    @property
    def details(self) -> tuple[str, ...]:
        return tuple(map(str, self.rows))

    def __str__(self) -> str:
        return self.in_(Language.EN)

    def in_(self, language: Language) -> str:
        heading = (_WOULD if self.dry_run else _DID).in_(language)
        lines = [heading, f"{'':24}" + "".join(f"{one.in_(language):>10}" for one in _COUNTED)]
        lines += [
            f"  {name:22}{one.created:>10}{one.changed:>10}{one.ended:>10}{one.unchanged:>10}"
            for name, one in self.tables.items()
        ]
        if self.dry_run:
            lines += self.details
        return "\n".join(lines)


_WOULD = Text(sv="Det här skulle ändras (inget ändrades):", en="This would change (nothing was changed):")
_DID = Text(sv="Importerat:", en="Imported:")
_COUNTED = (
    Text(sv="nya", en="created"),
    Text(sv="ändrade", en="changed"),
    Text(sv="avslutade", en="ended"),
    Text(sv="oändrade", en="unchanged"),
)
