"""What single rows can't tell: numbers that would be read in two ways."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hanvisa.directory.imports.planning import Entry
    from hanvisa.directory.imports.problems import Problems


def check_numbers(entries: Mapping[str, Sequence[Entry]], problems: Problems) -> None:
    """An organisation's prefix with an extension of its own is no extension itself, and prefixes are all different."""
    prefixes: dict[UUID, str] = {}
    for entry in entries.get("organisations", ()):
        prefix = entry.values["prefix"]
        if prefix is None:
            continue
        if prefix in prefixes.values():
            what = f"another organisation has the prefix {prefix}."
            problems.add("organisations.csv", what, line=entry.line, column="prefix")
        prefixes[entry.id] = prefix
    extensions = entries.get("extensions", ())
    prefixed = {
        prefixes[entry.values["organisation_id"]] + entry.values["number"]
        for entry in extensions
        if entry.values["organisation_id"] in prefixes and entry.values["number"]
    }
    for entry in extensions:
        if entry.values["number"] in prefixed:
            what = f"{entry.values['number']} is also an organisation's prefix with an extension of it."
            problems.add("extensions.csv", what, line=entry.line, column="number")
