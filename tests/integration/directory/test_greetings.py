"""What is kept of the checks of greetings (M2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hanvisa.directory.engine import Database
from hanvisa.directory.repositories.greetings import Greetings, MobileChecked
from hanvisa.errors import NotFound
from hanvisa.ids import new_id
from hanvisa.policy.greetings import Came

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


async def mobile(greetings: Greetings, number: str) -> MobileChecked:
    return next(one for one in await greetings.mobiles() if one.number == number)


async def test_a_check_is_kept_from_its_beginning_and_a_voicemail_counts(demo: Database) -> None:
    greetings = Greetings(demo)
    emil = await mobile(greetings, "+46701740628")
    assert (emil.checked_at, emil.rung_at) == (None, None)
    check = await greetings.begin(emil.id, NOW)
    assert (await mobile(greetings, emil.number)).rung_at == NOW
    await greetings.end(check, Came.PERSON, NOW, file=None, seconds=1.0)
    assert (await mobile(greetings, emil.number)).checked_at is None
    check = await greetings.begin(emil.id, NOW)
    await greetings.end(check, Came.VOICEMAIL, NOW, file="a.wav", seconds=8.0)
    assert (await mobile(greetings, emil.number)).checked_at == NOW


async def test_those_checked_longest_ago_come_first(demo: Database) -> None:
    checked = [one.checked_at for one in await Greetings(demo).mobiles()]
    never = [at for at in checked if at is None]
    assert checked[: len(never)] == never


async def test_a_check_that_there_is_none_of(demo: Database) -> None:
    with pytest.raises(NotFound):
        await Greetings(demo).end(new_id(), Came.OFF, NOW, file=None, seconds=0.0)
