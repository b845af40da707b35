"""What is said of messages, word by word."""

from hanvisa.calls.prompts import (
    MessageFailed,
    MessageKept,
    MessageReview,
    NothingHeard,
    Prompt,
    RecordingTone,
    SpeakAfterTheTone,
    WillRingBack,
)

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
]
