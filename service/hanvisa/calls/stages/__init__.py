"""What happens in a call, one file a family of stages. Importing this package makes every stage's work known."""

from hanvisa.calls.stages import (
    alarming,
    arriving,
    camping,
    closed,
    codes,
    guide,
    keying,
    listening,
    messages,
    outgoing,
    own_recordings,
    reaching,
    referring,
    ringing_back,
    switchboard,
    talking,
)

__all__ = [
    "alarming",
    "arriving",
    "camping",
    "closed",
    "codes",
    "guide",
    "keying",
    "listening",
    "messages",
    "outgoing",
    "own_recordings",
    "reaching",
    "referring",
    "ringing_back",
    "switchboard",
    "talking",
]
