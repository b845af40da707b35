"""Waiting at the switchboard: closed, the place in the queue, being rung back, and what operators hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import (
    CallbackGivenUp,
    CallbackKept,
    CallbackRefused,
    ConfirmCallback,
    HeldReminder,
    KeyYourNumber,
    QueuePlace,
    SwitchboardClosed,
    WasPaused,
    Whisper,
)
from hanvisa.speech.phrases.piece import COMMA, TONE, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says

HOUR = 60  # minutes


@dataclass(frozen=True, slots=True)
class Words:
    closed: str
    opens_again: str
    call_then: str
    next_in_line: str
    number: str
    in_the_queue: str
    long_queue: str
    less_than_a_minute: str
    the_wait_is: str
    one_minute: str
    minutes: str
    more_than_an_hour: str
    four_for_callback: str
    key_your_number: str
    we_ring: str
    one_if_right: str
    callback_kept: str
    callback_refused: str
    callback_given_up: str
    the_switchboard: str
    was_paused: str
    unanswered: str


WORDS = in_both(
    sv=Words(
        closed="växeln är stängd",
        opens_again="växeln är stängd och öppnar",
        call_then="slå direktnumret till den du söker, eller ring då",
        next_in_line="du är först i kön",
        number="du är nummer",
        in_the_queue="i kön",
        long_queue="kön är lång",
        less_than_a_minute="väntetiden är mindre än en minut",
        the_wait_is="väntetiden är ungefär",
        one_minute="en minut",
        minutes="minuter",
        more_than_an_hour="väntetiden är mer än en timme",
        four_for_callback="vill du bli uppringd utan att förlora din plats i kön, tryck fyra",
        key_your_number="slå ditt telefonnummer och avsluta med fyrkant",
        we_ring="vi ringer upp dig på",
        one_if_right="tryck ett om numret stämmer",
        callback_kept="tack. Du behåller din plats, och vi ringer upp dig när det är din tur. Hej då",
        callback_refused="det numret kan vi inte ringa upp. Du står kvar i kön",
        callback_given_up=(
            "du har bett att bli uppringd på det här numret, och det kan vi därför inte göra. "
            "Ring oss gärna igen från en annan telefon. Hej då"
        ),
        the_switchboard="växeln",
        was_paused="telefonistplatsen pausades",
        unanswered="då du inte svarade",
    ),
    en=Words(
        closed="the switchboard is closed",
        opens_again="the switchboard is closed and opens",
        call_then="dial the direct number of the person you want to reach, or call back then",
        next_in_line="you are next in line",
        number="you are number",
        in_the_queue="in the queue",
        long_queue="the queue is long",
        less_than_a_minute="the wait is less than a minute",
        the_wait_is="the wait is about",
        one_minute="one minute",
        minutes="minutes",
        more_than_an_hour="the wait is more than an hour",
        four_for_callback="to be rung back without losing your place in the queue, press four",
        key_your_number="enter your telephone number, and then the hash key",
        we_ring="we will ring you back on",
        one_if_right="press one if the number is right",
        callback_kept="thank you. You keep your place, and we will ring you when it is your turn. Goodbye",
        callback_refused="we cannot ring that number. You keep your place in the queue",
        callback_given_up=(
            "you asked to be rung back on this number, and therefore we cannot do so. "
            "Please call us again from another telephone. Goodbye"
        ),
        the_switchboard="the switchboard",
        was_paused="the operator's position was paused",
        unanswered="when you did not answer",
    ),
)


@says(SwitchboardClosed)
def switchboard_closed(prompt: SwitchboardClosed, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    if prompt.text is not None and prompt.text.in_(speaker.language).strip():
        return speaker.sentence(speaker.own(prompt.text, words.closed))
    if prompt.opens is None:
        return speaker.sentence(words.closed)
    opens = speaker.sentence(words.opens_again, *speaker.moment(prompt.opens))
    return opens + speaker.sentence(words.call_then)


@says(QueuePlace)
def queue_place(prompt: QueuePlace, speaker: Speaker) -> list[Piece]:
    said = _place(prompt.place, speaker)
    if prompt.minutes is not None:
        said += _wait(prompt.minutes, speaker)
    if prompt.offers_callback:
        said += speaker.sentence(WORDS[speaker.language].four_for_callback)
    return said


def _place(place: int, speaker: Speaker) -> list[Piece]:
    words, numbers = WORDS[speaker.language], speaker.wording.numbers
    if place == 1:
        return speaker.sentence(words.next_in_line)
    if place >= len(numbers):
        return speaker.sentence(words.long_queue)
    return speaker.sentence(words.number, numbers[place], words.in_the_queue)


def _wait(minutes: int, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    if minutes == 0:
        return speaker.sentence(words.less_than_a_minute)
    if minutes == 1:
        return speaker.sentence(words.the_wait_is, words.one_minute)
    if minutes >= HOUR:
        return speaker.sentence(words.more_than_an_hour)
    return speaker.sentence(words.the_wait_is, speaker.wording.numbers[minutes], words.minutes)


@says(Whisper)
def whisper(prompt: Whisper, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(speaker.name(prompt.organisation, WORDS[speaker.language].the_switchboard))


@says(HeldReminder)
def held_reminder(_: HeldReminder, speaker: Speaker) -> list[Piece]:  # noqa: ARG001 - as of all
    return [TONE]


@says(WasPaused)
def was_paused(prompt: WasPaused, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    why = [COMMA, speaker.piece(words.unanswered)] if prompt.unanswered else []
    return speaker.sentence(words.was_paused, *speaker.moment(prompt.since), *why)


@says(KeyYourNumber)
def key_your_number(_: KeyYourNumber, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].key_your_number)


@says(ConfirmCallback)
def confirm_callback(prompt: ConfirmCallback, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    number = speaker.sentence(words.we_ring, *speaker.number(prompt.number))
    return number + speaker.sentence(words.one_if_right)


@says(CallbackKept)
def callback_kept(_: CallbackKept, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].callback_kept)


@says(CallbackGivenUp)
def callback_given_up(_: CallbackGivenUp, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].callback_given_up)


@says(CallbackRefused)
def callback_refused(_: CallbackRefused, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].callback_refused)
