"""G1, G2 and O1: who is absent now, whether their phone rings, and what their callers are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanvisa.policy.exceptions import in_windows
from hanvisa.policy.facts import (
    Absence,
    AbsenceReason,
    Mobile,
    Person,
    Recording,
    RecordingKind,
    TimeKind,
    Window,
    aware,
)
from hanvisa.policy.model import Alternative, AlternativeKind, Decision, Effect, Text
from hanvisa.policy.numbers import display
from hanvisa.policy.own_recordings import recorded
from hanvisa.policy.strictest import or_strictest
from hanvisa.policy.swedish_time import LOCAL, WORKDAY_STARTS
from hanvisa.policy.timing import default_until

ABSENT = "absent"
NOT_RUNG = "not_rung"


@dataclass(frozen=True, slots=True)
class AbsenceNow:
    """The absence as callers hear of it: the first one's reason, the end of the last one that adjoins.

    ``until`` None is until cancelled; ``until_is_date`` when the day alone is meant.
    """

    reason: AbsenceReason
    until: datetime | None
    until_is_date: bool
    best_reached: tuple[Window, ...]
    absence: Absence


@dataclass(frozen=True, slots=True)
class ReferralContent:
    """What a referral says. ``spoken_reason`` None is neutral.

    ``why`` is absent, busy, no_answer, unplugged or not_rung. ``recorded_name`` and ``greeting`` are sounds of the
    person's own: the one is heard in place of the name, the other before all else. What is told besides is the same
    with them and without (G1).
    """

    name: str
    why: str
    spoken_reason: Text | None
    until: datetime | None
    until_is_date: bool
    best_reached: tuple[Window, ...]
    direct_number: str | None
    recorded_name: str | None = None
    greeting: str | None = None


def absence_at(absences: Iterable[Absence], at: datetime) -> AbsenceNow | None:
    """The absence at this moment, or None.

    An absence in which the person can't be reached goes before one in which they can, and only those of the same sort
    are taken together: "until" is when the person can be reached again.
    """
    all_ = sorted(absences, key=lambda absence: absence.starts_at)
    unreachable = [absence for absence in all_ if not absence.reason.reachable]
    reachable = [absence for absence in all_ if absence.reason.reachable]
    return _absence_among(unreachable, aware(at)) or _absence_among(reachable, at)


@or_strictest(Effect.REFER, "G1")
def decide_arrival(
    person: Person,
    absences: Iterable[Absence],
    at: datetime,
    best_reached: Sequence[Window] = (),
    *,
    touched: bool = False,
    direct_number: str | None = None,
) -> Decision:
    """Does the phone of the person who is sought ring?

    ``best_reached`` are the windows told to callers; outside them the phone rings all the same (G2). O1 is added for a
    call that an operator has ``touched``: its caller is given ``direct_number`` (E.164), if there is one.
    """
    now = absence_at(absences, at)
    if now and not now.reason.reachable:
        return _refer(
            Text(
                sv=f"{person.name} är frånvarande och hänvisad (G1).",
                en=f"{person.name} is absent, and callers are told so (G1).",
            ),
            touched=touched,
            direct_number=direct_number,
        )
    if now:
        return Decision(
            Effect.ALLOW,
            ("G1",),
            Text(
                sv=f"{person.name} är frånvarande men kan nås ändå, så telefonen ringer.",
                en=f"{person.name} is absent but can be reached all the same, so the phone rings.",
            ),
        )
    if best_reached and not in_windows(best_reached, at):
        return Decision(
            Effect.ALLOW,
            ("G2",),
            Text(
                sv=f"{person.name} träffas säkrast en annan tid, men telefonen ringer ändå (G2).",
                en=f"{person.name} is best reached at another time, but the phone rings all the same (G2).",
            ),
        )
    return Decision(Effect.ALLOW, (), Text(sv=f"{person.name} är på plats.", en=f"{person.name} is there."))


@or_strictest(Effect.REFER, "G1")
def decide_unanswered(
    person: Person,
    why: str,
    *,
    absent: bool = False,
    touched: bool = False,
    direct_number: str | None = None,
) -> Decision:
    """After ringing in vain: the call is referred all the same.

    It counts as an unreferred absence of the person where :func:`is_unreferred` says so. ``why`` is busy, no_answer,
    unplugged or not_rung. ``touched`` and ``direct_number`` as in :func:`decide_arrival`.
    """
    what = why_in_words(why)
    counted = _NOT_COUNTED if absent else _COUNTED
    if why == NOT_RUNG:
        counted = _SAYS_NOTHING
    return _refer(
        Text(
            sv=f"{person.name} {what.sv}: samtalet hänvisas och {counted.sv} (G1).",
            en=f"{person.name} {what.en}: the call is referred, and {counted.en} (G1).",
        ),
        touched=touched,
        direct_number=direct_number,
    )


def why_in_words(why: str) -> Text:
    """Why somebody was not had, said of them: busy, no_answer, unplugged or not_rung."""
    return _UNANSWERED.get(why, _UNANSWERED["no_answer"])


def is_unreferred(why: str, *, absent: bool) -> bool:
    """Whether a call that was referred for this counts as an unreferred absence of the person (G1).

    Not of who is ``absent``, and was rung past their referral or can be reached all the same; and where no phone of
    theirs was rung nobody knows whether they were there.
    """
    return not absent and why not in (ABSENT, NOT_RUNG)


def compose_referral(
    person: Person,
    now: AbsenceNow | None,
    why: str = ABSENT,
    direct_number: str | None = None,
    recordings: Sequence[Recording] = (),
) -> ReferralContent:
    """What the caller is told. A private reason is left out; a protected person has no direct number (O1)."""
    told = now if why == ABSENT else None
    return ReferralContent(
        name=person.name,
        why=str(why),
        spoken_reason=told.reason.spoken if told and not told.reason.private else None,
        until=told.until if told else None,
        until_is_date=told.until_is_date if told else False,
        best_reached=(told.best_reached if told else ()) or person.best_reached,
        direct_number=None if person.protected else direct_number,
        recorded_name=recorded(recordings, RecordingKind.NAME),
        greeting=recorded(recordings, RecordingKind.GREETING, told.absence.id) if told else None,
    )


def is_set_already(
    absences: Iterable[Absence],
    reason: str,
    starts_at: datetime,
    ends_at: datetime | None,
    besides: UUID | None = None,
) -> bool:
    """Whether one absence for the same reason covers all that time. ``besides`` is the one that is being changed."""
    return any(
        other.id != besides
        and other.reason.code == reason
        and other.starts_at <= starts_at
        and (other.ends_at is None or (ends_at is not None and ends_at <= other.ends_at))
        for other in absences
    )


def lasts_by_itself(absences: Iterable[Absence], reason: AbsenceReason, at: datetime) -> bool:
    """Whether one lasts for that reason, with the end that the reason gives (which may be so many minutes away)."""
    return any(
        other.reason.code == reason.code
        and _lasts(other, at)
        and other.ends_at == default_until(reason, other.starts_at)
        for other in absences
    )


def mobile_number_to_tell(person: Person, mobiles: Iterable[Mobile], *, confidential: bool) -> str | None:
    """The mobile number that may be told to the caller (E.164), or None (docs/decisions.md, Who is bound by what)."""
    if person.protected or person.confidential or confidential:
        return None
    return next((mobile.number for mobile in mobiles if not mobile.protected), None)


def _absence_among(absences: Sequence[Absence], at: datetime) -> AbsenceNow | None:
    """``absences`` by their start. Follows those that overlap or adjoin from the first that lasts now."""
    first = next((absence for absence in absences if _lasts(absence, at)), None)
    if first is None:
        return None
    last = first
    for absence in absences:
        if last.ends_at is None:
            break
        if absence.starts_at <= last.ends_at and (absence.ends_at is None or absence.ends_at > last.ends_at):
            last = absence
    return AbsenceNow(
        reason=first.reason,
        until=last.ends_at,
        until_is_date=_is_day_alone(last),
        best_reached=first.best_reached,
        absence=first,
    )


def _is_day_alone(absence: Absence) -> bool:
    """Of a reason that takes a day, the time is told too where the person is not there as that day's work begins."""
    ends_at = absence.ends_at
    return (
        ends_at is not None
        and absence.reason.time_kind is TimeKind.DATE
        and ends_at.astimezone(LOCAL).time() <= WORKDAY_STARTS
    )


def _lasts(absence: Absence, at: datetime) -> bool:
    return absence.starts_at <= at and (absence.ends_at is None or at < absence.ends_at)


def _refer(because: Text, *, touched: bool, direct_number: str | None) -> Decision:
    if not touched:
        return Decision(Effect.REFER, ("G1",), because)
    if direct_number is None:
        return Decision(Effect.REFER, ("G1", "O1"), because)
    spoken = display(direct_number)
    text = Text(sv=f"Direktnumret lämnas ut: {spoken}.", en=f"The direct number is given: {spoken}.")
    given = Alternative(AlternativeKind.GIVE_DIRECT_NUMBER, text, direct_number)
    return Decision(Effect.REFER, ("G1", "O1"), because, (given,))


_COUNTED = Text(sv="räknas som ohänvisad frånvaro", en="counted as an unreferred absence")
_NOT_COUNTED = Text(
    sv="räknas inte, för en frånvaro är registrerad", en="not counted, since an absence is registered"
)
_SAYS_NOTHING = Text(sv="räknas inte, för ingen telefon ringde", en="not counted, since no phone rang")
_UNANSWERED = {
    "busy": Text(sv="är upptagen", en="is busy"),
    "no_answer": Text(sv="svarar inte", en="does not answer"),
    "unplugged": Text(sv="har ingen telefon ansluten", en="has no phone connected"),
    NOT_RUNG: Text(sv="kunde inte ringas upp", en="could not be rung"),
}
