"""F2: an itemised extract of one person's traffic on suspicion of misuse. One asks, another approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from hanvisa.policy.counting import days
from hanvisa.policy.facts import aware
from hanvisa.policy.model import Decision, Effect, Text
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.swedish_time import LOCAL


class ExtractState(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Account:
    """A user, and the person they are, None for one who is nobody's."""

    user_id: UUID
    person_id: UUID | None

    def is_same(self, other: Account) -> bool:
        """The same human, also with another account."""
        return self.user_id == other.user_id or (
            self.person_id is not None and self.person_id == other.person_id
        )


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """``by`` asks for the calls of ``person_id`` from ``starts_at`` to ``ends_at``."""

    by: Account
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    now: datetime
    longest: timedelta = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class ExtractFacts:
    """What ``by`` wants to do with an extract of ``person_id``'s calls that ``requester`` asked for.

    ``expires_at`` is when its content is deleted, ``told`` whether the person has been told of it.
    """

    by: Account
    person_id: UUID
    requester: Account
    now: datetime
    state: ExtractState = ExtractState.REQUESTED
    approver: Account | None = None
    expires_at: datetime | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class OwedNotice:
    """A person who is to be told of an extract on them, at their mail address."""

    extract_id: UUID
    address: str
    name: str
    requester: str
    approver: str
    starts_at: datetime
    ends_at: datetime


@or_strictest(Effect.REFUSE, "F2")
def decide_request(facts: RequestFacts) -> Decision:
    """May the extract be asked for? By somebody who is known by name, for a past and limited time."""
    if facts.by.person_id is None:
        return _refuse(_NOBODY)
    if facts.by.person_id == facts.person_id:
        return _refuse(_OWN)
    if facts.ends_at <= facts.starts_at or facts.ends_at > aware(facts.now):
        return _refuse(_NOT_PAST)
    if facts.ends_at > facts.starts_at.astimezone(LOCAL) + facts.longest:
        longest = days(facts.longest.days)
        return _refuse(
            Text(
                sv=f"Ett utdrag får omfatta högst {longest.sv} (F2). Ange en kortare tid.",
                en=f"An extract may cover {longest.en} at most (F2). Give a shorter time.",
            )
        )
    return Decision(Effect.ALLOW, ("F2",), _TO_BE_APPROVED)


@or_strictest(Effect.REFUSE, "F2")
def decide_approval(facts: ExtractFacts) -> Decision:
    """May ``by`` approve or refuse it? Another than who asked, and never the person concerned."""
    if facts.by.person_id is None:
        return _refuse(_NOBODY)
    if facts.by.person_id == facts.person_id:
        return _refuse(_CONCERNED)
    if facts.by.is_same(facts.requester):
        return _refuse(_SAME)
    if facts.state is not ExtractState.REQUESTED:
        return _refuse(_DECIDED)
    return Decision(Effect.ALLOW, ("F2",), _BY_TWO)


@or_strictest(Effect.REFUSE, "F2")
def decide_opening(facts: ExtractFacts) -> Decision:
    """May ``by`` see the calls? Who asked and who approved, while the content is kept."""
    if facts.by.person_id == facts.person_id:
        return _refuse(_CONCERNED)
    concerned = (facts.requester, facts.approver)
    if not any(one is not None and facts.by.is_same(one) for one in concerned):
        return _refuse(_OTHERS)
    if facts.state is not ExtractState.APPROVED:
        return _refuse(_NOT_APPROVED)
    if facts.expires_at is None or aware(facts.now) >= facts.expires_at:
        return _refuse(_GONE)
    return Decision(Effect.ALLOW, ("F2",), _BY_TWO)


def may_know(facts: ExtractFacts) -> bool:
    """May ``by`` know of the extract at all? The person concerned first when they have been told."""
    return facts.told or facts.by.person_id != facts.person_id


def _refuse(because: Text) -> Decision:
    return Decision(Effect.REFUSE, ("F2",), because)


_NOBODY = Text(
    sv="Ditt konto hör inte till någon person i registret. Utdrag begärs och godkänns av namngivna personer (F2).",
    en="Your account is no person's of the register. Extracts are asked for and approved by named persons (F2).",
)
_OWN = Text(
    sv="Ett utdrag begärs om någon annan än en själv (F2). Egna samtal finns i samtalslistan.",
    en="An extract is asked for on somebody else (F2). One's own calls stand in the list of calls.",
)
_NOT_PAST = Text(
    sv="Tiden ska sluta efter att den börjar, och ha varit (F2). Ange en tid som har varit.",
    en="The time must end after it begins, and be past (F2). Give a time that is past.",
)
_TO_BE_APPROVED = Text(
    sv="Begäran ska godkännas av någon annan (F2).", en="Somebody else is to approve it (F2)."
)
_CONCERNED = Text(
    sv="Utdraget gäller dig själv (F2). Låt någon annan avgöra.",
    en="The extract is on yourself (F2). Let somebody else decide.",
)
_SAME = Text(
    sv="Du har själv begärt utdraget. Det godkänns av någon annan (F2).",
    en="You have asked for the extract yourself. Somebody else approves it (F2).",
)
_DECIDED = Text(sv="Begäran är redan avgjord (F2).", en="The request is decided already (F2).")
_BY_TWO = Text(sv="En har begärt, en annan godkänner (F2).", en="One has asked, another approves (F2).")
_OTHERS = Text(
    sv="Utdraget läses bara av den som begärde det och den som godkände det (F2).",
    en="An extract is read only by who asked for it and who approved it (F2).",
)
_NOT_APPROVED = Text(sv="Utdraget är inte godkänt (F2).", en="The extract is not approved (F2).")
_GONE = Text(
    sv="Utdragets innehåll är raderat efter sin tid (F2). Begär ett nytt om det behövs.",
    en="The extract's content is deleted after its time (F2). Ask for a new one if it is needed.",
)
