"""Messages: left, heard again, recorded anew, kept when the caller hangs up midway, and heard by the person (S1, M4).

What a caller says is a melody of their own; what is kept, and what is heard of it, is held against that.
"""

from datetime import timedelta
from pathlib import Path
from time import monotonic

import numpy as np

from e2e.support.switchboard import LONG, ULLA, nobody_outside_was_rung, refused
from e2e.support.world import World
from hanvisa.lab import hearing
from hanvisa.lab.alaw import RATE, Samples, decode
from hanvisa.lab.lines import Line
from hanvisa.lab.post_office import PostOffice, open_post
from hanvisa.lab.waiting import until
from hanvisa.speech import audio

PER, REBECKA, SVEN, TORA = "hallefors-216", "hallefors-217", "hallefors-218", "hallefors-219"
REBECKAS_CONFIDENTIAL_LINE = "0980319276"
HEMTJANSTEN = "0980319284"
LARS = "hallefors-212"  # of a confidential department
ABROAD = "+442079460958"
FIXED, MOBILE = "0980319259", "0701740691"
TONE = decode(audio.beep())
WORDS = hearing.melody(71, 1.2)
OTHER_WORDS = hearing.melody(72, 1.2)


async def test_a_message_is_heard_again_recorded_anew_and_kept(world: World) -> None:
    """S1. Only the words that were recorded last are kept, before the caller is thanked."""
    await world.given_absent(TORA, until=timedelta(hours=2))
    await world.siplet(TORA)
    before = kept(world)
    caller = await world.citizen("0980319251", dials=world.direct_number(TORA))
    await chooses(world, caller, "1", "Tryck ett för att lämna ett meddelande")
    await speaks(world, caller, OTHER_WORDS)
    await caller.press("#")
    since = monotonic()
    await chooses(world, caller, "2", "Tryck ett för att skicka meddelandet")
    [heard] = await caller.hears(OTHER_WORDS, since=since, within=LONG, others=[WORDS])
    assert heard.score > hearing.HIT
    await caller.press("3")
    await speaks(world, caller, WORDS, times=2)  # and silence ends it
    await asked_again(world, caller)
    await caller.press("1")
    await world.hears(caller, "Meddelandet är lämnat till Tora Lindmark. Tack för ditt samtal", within=LONG)
    await caller.until_ended(within=LONG)
    async with open_post(PostOffice(port=world.settings.smtp_port)) as post:
        mail = await until(lambda: post.mail_to("tora.lindmark@example.org"), within=LONG, what="a mail")

    [message] = kept(world) - before
    [attached] = mail.iter_attachments()
    assert attached.get_payload(decode=True) == message.read_bytes()
    assert hearing.heard(message, WORDS, [OTHER_WORDS]).hit
    assert not hearing.heard(message, OTHER_WORDS, [WORDS]).hit
    story = await world.story(caller)
    assert (story.outcome, "S1" in story.rules) == ("message", True)
    assert "Meddelandet är lämnat till Tora Lindmark" in await world.explanation(caller)

    await lamp_shows(world, TORA, new=1, heard=0)
    listening = await listens(world, TORA, "Du har ett nytt meddelande. Från noll nio åtta noll, trettioett")
    [heard] = await listening.hears(WORDS, within=LONG, others=[OTHER_WORDS])
    assert heard.score > hearing.HIT
    await listening.press("7")
    await world.hears(listening, "Meddelandet är besvarat", within=LONG)
    await lamp_shows(world, TORA, new=0, heard=0)
    await world.commanded(listening, "Det finns inga fler meddelanden", within=LONG)
    await listening.until_ended(within=LONG)


async def test_a_confidential_caller_is_told_and_who_hangs_up_midway_has_left_what_they_said(
    world: World,
) -> None:
    """M4, S1. Nothing is left in Asterisk's spool."""
    await world.given_absent(LARS, until=timedelta(hours=2))
    before = kept(world)
    caller = await world.citizen("0980319252", dials=world.direct_number(LARS))
    await chooses(world, caller, "1", "Tryck ett för att lämna ett meddelande")
    told = "Samtalet omfattas av sekretess, och det du säger nu spelas in"
    await world.hears(caller, told, pieces=1, within=LONG)
    await speaks(world, caller, WORDS)
    await caller.hangup()

    [message] = await until(lambda: kept(world) - before, within=LONG, what="the message kept")
    assert hearing.heard(message, WORDS, [OTHER_WORDS]).hit
    story = await world.story(caller)
    assert story.outcome == "message"
    assert ["S1", "M4"] in [decision["rules"] for decision in story.decisions]
    assert not list((world.settings.state / "asterisk" / "spool" / "recording").iterdir())


async def test_a_caller_asks_to_be_rung_back_and_is_by_one_key(world: World) -> None:
    """S1. Who withholds their number is not offered it."""
    await world.given_absent(TORA, until=timedelta(hours=2))
    withheld = await world.citizen(None, dials=world.direct_number(TORA))
    caller = await world.citizen("0980319253", dials=world.direct_number(TORA))
    offered = await world.commanded(withheld, "Tryck ett för att lämna ett meddelande", within=LONG)
    assert "fyra för att bli uppringd" not in offered.words
    await withheld.hangup()
    await chooses(world, caller, "4", "fyra för att bli uppringd")
    told = "Tora Lindmark får veta att du vill bli uppringd. Numret är noll nio åtta noll, trettioett"
    await world.hears(caller, told, within=LONG)
    await caller.until_ended(within=LONG)
    assert (await world.story(caller)).outcome == "ring_back"

    listening = await listens(world, TORA, "Den som ringde vill bli uppringd")
    await listening.press("5")
    rung = await world.mobile("0980319253", within=LONG)
    await rung.answer()
    await listening.talks_to(rung, within=LONG)


async def test_who_speaks_too_long_is_told_so_and_a_new_message_is_told_before_an_older_that_was_heard(
    world: World,
) -> None:
    """S1. What was recorded until then is kept."""
    await world.given_setting("message_longest", 2)
    await world.given_absent(TORA, until=timedelta(hours=2))
    earlier = await world.citizen("0980319257", dials=world.direct_number(TORA))
    await chooses(world, earlier, "4", "fyra för att bli uppringd")
    listening = await listens(world, TORA, "Du har ett nytt meddelande.")
    await listening.press("2")
    await world.commanded(listening, "Det finns inga fler meddelanden", within=LONG)

    before = kept(world)
    caller = await world.citizen("0980319258", dials=world.direct_number(TORA))
    await chooses(world, caller, "1", "Tryck ett för att lämna ett meddelande")
    await speaks(world, caller, np.concatenate((WORDS, OTHER_WORDS, WORDS)))
    await world.hears(caller, "Mer än så gick inte att spela in. Tryck ett", pieces=1, within=LONG)
    await caller.hangup()
    [message] = await until(lambda: kept(world) - before, within=LONG, what="the message kept")
    assert hearing.heard(message, WORDS, [OTHER_WORDS]).hit

    await lamp_shows(world, TORA, new=1, heard=1)
    number = "noll nio åtta noll, trettioett, nittiotvå, femtioåtta"
    both = f"Du har ett nytt meddelande och ett avlyssnat meddelande. Från {number}"
    listening = await listens(world, TORA, both)
    await listening.press("7")
    await world.commanded(listening, "Den som ringde vill bli uppringd", within=LONG)
    await listening.press("7")
    await lamp_shows(world, TORA, new=0, heard=0)


async def test_the_answer_to_a_confidential_message_never_goes_to_a_mobile(world: World) -> None:
    """M4. On no line but this one are the calls to her confidential, nor those that she makes."""
    await world.given_absent(REBECKA, until=timedelta(hours=2))
    callers = {
        number: await world.citizen(number, dials=REBECKAS_CONFIDENTIAL_LINE) for number in (MOBILE, FIXED)
    }
    for caller in callers.values():
        await chooses(world, caller, "4", "fyra för att bli uppringd")
        await world.commanded(caller, "Rebecka Ahl får veta att du vill bli uppringd", within=LONG)
    listening = await listens(world, REBECKA, "Du har två nya meddelanden.")
    await listening.press("5")
    await world.hears(listening, "Ett sekretessamtal kopplas aldrig till mobil", pieces=1, within=LONG)
    await listening.until_ended(within=LONG)
    await nobody_outside_was_rung(world)
    assert "M4" in (await world.story(listening)).rules

    listening = await listens(world, REBECKA, "Du har ett nytt meddelande och ett avlyssnat meddelande.")
    await listening.press("5")
    rung = await world.mobile(FIXED, within=LONG)
    await rung.answer()
    await listening.talks_to(rung, within=LONG)
    await refused(listening.transfer(MOBILE))
    assert "M4" in (await world.story(listening)).rules


async def test_a_caller_from_abroad_leaves_a_message_in_english(world: World) -> None:
    await world.given_absent(SVEN, until=timedelta(hours=2))
    before = kept(world)
    caller = await world.citizen(ABROAD, dials=world.direct_number(SVEN))
    await chooses(world, caller, "1", "Press one to leave a message")
    await world.hears(caller, "Leave your message for Sven Granath after the tone", pieces=1, within=LONG)
    await speaks(world, caller, WORDS, told="after the tone")
    await caller.press("#")
    await chooses(world, caller, "1", "Press one to send the message")
    await world.hears(
        caller, "The message has been left for Sven Granath. Thank you for calling", within=LONG
    )
    await caller.until_ended(within=LONG)
    assert len(kept(world) - before) == 1


async def test_a_message_for_a_department_where_nobody_is_there_is_for_whoever_of_it_hears_it_first(
    world: World,
) -> None:
    """S1. Two of Hemtjänsten are told; what one of them has handled is handled for the other."""
    await world.given_operator(ULLA, "closed")
    for member in (SVEN, PER):
        await world.given_absent(member, until=timedelta(hours=2))
        await world.siplet(member)
    caller = await world.citizen("0980319254", dials=HEMTJANSTEN)
    await chooses(world, caller, "1", "Ingen på Hemtjänsten kan svara just nu")
    await speaks(world, caller, WORDS)
    await caller.press("#")
    await chooses(world, caller, "1", "Tryck ett för att skicka meddelandet")
    kept_for = "Meddelandet är lämnat till Hemtjänsten. Tack för ditt samtal"
    await world.hears(caller, kept_for, pieces=2, within=LONG)
    await caller.until_ended(within=LONG)
    async with open_post(PostOffice(port=world.settings.smtp_port)) as post:
        everybody = ", ".join(
            f"{name}@example.org" for name in ("per.sandin", "rebecka.ahl", "sven.granath", "tora.lindmark")
        )
        await until(lambda: post.mail_to(everybody), within=LONG, what="a mail to all of them")
    story = await world.story(caller)
    assert (story.outcome, "S1" in story.rules) == ("message", True)
    assert "Meddelandet är lämnat till Hemtjänsten" in await world.explanation(caller)

    await lamp_shows(world, PER, new=1, heard=0)
    await lamp_shows(world, SVEN, new=1, heard=0)
    listening = await listens(
        world, PER, "Du har inga meddelanden. Hemtjänsten har ett nytt meddelande. Från"
    )
    [heard] = await listening.hears(WORDS, within=LONG, others=[OTHER_WORDS])
    assert heard.score > hearing.HIT
    await listening.press("7")
    await world.hears(listening, "Meddelandet är besvarat", within=LONG)
    await lamp_shows(world, PER, new=0, heard=0)
    await lamp_shows(world, SVEN, new=0, heard=0)
    nothing = await listens(world, SVEN, "Du har inga meddelanden.")
    await nothing.until_ended(within=LONG)
    assert "Hemtjänsten" not in await world.explanation(nothing)


async def chooses(world: World, caller: Line, key: str, words: str) -> None:
    """Press the key when these words are being spoken."""
    await world.commanded(caller, words, within=LONG)
    await caller.press(key)


async def speaks(
    world: World, caller: Line, words: Samples, *, times: int = 1, told: str = "efter tonen"
) -> None:
    """Hear the tone, and say the words when it is recorded for so many times in the call."""
    await world.commanded(caller, told, within=LONG)
    await caller.press("1")  # enough of that
    await caller.hears(TONE, within=LONG)

    async def recorded() -> bool:
        signals = (await world.story_so_far(caller)).events("signal")
        return [each["type"] for each in signals].count("recording") == times

    await until(recorded, within=LONG, what="it is recorded")
    began = monotonic()
    caller.say(words)
    await until(lambda: len(caller.recording.since(began)) > len(words) + RATE / 4, what="the words spoken")


async def listens(world: World, who: str, words: str) -> Line:
    """They dial `*26#` and are told these words."""
    listening = await (await world.siplet(who)).call("*26%23")
    await world.commanded(listening, words, within=LONG)
    return listening


async def lamp_shows(world: World, account: str, *, new: int, heard: int) -> None:
    """The last NOTIFY of a message-summary that the phone got says so."""

    def shown() -> bool:
        told = [
            message
            for message in world.trace
            if f"\nNOTIFY sip:{account}@" in message and "Voice-Message:" in message
        ]
        is_lit = "yes" if new else "no"
        return bool(told) and (
            f"Messages-Waiting: {is_lit}" in told[-1] and f"Voice-Message: {new}/{heard}" in told[-1]
        )

    await until(shown, within=LONG, what=f"{new}/{heard} messages at the lamp of {account}")


async def asked_again(world: World, caller: Line) -> None:
    """What is to become of the message is asked after it was recorded anew."""

    async def asked() -> bool:
        story = await world.story_so_far(caller)
        stages = [stage["name"] for stage in story.events("stage")]
        return stages[-1] == "ReviewingMessage" and stages.count("ReviewingMessage") == 2

    await until(asked, within=LONG, what="asked again")


def kept(world: World) -> set[Path]:
    return set((world.settings.state / "messages").glob("*.wav"))
