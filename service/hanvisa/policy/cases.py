"""Cases of the policy as data: facts, the decision expected, and why. Run by the tests and by `hanvisa check-policy`.

A file is TOML: ``register`` (a table, or the path of a file with one, seen from this file) and ``[[cases]]``. Each case
has a ``title`` and a ``why`` in both languages, ``decide`` (join, consult, arrival, unanswered, referral, forwarding,
number, outgoing, opening, offers, substitute, department, coverage, grant, reach, mobile, telephone_manager,
without_telephone_manager, message, message_due, message_mail, wait, callback, held, phone_lost, on_the_spot, text,
event, calendar, sign_in, extract_request ...), ``facts`` and ``expect``; `case_kinds` leads to the keys of each.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hanvisa.policy.case_kinds import AnyCase
from hanvisa.policy.case_world import CaseError, World, in_words, world_of
from hanvisa.policy.model import Text

__all__ = ["CaseError", "CaseResult", "LoadedCase", "check_file", "load_cases", "run_case"]

_ANY_CASE: TypeAdapter[AnyCase] = TypeAdapter(AnyCase)


@dataclass(frozen=True)
class LoadedCase:
    """A case, where it stands, and the register it speaks of."""

    where: str
    case: AnyCase
    world: World

    @property
    def title(self) -> Text:
        return self.case.title.text


@dataclass(frozen=True)
class CaseResult:
    """How a case went: ``differences`` are sentences, none when the policy answers as expected."""

    where: str
    title: Text
    why: Text
    because: Text | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def check_file(path: Path) -> list[CaseResult]:
    """Run all cases of a file. Raises CaseError when the file itself is wrong."""
    return [run_case(case) for case in load_cases(path)]


def load_cases(path: Path) -> list[LoadedCase]:
    """The cases of a file, in its order. Raises CaseError: which file, case and key, and what to do."""
    tables = _read(path)
    if unknown := sorted(set(tables) - {"register", "cases"}):
        raise CaseError(f"{path}: “{unknown[0]}” is not known here. A case file has register and [[cases]].")
    cases = tables.get("cases")
    if not isinstance(cases, list) or not cases:
        raise CaseError(f"{path}: there are no cases. Write each under [[cases]].")
    world = _world(path, tables.get("register", {}))
    return [_case(f"{path}, case {number}", table, world) for number, table in enumerate(cases, start=1)]


def run_case(loaded: LoadedCase) -> CaseResult:
    """Let the policy answer. Raises CaseError when the case names what its register does not have."""
    try:
        because, compared = loaded.case.compare(loaded.world)
    except CaseError as error:
        raise CaseError(f"{loaded.where}: {error}") from error
    differences = (
        f"{what}: expected {_shown(expected)}, but it is {_shown(came)}"
        for what, (expected, came) in compared.items()
        if expected != came
    )
    return CaseResult(loaded.where, loaded.title, loaded.case.why.text, because, tuple(differences))


def _case(where: str, table: Any, world: World) -> LoadedCase:
    title = table.get("title", {}) if isinstance(table, dict) else {}
    if isinstance(title, dict) and "en" in title:
        where = f"{where} “{title['en']}”"
    try:
        return LoadedCase(where, _ANY_CASE.validate_python(table), world)
    except ValidationError as error:
        raise CaseError(f"{where}: {in_words(error)}") from error


def _world(path: Path, register: Any) -> World:
    if isinstance(register, str):
        path = path.parent / register
        register = _read(path)
    if not isinstance(register, dict):
        raise CaseError(
            f'{path}: register is the path of a file, or a table. Write register = "register.toml".'
        )
    try:
        return world_of(register)
    except CaseError as error:
        raise CaseError(f"{path}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CaseError(f"{path} can't be read: {error.strerror}. Give the path of a case file.") from error
    except UnicodeDecodeError as error:
        raise CaseError(f"{path} is not UTF-8. Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{path} is not TOML: {error}. Correct that line.") from error


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value) or "nothing"
    return str(value) if value not in (None, "") else "nothing"
