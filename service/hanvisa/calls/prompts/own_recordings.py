"""What people record of themselves by phone."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.facts import RecordingKind
from hanvisa.policy.own_recordings import RecordingFault


@dataclass(frozen=True, slots=True)
class SayYourOwn:
    """What to say after the tone; hash ends it."""

    kind: RecordingKind


@dataclass(frozen=True, slots=True)
class ReviewYourOwn:
    """One keeps it, two plays it again, three records it anew."""


@dataclass(frozen=True, slots=True)
class YourOwnKept:
    """From now on callers hear it."""

    kind: RecordingKind


@dataclass(frozen=True, slots=True)
class YourOwnNotKept:
    """Callers hear what they heard before."""


@dataclass(frozen=True, slots=True)
class YourOwnWrong:
    """Why it is not taken."""

    fault: RecordingFault
