"""More people with a phone and a direct number than the demo directory has: all of one name, which is spoken already.

Their numbers are the regulator's fiction numbers with more digits than any real number has.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from hanvisa.config import Settings
from hanvisa.directory.auditing import SYSTEM
from hanvisa.directory.engine import open_database
from hanvisa.directory.tables import (
    ExtensionRow,
    MembershipRow,
    NumberRow,
    OperatorRow,
    PersonRow,
    PhoneRow,
)
from hanvisa.errors import ConfigurationError
from hanvisa.ids import new_id
from hanvisa.lab.newcomer import read_register
from hanvisa.policy.facts import OperatorState

FIRST_EXTENSION = 20_000


async def add_namesakes(settings: Settings, count: int, operators: int = 0) -> dict[str, str]:
    """The account of each one's phone, and their direct number as it is dialled in Sweden.

    The first are operators, so many, who serve no switchboard: nobody is offered to them.

    Raises ConfigurationError where the demo directory has nobody, StorageError.
    """
    somebody = next(
        (one for one in (await read_register(settings)).persons.rows if not one.confidential), None
    )
    if somebody is None:
        raise ConfigurationError("The demo directory has nobody.")
    added: dict[str, str] = {}
    now = datetime.now(UTC)
    database = open_database(settings.database_url)
    try:
        async with database.changing(SYSTEM) as session:
            for number in range(count):
                person, phone, digits = new_id(), new_id(), f"98031920{number:04}"
                theirs = {"kind": "person", "target_id": person}
                rows: dict[Any, dict[str, Any]] = {
                    PersonRow: {
                        "id": person,
                        "given_name": somebody.given_name,
                        "family_name": somebody.family_name,
                        "email": f"namesake{number}@example.org",
                        "details_confirmed_at": now,
                    },
                    MembershipRow: {
                        "id": new_id(),
                        "person_id": person,
                        "department_id": somebody.department_id,
                        "starts_on": (now - timedelta(days=1)).date(),
                    },
                    PhoneRow: {
                        "id": phone,
                        "account": f"namesake-{number}",
                        "organisation_id": somebody.organisation_id,
                        "owner_id": person,
                    },
                    ExtensionRow: {
                        **theirs,
                        "id": new_id(),
                        "number": str(FIRST_EXTENSION + number),
                        "organisation_id": somebody.organisation_id,
                    },
                    NumberRow: {**theirs, "id": new_id(), "number": f"+46{digits}"},
                }
                if number < operators:
                    rows[OperatorRow] = {
                        "id": new_id(),
                        "person_id": person,
                        "phone_id": phone,
                        "state": OperatorState.CLOSED,
                        "since": now,
                    }
                for table, row in rows.items():
                    await session.execute(insert(table.__table__), row)
                added[f"namesake-{number}"] = f"0{digits}"
    finally:
        await database.close()
    return added
