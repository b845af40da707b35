"""Messages that callers leave, and that are heard."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.calls.prompts import (
    MessageChoices,
    MessageFailed,
    MessageFrom,
    MessageHandled,
    MessageKept,
    MessageReview,
    MessagesWaiting,
    NoMoreMessages,
    NothingHeard,
    RecordingTone,
    SpeakAfterTheTone,
    WillRingBack,
)
from hanvisa.speech.phrases.piece import BEEP, COMMA, Piece
from hanvisa.speech.phrases.speaker import Speaker, in_both, says


@dataclass(frozen=True, slots=True)
class Words:
    somebody: str
    confidential: str
    message_for: str
    after_the_tone: str
    cut: str
    review: str
    left_for: str
    hears_of_it: str
    number_is: str
    nothing_heard: str
    failed: str
    none: str
    you_have: str
    the_department: str
    has: str
    one_new: str
    many_new: str
    one_heard: str
    many_heard: str
    more_than: str
    from_: str
    withheld: str
    wants_to_be_rung: str
    is_confidential: str
    choices: str
    choices_without_ringing: str
    handled: str
    no_more: str


WORDS = in_both(
    sv=Words(
        somebody="den du söker",
        confidential="samtalet omfattas av sekretess, och det du säger nu spelas in",
        message_for="lämna ditt meddelande till",
        after_the_tone="efter tonen. Avsluta med fyrkant",
        cut="mer än så gick inte att spela in",
        review="tryck ett för att skicka meddelandet, två för att höra det, tre för att tala in det på nytt",
        left_for="meddelandet är lämnat till",
        hears_of_it="får veta att du vill bli uppringd",
        number_is="numret är",
        nothing_heard="inget meddelande hördes",
        failed="tyvärr kunde meddelandet inte tas emot",
        none="du har inga meddelanden",
        you_have="du har",
        the_department="avdelningen",
        has="har",
        one_new="ett nytt meddelande",
        many_new="nya meddelanden",
        one_heard="ett avlyssnat meddelande",
        many_heard="avlyssnade meddelanden",
        more_than="fler än",
        from_="från",
        withheld="hemligt nummer",
        wants_to_be_rung="den som ringde vill bli uppringd",
        is_confidential="meddelandet omfattas av sekretess",
        choices=(
            "tryck ett för att höra igen, två för nästa, fem för att ringa upp, sju när det är besvarat, "
            "stjärna för att sluta"
        ),
        choices_without_ringing=(
            "tryck ett för att höra igen, två för nästa, sju när det är besvarat, stjärna för att sluta"
        ),
        handled="meddelandet är besvarat",
        no_more="det finns inga fler meddelanden",
    ),
    en=Words(
        somebody="the person you are calling",
        confidential="this call is confidential, and what you say now will be recorded",
        message_for="leave your message for",
        after_the_tone="after the tone. End with hash",
        cut="no more than that could be recorded",
        review="press one to send the message, two to hear it, three to record it again",
        left_for="the message has been left for",
        hears_of_it="will be told that you want to be called back",
        number_is="the number is",
        nothing_heard="no message was heard",
        failed="we are sorry, the message could not be taken",
        none="you have no messages",
        you_have="you have",
        the_department="the department",
        has="has",
        one_new="one new message",
        many_new="new messages",
        one_heard="one message that was heard",
        many_heard="messages that were heard",
        more_than="more than",
        from_="from",
        withheld="a withheld number",
        wants_to_be_rung="the caller wants to be called back",
        is_confidential="this message is confidential",
        choices=(
            "press one to hear it again, two for the next, five to call back, seven when it is handled, "
            "star to end"
        ),
        choices_without_ringing=(
            "press one to hear it again, two for the next, seven when it is handled, star to end"
        ),
        handled="the message is handled",
        no_more="there are no more messages",
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
def message_review(prompt: MessageReview, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return (speaker.sentence(words.cut) if prompt.cut else []) + speaker.sentence(words.review)


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


@says(MessagesWaiting)
def messages_waiting(prompt: MessagesWaiting, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    new = _counted(prompt.new, words.one_new, words.many_new, speaker)
    heard = _counted(prompt.heard, words.one_heard, words.many_heard, speaker)
    if not new and not heard:
        return speaker.sentence(words.none)
    between = [speaker.wording.and_] if new and heard else []
    name = speaker.name(prompt.department, words.the_department)
    who = [name, words.has] if prompt.department else [words.you_have]
    return speaker.sentence(*who, *new, *between, *heard)


@says(MessageFrom)
def message_from(prompt: MessageFrom, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    caller = speaker.number(prompt.number) if prompt.number else [speaker.piece(words.withheld)]
    said = speaker.sentence(words.from_, *caller, COMMA, *speaker.moment(prompt.left_at))
    if prompt.confidential:
        said += speaker.sentence(words.is_confidential)
    if prompt.ring_back:
        said += speaker.sentence(words.wants_to_be_rung)
    return said


@says(MessageChoices)
def message_choices(prompt: MessageChoices, speaker: Speaker) -> list[Piece]:
    words = WORDS[speaker.language]
    return speaker.sentence(words.choices if prompt.can_ring else words.choices_without_ringing)


@says(MessageHandled)
def message_handled(_: MessageHandled, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].handled)


@says(NoMoreMessages)
def no_more_messages(_: NoMoreMessages, speaker: Speaker) -> list[Piece]:
    return speaker.sentence(WORDS[speaker.language].no_more)


def _counted(count: int, one: str, many: str, speaker: Speaker) -> list[str]:
    """In words; of more than there is a word for, that it is more."""
    numbers = speaker.wording.numbers
    if count >= len(numbers):
        return [WORDS[speaker.language].more_than, numbers[-1], many]
    return {0: [], 1: [one]}.get(count, [numbers[count], many])
