"""What callers hear who wait at the switchboard, word by word."""

from datetime import UTC, datetime

from hanvisa.calls.prompts import (
    CallbackGivenUp,
    CallbackKept,
    CallbackRefused,
    ConfirmCallback,
    HeldReminder,
    KeyYourNumber,
    QueuePlace,
    WasPaused,
    Whisper,
)

PROMPTS = [
    (QueuePlace(1, None), "Du är först i kön.", "You are next in line."),
    (
        QueuePlace(2, 0),
        "Du är nummer två i kön. Väntetiden är mindre än en minut.",
        "You are number two in the queue. The wait is less than a minute.",
    ),
    (
        QueuePlace(1, 1),
        "Du är först i kön. Väntetiden är ungefär en minut.",
        "You are next in line. The wait is about one minute.",
    ),
    (
        QueuePlace(12, 25),
        "Du är nummer tolv i kön. Väntetiden är ungefär tjugofem minuter.",
        "You are number twelve in the queue. The wait is about twenty-five minutes.",
    ),
    (
        QueuePlace(100, 60),
        "Kön är lång. Väntetiden är mer än en timme.",
        "The queue is long. The wait is more than an hour.",
    ),
    (
        QueuePlace(2, None, offers_callback=True),
        "Du är nummer två i kön. Vill du bli uppringd utan att förlora din plats i kön, tryck fyra.",
        "You are number two in the queue. To be rung back without losing your place in the queue, press four.",
    ),
    (
        KeyYourNumber(),
        "Slå ditt telefonnummer och avsluta med fyrkant.",
        "Enter your telephone number, and then the hash key.",
    ),
    (
        ConfirmCallback("+46980319244"),
        "Vi ringer upp dig på noll nio åtta noll, trettioett, nittiotvå, fyrtiofyra. Tryck ett om numret stämmer.",
        (
            "We will ring you back on plus four six, nine eight zero, three one, nine two, four four. "
            "Press one if the number is right."
        ),
    ),
    (
        CallbackKept(),
        "Tack. Du behåller din plats, och vi ringer upp dig när det är din tur. Hej då.",
        "Thank you. You keep your place, and we will ring you when it is your turn. Goodbye.",
    ),
    (
        CallbackGivenUp(),
        (
            "Du har bett att bli uppringd på det här numret, och det kan vi därför inte göra. "
            "Ring oss gärna igen från en annan telefon. Hej då."
        ),
        (
            "You asked to be rung back on this number, and therefore we cannot do so. "
            "Please call us again from another telephone. Goodbye."
        ),
    ),
    (
        CallbackRefused(),
        "Det numret kan vi inte ringa upp. Du står kvar i kön.",
        "We cannot ring that number. You keep your place in the queue.",
    ),
    (
        WasPaused(datetime(2026, 8, 2, 11, 30, tzinfo=UTC), unanswered=True),
        "Telefonistplatsen pausades i dag klockan tretton och trettio, då du inte svarade.",
        "The operator's position was paused today at one thirty PM, when you did not answer.",
    ),
    (
        WasPaused(datetime(2026, 8, 2, 10, tzinfo=UTC), unanswered=False),
        "Telefonistplatsen pausades i dag klockan tolv.",
        "The operator's position was paused today at noon.",
    ),
    (HeldReminder(), "♪", "♪"),
    (Whisper("Nora kommun"), "Nora kommun.", "Nora kommun."),
    (Whisper(""), "Växeln.", "The switchboard."),
]
