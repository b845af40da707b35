"""Public fakes of the edges of a call: for tests, and for faults that must be produced."""

from hanvisa.testing.clock import FakeClock
from hanvisa.testing.control import FakeCallControl
from hanvisa.testing.directory import MemoryCallbacks, MemoryChanges, MemoryDirectory
from hanvisa.testing.edges import FakeVoice, MemoryLog, MemoryOpenCalls, MemoryTexts
from hanvisa.testing.recordings import MemoryEvidence, MemoryMessages, MemorySounds, MemorySpool

__all__ = [
    "FakeCallControl",
    "FakeClock",
    "FakeVoice",
    "MemoryCallbacks",
    "MemoryChanges",
    "MemoryDirectory",
    "MemoryEvidence",
    "MemoryLog",
    "MemoryMessages",
    "MemoryOpenCalls",
    "MemorySounds",
    "MemorySpool",
    "MemoryTexts",
]
