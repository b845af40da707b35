"""What is said of people's own recordings, word by word."""

from hanvisa.calls.prompts import (
    Prompt,
    RecordingTone,
    ReviewYourOwn,
    SayYourOwn,
    YourOwnKept,
    YourOwnNotKept,
    YourOwnWrong,
)
from hanvisa.policy.facts import RecordingKind
from hanvisa.policy.own_recordings import RecordingFault

PROMPTS: list[tuple[Prompt, str, str]] = [
    (RecordingTone(), "♩", "♩"),
    (
        SayYourOwn(RecordingKind.NAME),
        "Säg ditt namn efter tonen. Avsluta med fyrkant.",
        "Say your name after the tone. End with hash.",
    ),
    (
        SayYourOwn(RecordingKind.GREETING),
        "Tala in din hälsning efter tonen. Avsluta med fyrkant.",
        "Record your greeting after the tone. End with hash.",
    ),
    (
        ReviewYourOwn(),
        "Tryck ett för att spara, två för att höra igen, tre för att tala in på nytt.",
        "Press one to keep it, two to hear it again, three to record it anew.",
    ),
    (YourOwnKept(RecordingKind.NAME), "Namnet är sparat.", "Your name has been kept."),
    (
        YourOwnKept(RecordingKind.GREETING),
        "Hälsningen är sparad. Efter den sägs varför du är borta, och hur länge.",
        "Your greeting has been kept. After it callers are told why you are away, and for how long.",
    ),
    (YourOwnNotKept(), "Inget har sparats.", "Nothing has been kept."),
    (
        YourOwnWrong(RecordingFault.NOTHING),
        "Inget hördes. Slå koden igen.",
        "Nothing was heard. Dial the code again.",
    ),
    (
        YourOwnWrong(RecordingFault.TOO_LONG),
        "Det blev för långt. Slå koden igen.",
        "It was too long. Dial the code again.",
    ),
    (
        YourOwnWrong(RecordingFault.TOO_MANY),
        "Du har redan spelat in många gånger. Slå koden igen i morgon.",
        "You have recorded many times already. Dial the code again tomorrow.",
    ),
]
