"""What is said of messages, word by word, on a Sunday at eleven in Sweden."""

from datetime import UTC, datetime

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
    Prompt,
    RecordingTone,
    SpeakAfterTheTone,
    WillRingBack,
)

FRIDAY, NOON = datetime(2026, 7, 31, 6, 30, tzinfo=UTC), datetime(2026, 8, 2, 10, tzinfo=UTC)

PROMPTS: list[tuple[Prompt, str, str]] = [
    (
        SpeakAfterTheTone("Anna Berg"),
        "Lämna ditt meddelande till Anna Berg efter tonen. Avsluta med fyrkant.",
        "Leave your message for Anna Berg after the tone. End with hash.",
    ),
    (
        SpeakAfterTheTone("Anna Berg", confidential=True),
        (
            "Samtalet omfattas av sekretess, och det du säger nu spelas in. "
            "Lämna ditt meddelande till Anna Berg efter tonen. Avsluta med fyrkant."
        ),
        (
            "This call is confidential, and what you say now will be recorded. "
            "Leave your message for Anna Berg after the tone. End with hash."
        ),
    ),
    (RecordingTone(), "♩", "♩"),
    (
        MessageReview(),
        "Tryck ett för att skicka meddelandet, två för att höra det, tre för att tala in det på nytt.",
        "Press one to send the message, two to hear it, three to record it again.",
    ),
    (
        MessageReview(cut=True),
        (
            "Mer än så gick inte att spela in. "
            "Tryck ett för att skicka meddelandet, två för att höra det, tre för att tala in det på nytt."
        ),
        (
            "No more than that could be recorded. "
            "Press one to send the message, two to hear it, three to record it again."
        ),
    ),
    (
        MessageKept("Anna Berg"),
        "Meddelandet är lämnat till Anna Berg.",
        "The message has been left for Anna Berg.",
    ),
    (
        WillRingBack("Anna Berg", "+46980319244"),
        (
            "Anna Berg får veta att du vill bli uppringd. "
            "Numret är noll nio åtta noll, trettioett, nittiotvå, fyrtiofyra."
        ),
        (
            "Anna Berg will be told that you want to be called back. "
            "The number is plus four six, nine eight zero, three one, nine two, four four."
        ),
    ),
    (NothingHeard(), "Inget meddelande hördes.", "No message was heard."),
    (
        MessageFailed("Anna Berg"),
        "Tyvärr kunde meddelandet inte tas emot.",
        "We are sorry, the message could not be taken.",
    ),
    (
        MessageFailed("Anna Berg", ring_back=True),
        "Tyvärr kunde meddelandet inte tas emot. Anna Berg får veta att du vill bli uppringd.",
        (
            "We are sorry, the message could not be taken. "
            "Anna Berg will be told that you want to be called back."
        ),
    ),
    (MessagesWaiting(0, 0), "Du har inga meddelanden.", "You have no messages."),
    (
        MessagesWaiting(1, 2),
        "Du har ett nytt meddelande och två avlyssnade meddelanden.",
        "You have one new message and two messages that were heard.",
    ),
    (MessagesWaiting(3, 0), "Du har tre nya meddelanden.", "You have three new messages."),
    (
        MessagesWaiting(59, 100),
        "Du har femtionio nya meddelanden och fler än nittionio avlyssnade meddelanden.",
        "You have fifty-nine new messages and more than fifty-nine messages that were heard.",
    ),
    (
        MessagesWaiting(0, 1),
        "Du har ett avlyssnat meddelande.",
        "You have one message that was heard.",
    ),
    (
        MessagesWaiting(1, 0, "Gatukontoret"),
        "Gatukontoret har ett nytt meddelande.",
        "Gatukontoret has one new message.",
    ),
    (
        MessageFrom("+46980319244", NOON),
        "Från noll nio åtta noll, trettioett, nittiotvå, fyrtiofyra, i dag klockan tolv.",
        "From plus four six, nine eight zero, three one, nine two, four four, today at noon.",
    ),
    (
        MessageFrom("202", FRIDAY, ring_back=True),
        (
            "Från två noll två, fredag den trettioförsta juli klockan åtta och trettio. "
            "Den som ringde vill bli uppringd."
        ),
        (
            "From two zero two, on Friday the thirty-first of July at eight thirty AM. "
            "The caller wants to be called back."
        ),
    ),
    (
        MessageFrom("", NOON, confidential=True),
        "Från hemligt nummer, i dag klockan tolv. Meddelandet omfattas av sekretess.",
        "From a withheld number, today at noon. This message is confidential.",
    ),
    (
        MessageChoices(can_ring=True),
        (
            "Tryck ett för att höra igen, två för nästa, fem för att ringa upp, sju när det är besvarat, "
            "stjärna för att sluta."
        ),
        (
            "Press one to hear it again, two for the next, five to call back, seven when it is handled, "
            "star to end."
        ),
    ),
    (
        MessageChoices(can_ring=False),
        "Tryck ett för att höra igen, två för nästa, sju när det är besvarat, stjärna för att sluta.",
        "Press one to hear it again, two for the next, seven when it is handled, star to end.",
    ),
    (MessageHandled(), "Meddelandet är besvarat.", "The message is handled."),
    (NoMoreMessages(), "Det finns inga fler meddelanden.", "There are no more messages."),
]
