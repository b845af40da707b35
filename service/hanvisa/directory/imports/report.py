"""What an import changed, or would change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one table."""

    created: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``details`` names each row that differs, with what differs."""

    dry_run: bool
    tables: dict[str, Counts]
    details: tuple[str, ...]

    def __str__(self) -> str:
        heading = "This would change (nothing was changed):" if self.dry_run else "Imported:"
        lines = [heading, f"{'':24}{'created':>10}{'changed':>10}{'ended':>10}{'unchanged':>10}"]
        lines += [
            f"  {name:22}{one.created:>10}{one.changed:>10}{one.ended:>10}{one.unchanged:>10}"
            for name, one in self.tables.items()
        ]
        if self.dry_run:
            lines += self.details
        return "\n".join(lines)
