"""What single rows can't tell: numbers that would be read in two ways, and who may manage what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from hanvisa.policy.facts import Operation, Person
from hanvisa.policy.model import Text
from hanvisa.policy.telephone_managers import ManagerFacts, decide_telephone_manager

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
            what = Text(
                sv=f"en annan organisation har prefixet {prefix}.",
                en=f"another organisation has the prefix {prefix}.",
            )
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
            number = entry.values["number"]
            what = Text(
                sv=f"{number} är också en organisations prefix följt av en av dess anknytningar.",
                en=f"{number} is also an organisation's prefix with an extension of it.",
            )
            problems.add("extensions.csv", what, line=entry.line, column="number")


def check_telephone_managers(entries: Mapping[str, Sequence[Entry]], problems: Problems) -> None:
    """T1, of those whose organisation the files tell."""
    organisations = {entry.id: entry.values["organisation_id"] for entry in entries.get("operations", ())}
    operations = {entry.id: entry.values["operation_id"] for entry in entries.get("departments", ())}
    persons = {entry.id: entry for entry in entries.get("persons", ())}
    for entry in entries.get("operations", ()):
        manager_id: Any = entry.values.get("telephone_manager_id")
        manager = persons.get(manager_id)
        department: Any = manager.lists["department"] if manager else None
        operation: Any = operations.get(department)
        organisation = organisations.get(operation) if operation else None
        if manager is None or department is None or operation is None or organisation is None:
            continue
        names = (manager.values["given_name"], manager.values["family_name"])
        facts = ManagerFacts(
            Operation(entry.id, entry.values["name"], entry.values["organisation_id"]),
            Person(manager.id, *names, department, operation, organisation),
        )
        decision = decide_telephone_manager(facts)
        if not decision.allowed:
            problems.add("operations.csv", decision.because, line=entry.line, column="telephone_manager")
