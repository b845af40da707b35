"""The check of mobiles' greetings, with mobiles that are answered by a voicemail, a person, or nobody (M2)."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import numpy as np

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.calls.prompts import GreetingChecked
from hanvisa.directory.engine import open_database
from hanvisa.directory.repositories.greetings import Greetings
from hanvisa.greetings import check_greetings
from hanvisa.lab.alaw import Samples
from hanvisa.lab.hearing import melody
from hanvisa.policy.greetings import Came
from hanvisa.policy.model import Language
from hanvisa.policy.swedish_time import local_time
from hanvisa.policy.workdays import next_working_day
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser
from hanvisa.testing import FakeClock

VOICEMAIL, PERSON, ENGAGED, OFF = ("+46701740628", "+46701740630", "+46701740624", "+46701740622")
TODAY = datetime.now(UTC).date()  # those who are imported are there from today
WORKDAY = FakeClock(local_time(next_working_day(TODAY), time(10)))
SUNDAY = FakeClock(local_time(TODAY + timedelta(days=7 - TODAY.isoweekday()), time(10)))
HALLO = melody(630, 0.8)
GREETING: Samples = np.concatenate([melody(seed, 1.2) for seed in range(628, 633)])  # six seconds


async def test_a_voicemail_is_recorded_a_person_told_and_who_is_engaged_or_off_noted(world: World) -> None:
    """M2. Two at once, and none a second time the same day."""
    numbers = (VOICEMAIL, PERSON, ENGAGED, OFF)
    assert await check_greetings(world.settings, SUNDAY, numbers) == []
    world.carrier.answers_with(ENGAGED, 486)
    world.carrier.answers_with(OFF, 480)
    checking = asyncio.create_task(check_greetings(world.settings, WORKDAY, numbers))
    await asyncio.gather(_voicemail(world), _person(world))
    came = {checked.number: checked.came for checked in await checking}
    assert came == {
        VOICEMAIL: Came.VOICEMAIL,
        PERSON: Came.PERSON,
        ENGAGED: Came.ENGAGED,
        OFF: Came.OFF,
    }
    kept = list((world.settings.state / "recordings" / "greetings").glob("*.wav"))
    assert [file.stat().st_size > 16_000 * 5 for file in kept] == [True]
    assert await check_greetings(world.settings, WORKDAY, numbers) == []
    database = open_database(world.settings.database_url)
    checked = {one.number: one.checked_at for one in await Greetings(database).mobiles()}
    await database.close()
    assert [checked[number] for number in numbers] == [WORKDAY.now(), None, None, None]


async def _voicemail(world: World) -> None:
    line = await world.mobile(VOICEMAIL, within=LONG)
    assert "+46406280400" in line.invitation.get("From")  # the main number of the holder's organisation
    await line.answer()
    line.say(GREETING)
    await line.until_ended(within=LONG)


async def _person(world: World) -> None:
    """They say hallo, hear what it is about, and the call ends by itself."""
    line = await world.mobile(PERSON, within=LONG)
    await line.answer()
    line.say(HALLO)
    voice = SpeechLibrary(world.settings.state, EspeakSynthesiser())
    told = voice.say(GreetingChecked(), Language.SV, WORKDAY.now())
    await line.hears(told.files[0], within=LONG)
    await line.until_ended(within=LONG)
