"""Messages that callers leave."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import (
    MessageFailed,
    MessageKept,
    MessageReview,
    NothingHeard,
    RecordingTone,
    SpeakAfterTheTone,
    WillRingBack,
)
from hanvisa.speech.phrases.piece import BEEP, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    somebody: str
    confidential: str
    message_for: str
    after_the_tone: str
    review: str
    left_for: str
    hears_of_it: str
    number_is: str
    nothing_heard: str
    failed: str


WORDS = in_both(
    sv=Words(
        somebody="den du söker",
        confidential="samtalet omfattas av sekretess, och det du säger nu spelas in",
        message_for="lämna ditt meddelande till",
        after_the_tone="efter tonen. Avsluta med fyrkant",
        review="tryck ett för att skicka meddelandet, två för att höra det, tre för att tala in det på nytt",
        left_for="meddelandet är lämnat till",
        hears_of_it="får veta att du vill bli uppringd",
        number_is="numret är",
        nothing_heard="inget meddelande hördes",
        failed="tyvärr kunde meddelandet inte tas emot",
    ),
    en=Words(
        somebody="the person you are calling",
        confidential="this call is confidential, and what you say now will be recorded",
        message_for="leave your message for",
        after_the_tone="after the tone. End with hash",
        review="press one to send the message, two to hear it, three to record it again",
        left_for="the message has been left for",
        hears_of_it="will be told that you want to be called back",
        number_is="the number is",
        nothing_heard="no message was heard",
        failed="we are sorry, the message could not be taken",
    ),
)


@says(SpeakAfterTheTone)
def speak_after_the_tone(prompt: SpeakAfterTheTone, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    told = speaker.sentence(words.confidential) if prompt.confidential else []
    name = speaker.name(prompt.name, words.somebody)
    return told + speaker.sentence(words.message_for, name, words.after_the_tone)


@says(RecordingTone)
def recording_tone(_: RecordingTone, __: Speaker) -> list[Piece]:
    return [BEEP]


@says(MessageReview)
def message_review(_: MessageReview, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].review)


@says(MessageKept)
def message_kept(prompt: MessageKept, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.left_for, speaker.name(prompt.name, words.somebody))


@says(WillRingBack)
def will_ring_back(prompt: WillRingBack, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    told = speaker.sentence(speaker.name(prompt.name, words.somebody), words.hears_of_it)
    return told + speaker.sentence(words.number_is, *speaker.number(prompt.number))


@says(NothingHeard)
def nothing_heard(_: NothingHeard, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].nothing_heard)


@says(MessageFailed)
def message_failed(prompt: MessageFailed, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    said = speaker.sentence(words.failed)
    if prompt.ring_back:
        said += speaker.sentence(speaker.name(prompt.name, words.somebody), words.hears_of_it)
    return said
