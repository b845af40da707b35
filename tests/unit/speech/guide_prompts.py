"""What the superuser's guide and the check of greetings say, word by word."""

from hanvisa.calls.prompts import GreetingChecked, GuideBegins, GuideEnds, GuideRefused, GuideStep, Prompt
from hanvisa.policy.facts import Code, CodeAction

PROMPTS: list[tuple[Prompt, str, str]] = [
    (
        GuideBegins(),
        (
            "Välkommen till guiden om telefonen. Du får höra om en funktion i taget. "
            "Tryck ett för att höra igen, två för att gå vidare, stjärna för att sluta."
        ),
        (
            "Welcome to the guide to your phone. You will hear of one function at a time. "
            "Press one to hear it again, two to go on, star to stop."
        ),
    ),
    (
        GuideStep(Code("*23", CodeAction.SET_ABSENCE)),
        (
            "All frånvaro hänvisas. Du anmäler den med stjärna två tre, "
            "stjärna och orsakens siffra, stjärna och tiden, och fyrkant."
        ),
        (
            "Every absence is referred. You set yours with star two three, "
            "star and the digit of the reason, star and the time, and hash."
        ),
    ),
    (
        GuideStep(Code("#23", CodeAction.END_ABSENCE)),
        "Du är tillbaka med fyrkant två tre, och fyrkant.",
        "You are back with hash two three, and hash.",
    ),
    (
        GuideStep(Code("*25", CodeAction.RECORD_GREETING)),
        "En egen hälsning för frånvaron talar du in med stjärna två fem, och fyrkant.",
        "You record a greeting of your own for the absence with star two five, and hash.",
    ),
    (
        GuideStep(Code("*24", CodeAction.RECORD_NAME)),
        "Ditt namn talar du in med stjärna två fyra, och fyrkant.",
        "You record your name with star two four, and hash.",
    ),
    (
        GuideStep(Code("*26", CodeAction.LISTEN_TO_MESSAGES)),
        "Dina meddelanden hör du med stjärna två sex, och fyrkant.",
        "You hear your messages with star two six, and hash.",
    ),
    (
        GuideStep(Code("*29", CodeAction.THREAT)),
        "Hotsamtal märker du medan det pågår, med stjärna två nio, och fyrkant.",
        "You mark a threatening call while it lasts, with star two nine, and hash.",
    ),
    (
        GreetingChecked(),
        (
            "Det här är växelns kontroll av ditt mobilsvar. "
            "Du behöver inte göra något, vi ringer en annan dag. Hej då."
        ),
        (
            "This is the switchboard's check of your voicemail. "
            "There is nothing you need to do, we will call another day. Goodbye."
        ),
    ),
    (GuideEnds(), "Guiden är slut.", "The guide is over."),
    (
        GuideRefused("Äsa Wikner"),
        "Guiden är till för superanvändare. Fråga Äsa Wikner.",
        "The guide is for superusers. Ask Äsa Wikner.",
    ),
    (
        GuideRefused(),
        "Guiden är till för superanvändare. Fråga din superanvändare.",
        "The guide is for superusers. Ask your superuser.",
    ),
]
