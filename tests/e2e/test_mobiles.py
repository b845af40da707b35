"""Talks with mobiles: short, as a soft tone reminds both sides (M5)."""

from time import monotonic

from e2e.support.switchboard import LONG
from e2e.support.world import World
from hanvisa.lab import hearing
from hanvisa.lab.alaw import decode
from hanvisa.speech import audio

ELSA = "hallefors-205"
SOMEBODY = "0701740690"
TONE = decode(audio.tone())


async def test_both_sides_of_a_talk_with_a_mobile_hear_a_soft_tone_and_the_talk_goes_on(world: World) -> None:
    """M5. It comes after a while, and comes again."""
    line = await (await world.phone(ELSA)).call(SOMEBODY)
    mobile = await world.mobile(SOMEBODY, within=LONG)
    await mobile.answer()
    await line.talks_to(mobile, within=LONG)
    for _ in range(2):
        since = monotonic()
        for ear in (line, mobile):
            [heard] = await ear.hears(TONE, since=since, within=LONG)
            assert heard.score > hearing.HIT
        await line.talks_to(mobile, within=LONG)
    assert line.is_up
    assert mobile.is_up
    tones = [each for each in (await world.story(line)).events("signal") if each["type"] == "mobile_tone"]
    assert [tone["seconds"] for tone in tones][:2] == [
        world.settings.mobile_tone_after,
        world.settings.mobile_tone_after + world.settings.mobile_tone_every,
    ]


async def test_a_talk_with_a_fixed_telephone_has_no_tone(world: World) -> None:
    line = await (await world.phone(ELSA)).call("0980319249")
    far = await world.mobile("0980319249", within=LONG)
    await far.answer()
    began = monotonic()
    while monotonic() - began < 2 * world.settings.mobile_tone_after:
        await line.talks_to(far, within=LONG)
    assert not line.has_heard(TONE)
    assert not far.has_heard(TONE)
