"""What is said of codes on the phone, word by word, on a Sunday at eleven in Sweden."""

from datetime import UTC, datetime

from hanvisa.calls.prompts import (
    BackAgain,
    CodeWrong,
    ConfidentialNow,
    ForwardingStopped,
    ForwardingTold,
    NextCallConfidential,
    Noted,
    NothingSet,
    Prompt,
    TakenBack,
)
from hanvisa.policy.codes import CodeFault
from hanvisa.policy.facts import ForwardingKind

FIVE = datetime(2026, 8, 2, 15, tzinfo=UTC)

PROMPTS: list[tuple[Prompt, str, str]] = [
    (Noted(), "Det är noterat.", "That has been noted."),
    (
        BackAgain("Anna Berg"),
        "Anna Berg är tillbaka.",
        "Anna Berg is back.",
    ),
    (
        ForwardingTold(ForwardingKind.ALWAYS, "+46701740605", FIVE, 9),
        (
            "Telefonen är vidarekopplad till noll sju noll, ett sju fyra, noll sex, noll fem fram till i dag "
            "klockan sjutton. Dagar med vidarekoppling till mobil som är kvar den här månaden, nio."
        ),
        (
            "The phone is forwarded to plus four six, seven zero, one seven four, zero six, zero five "
            "until today at five PM. Days of forwarding to a mobile left this month, nine."
        ),
    ),
    (
        ForwardingTold(ForwardingKind.BUSY, "202", FIVE),
        "När telefonen är upptagen vidarekopplas samtalen till två noll två fram till i dag klockan sjutton.",
        "When the phone is busy, calls are forwarded to two zero two until today at five PM.",
    ),
    (
        ForwardingTold(ForwardingKind.NO_ANSWER, "202", FIVE),
        "När ingen svarar vidarekopplas samtalen till två noll två fram till i dag klockan sjutton.",
        "When nobody answers, calls are forwarded to two zero two until today at five PM.",
    ),
    (ForwardingStopped(), "Vidarekopplingen är avslutad.", "The forwarding has ended."),
    (
        NothingSet(),
        "Varken frånvaro eller vidarekoppling är inställd på telefonen.",
        "Neither absence nor forwarding is set on this phone.",
    ),
    (
        CodeWrong(CodeFault.PAST),
        "Klockslaget har redan varit i dag. Slå ett senare klockslag.",
        "That time is already past today. Dial a later time.",
    ),
    (
        CodeWrong(CodeFault.EMPTY_DEPARTMENT),
        "Då kan ingen på avdelningen nås på en hel dag. Välj en annan tid, eller fråga telefonansvarig.",
        (
            "Nobody of the department could be reached for a whole day. "
            "Choose another time, or ask the telephone manager."
        ),
    ),
    (
        CodeWrong(CodeFault.NOTHING_TO_END),
        "Inget sådant var inställt, så det fanns inget att avsluta.",
        "Nothing of the kind was set, so there was nothing to end.",
    ),
    (
        CodeWrong(CodeFault.OPERATORS_ONLY),
        "Bara telefonister kan göra det för någon annan.",
        "Only operators can do this for somebody else.",
    ),
    (
        ConfidentialNow(),
        "Samtalet omfattas nu av sekretess.",
        "This call is now confidential.",
    ),
    (
        ConfidentialNow(with_mobile=True),
        (
            "Samtalet omfattas nu av sekretess. En mobil är med i samtalet. "
            "Avsluta det, eller fortsätt på en fast telefon."
        ),
        (
            "This call is now confidential. A mobile is on the line. "
            "End the call, or go on with it on a fixed telephone."
        ),
    ),
    (
        TakenBack(),
        "Mobilen är bortkopplad.",
        "The mobile is off the line.",
    ),
    (
        CodeWrong(CodeFault.NO_CALL),
        "Du har inget sekretessamtal med en mobil.",
        "You have no confidential call with a mobile.",
    ),
    (
        NextCallConfidential(),
        "Nästa samtal från den här telefonen omfattas av sekretess.",
        "The next call from this phone is confidential.",
    ),
]
