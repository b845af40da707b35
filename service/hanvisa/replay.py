"""`hanvisa replay`: would the calls since a day have been decided otherwise?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

from hanvisa.calls.replaying import Replay
from hanvisa.config import Settings
from hanvisa.directory.existing import existing_database
from hanvisa.directory.repositories.decisions import Decisions
from hanvisa.directory.snapshot import SnapshotDirectory
from hanvisa.errors import InvalidInput
from hanvisa.policy.case_world import CaseError
from hanvisa.policy.comparison import Comparison, Was
from hanvisa.policy.register import Register
from hanvisa.policy.swedish_time import local_time
from hanvisa.policy.what_if import WhatIf, read_what_if
from hanvisa.progress import Progress

_NAMED = frozenset({"persons", "departments", "organisations"})


def days(since: date, until: date | None, now: datetime) -> tuple[datetime, datetime]:
    """From when to when, in UTC: days of Sweden, ``until`` not included; None: until ``now``. Raises InvalidInput."""
    first, end = _begins(since), _begins(until) if until else now
    if first >= end:
        raise InvalidInput(
            f"No call lies between {since} and {until or 'now'}. Give --since the first day and --until, if any, the "
            "day after the last."
        )
    return first, end


def _begins(day: date) -> datetime:
    try:
        return local_time(day, time())
    except OverflowError as error:  # it begins in another year than the first in UTC
        raise InvalidInput(f"There were no calls on {day}. Give a later day, as 2026-08-01.") from error


async def replay(
    settings: Settings, since: datetime, until: datetime, policy: Path | None, say: Callable[[str], None]
) -> Comparison:
    """Nothing is changed. Raises InvalidInput for a policy file that won't do, StorageError."""
    async with existing_database(settings.database_url) as database:
        directory = SnapshotDirectory(database)
        await directory.refresh(_NAMED)
        again = Replay(_read(policy, directory.register) if policy else WhatIf())
        decisions = Decisions(database)
        progress = Progress("decisions are decided again.", await decisions.count(since, until), say)
        async for kept in decisions.between(since, until):
            was = Was(kept.call_id, kept.at, kept.kind, kept.effect, kept.rules)
            again.add(was, kept.schema, kept.facts)
            progress.add(1)
        return again.comparison


def _read(policy: Path, register: Register) -> WhatIf:
    try:
        return read_what_if(policy.read_text(encoding="utf-8"), register, policy.name)
    except CaseError as error:
        raise InvalidInput(f"{policy}: {error}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{policy} is not UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise InvalidInput(f"{policy} can't be read: {error.strerror}.") from error
