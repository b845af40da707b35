"""What callers hear who wait at the switchboard, word by word."""

from hanvisa.calls.prompts import QueuePlace

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
]
