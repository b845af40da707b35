"""What is said, one file a family of prompts: the words in both languages, and how they are put together.

Importing this package makes every prompt's composer known.
"""

from hanvisa.speech.phrases.families import (
    attendant,
    beginning,
    codes,
    emergency,
    failures,
    greetings,
    guide,
    messages,
    mobiles,
    outgoing,
    own_recordings,
    referral,
    refusals,
    switchboard,
    waiting,
)

__all__ = [
    "attendant",
    "beginning",
    "codes",
    "emergency",
    "failures",
    "greetings",
    "guide",
    "messages",
    "mobiles",
    "outgoing",
    "own_recordings",
    "referral",
    "refusals",
    "switchboard",
    "waiting",
]
