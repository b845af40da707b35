"""The gate that every joining of a caller to somebody passes: M4 first, then O2 with its exceptions, then M3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from hanvisa.policy.exceptions import exception_for
from hanvisa.policy.facts import Person, PolicyException
from hanvisa.policy.model import Alternative, AlternativeKind, Decision, Effect, Text
from hanvisa.policy.numbers import NumberKind, Reading, display
from hanvisa.policy.strictest import TAKE_MESSAGE, or_strictest
from hanvisa.policy.swedish_time import LOCAL


class Via(StrEnum):
    """By which way the caller would be joined. All are judged alike but those of `_LED_ON`, which meet M3 too."""

    DIRECT = "direct"
    FORWARDING = "forwarding"
    REDIRECT = "redirect"  # a phone's 302
    GROUP = "group"
    REPLACES = "replaces"  # an INVITE with Replaces, decided when it has happened
    RANG_IN = "rang_in"  # a registered mobile that rang in is the far party
    SUBSTITUTE = "substitute"
    PICK_UP = "pick_up"  # a parked caller, by a code on a phone of ours
    NIGHT = "night"  # a closed switchboard's on-call list: it puts through as an operator does, so O2 holds


@dataclass(frozen=True, slots=True)
class JoinFacts:
    """What is known of one step that would join a caller to ``number``.

    ``touched`` is true from the moment an operator touched the call; ``touched_by`` is the last one who did.
    ``confidential`` is the call's own mark or that of the caller's line, ``target_confidential`` that of the line,
    person or department that was sought, where it is not ``number``'s own. ``person`` is whose number it is: a mobile's
    holder, or who forwards to it. ``mobile_protected``: the mobile, or its holder, is. ``direct_number`` (E.164) is
    that which may be given (O1). ``exceptions`` may be all there are: those that don't count are sorted out here.
    ``calls`` are the ids of the calls in which the caller is, by which those are found that were made on the spot.
    ``forwarding_allowed``: M3 has let the phone be forwarded to ``number``, and that holds.
    ``sought``: somebody would be put through to ``number``. Else it is that of who would be sent on, or of another whom
    the other party has on the line: nobody is given their numbers instead.
    """

    at: datetime
    number: Reading
    touched: bool = False
    touched_by: UUID | None = None
    confidential: bool = False
    target_confidential: bool = False
    via: Via = Via.DIRECT
    person: Person | None = None
    exceptions: tuple[PolicyException, ...] = ()
    direct_number: str | None = None
    mobile_protected: bool = False
    forwarding_allowed: bool = True
    sought: bool = True
    calls: frozenset[str] = frozenset()

    @property
    def any_confidential(self) -> bool:
        """Whether the call, or what it would reach, is confidential in any way (M4)."""
        of_person = self.person is not None and self.person.confidential
        return self.confidential or self.target_confidential or self.number.confidential or of_person


def lacks_forwarding(kept: Mapping[str, Any], rules: Sequence[str]) -> bool:
    """Whether the default alone stands for ``forwarding_allowed`` in `JoinFacts` that were kept (as JSON has them).

    So it is where no rule let a redirect through to what may be a mobile: M3 was not asked of those at first.
    """
    match kept:
        case {"via": Via.REDIRECT, "number": {"kind": kind}} if not rules:
            return any(kind == one for one in NumberKind if one.may_be_mobile)
    return False


@or_strictest(Effect.REFUSE, "O2")
def decide_join(facts: JoinFacts) -> Decision:
    """May this step join the caller to this number?

    What can be no mobile is let through with no rule named. A decision with an ``exception`` stands only when one use
    of it has been reserved.
    """
    if not facts.number.kind.may_be_mobile:
        return NO_MOBILE
    if facts.any_confidential:
        return _refuse(facts, ("M4",), _CONFIDENTIAL)
    if not facts.touched and facts.via is not Via.NIGHT:
        return _decide_untouched(facts)
    exception = _exception(facts)
    if exception is None:
        rules = ("O2", "M3") if facts.via in _LED_ON else ("O2",)
        return _refuse(facts, rules, _because_without_exception(facts))
    if facts.via in _LED_ON and not facts.forwarding_allowed:
        return _refuse(facts, ("M3",), _LED_ON[facts.via])
    return Decision(Effect.ALLOW, ("O2",), _because_of(exception), exception=exception.id)


def decide_any(several: Iterable[JoinFacts]) -> tuple[JoinFacts, Decision]:
    """Of several that would be rung, one that may be is enough: the first such, else the first that is refused.

    With its decision. The others are judged when they are rung.
    """
    decided = [(facts, decide_join(facts)) for facts in several]
    return next((one for one in decided if one[1].allowed), decided[0])


@or_strictest(Effect.REFUSE, "O2")
def decide_consult(
    facts: JoinFacts, setting: Literal["refuse", "allow"], *, mobile_on_line: bool = False
) -> Decision:
    """May an operator who has a caller (talking, held, parked) ring ``number`` meanwhile?

    A conference inside the phone can't be seen, so a mobile is refused without an exception, whose use is reserved
    already here; the joining of the same two is not to take another. So is somebody else, where it is the mobile that
    they have (``mobile_on_line``).
    """
    if not facts.number.kind.may_be_mobile:
        return NO_MOBILE
    if facts.any_confidential:
        return _refuse(facts, ("M4",), _CONFIDENTIAL)
    if exception := _exception(facts):
        return Decision(Effect.ALLOW, ("O2",), _because_of(exception), exception=exception.id)
    if setting == "allow":
        return Decision(Effect.ALLOW, ("O2",), _CONSULT_BY_SETTING)
    if mobile_on_line:
        return Decision(Effect.REFUSE, ("O2",), _MOBILE_ON_LINE, (TAKE_MESSAGE,))
    return _refuse(facts, ("O2",), _CONSULT_REFUSED)


def mobile_that_may_be_told(facts: JoinFacts) -> str | None:
    """The mobile number of ``facts`` if it may be told: nobody protected, nothing confidential (docs/decisions.md)."""
    protected = facts.mobile_protected or (facts.person is not None and facts.person.protected)
    is_mobile = facts.number.kind is NumberKind.MOBILE
    return facts.number.number if is_mobile and not protected and not facts.any_confidential else None


def _decide_untouched(facts: JoinFacts) -> Decision:
    """No operator touched the call: of a mobile only M3 has something to say."""
    if facts.via not in _LED_ON:
        return Decision(Effect.ALLOW, (), _UNTOUCHED)
    if facts.forwarding_allowed:
        return Decision(Effect.ALLOW, ("M3",), _FORWARDED)
    return _refuse(facts, ("M3",), _LED_ON[facts.via])


def _exception(facts: JoinFacts) -> PolicyException | None:
    return exception_for(
        facts.exceptions,
        facts.at,
        operator_id=facts.touched_by,
        person=facts.person,
        number=facts.number.number,
        calls=facts.calls,
    )


def _refuse(facts: JoinFacts, rules: tuple[str, ...], because: Text) -> Decision:
    return Decision(Effect.REFUSE, rules, because, _alternatives(facts))


def _alternatives(facts: JoinFacts) -> tuple[Alternative, ...]:
    if not facts.sought:
        return (TAKE_MESSAGE,)
    alternatives = []
    if mobile := mobile_that_may_be_told(facts):
        spoken = display(mobile)
        text = Text(sv=f"Tala om mobilnumret: {spoken}.", en=f"Tell the mobile number: {spoken}.")
        alternatives.append(Alternative(AlternativeKind.TELL_MOBILE_NUMBER, text, mobile))
    if facts.direct_number:
        spoken = display(facts.direct_number)
        text = Text(sv=f"Lämna ut direktnumret: {spoken}.", en=f"Give the direct number: {spoken}.")
        alternatives.append(Alternative(AlternativeKind.GIVE_DIRECT_NUMBER, text, facts.direct_number))
    return (*alternatives, TAKE_MESSAGE)


def _because_without_exception(facts: JoinFacts) -> Text:
    if facts.number.kind is NumberKind.UNKNOWN:
        return Text(
            sv="Numret går inte att tyda och räknas som mobil, dit koppling inte är tillåten utan undantag (O2).",
            en="The number can't be read and counts as a mobile, which is not allowed without an exception (O2).",
        )
    way = _WAYS.get(facts.via, Text(sv="", en=""))
    return Text(
        sv=f"Koppling till mobil är inte tillåten utan undantag (O2).{way.sv}",
        en=f"Putting through to a mobile is not allowed without an exception (O2).{way.en}",
    )


def _because_of(exception: PolicyException) -> Text:
    until = f"{exception.ends_at.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    return Text(
        sv=f"Tillåtet genom undantag från O2: {exception.reason} (beviljat av {exception.granted_by}, till {until}).",
        en=f"Allowed by an exception to O2: {exception.reason} (granted by {exception.granted_by}, until {until}).",
    )


_WAYS = {
    Via.FORWARDING: Text(
        sv=" Telefonen är vidarekopplad till en mobil, och ett kopplat samtal följer inte med (M3).",
        en=" The phone is forwarded to a mobile, and a call put through does not follow it (M3).",
    ),
    Via.REDIRECT: Text(
        sv=" Telefonen hänvisade vidare till en mobil, och ett kopplat samtal följer inte med (M3).",
        en=" The phone redirected to a mobile, and a call put through does not follow it (M3).",
    ),
    Via.GROUP: Text(sv=" Gruppen har en mobil som medlem.", en=" The group has a mobile as a member."),
    Via.REPLACES: Text(
        sv=" En mobil tog över samtalet och har kopplats bort.",
        en=" A mobile took over the call and was taken off it.",
    ),
    Via.RANG_IN: Text(
        sv=" Den som ringer in gör det från en tjänstemobil.",
        en=" The person calling in is on a registered mobile.",
    ),
    Via.NIGHT: Text(
        sv=" Växeln är stängd, och jouren nås på en mobil.",
        en=" The switchboard is closed, and whoever is on call is reached on a mobile.",
    ),
    Via.SUBSTITUTE: Text(sv=" Ersättaren nås på en mobil.", en=" The substitute is reached on a mobile."),
}
NO_MOBILE = Decision(
    Effect.ALLOW,
    (),
    Text(sv="Numret leder inte till en mobil.", en="The number does not lead to a mobile."),
)
_UNTOUCHED = Text(
    sv="Ingen telefonist har hanterat samtalet, så O2 gäller inte.",
    en="No operator has touched the call, so O2 does not apply.",
)
_CONFIDENTIAL = Text(
    sv="Ett sekretessamtal får aldrig nå en mobil, inte ens med undantag (M4).",
    en="A confidential call never reaches a mobile, not even with an exception (M4).",
)
_FORWARDED = Text(
    sv="Telefonen är vidarekopplad till en mobil inom det som är tillåtet (M3).",
    en="The phone is forwarded to a mobile within what is allowed (M3).",
)
# A phone's own setting has no end and no allowance, and is seen nowhere: it is followed where a forwarding is set too.
_LED_ON = {
    Via.FORWARDING: Text(
        sv="Vidarekopplingen till mobil är inte tillåten eller har gått ut (M3).",
        en="The forwarding to a mobile is not allowed or is over (M3).",
    ),
    Via.REDIRECT: Text(
        sv="Telefonen hänvisade själv vidare till en mobil, vilket bara följs medan en vidarekoppling dit gäller (M3). "
        "Ställ in den med kod eller på Min sida.",
        en="The phone itself redirected to a mobile, which is followed only while a forwarding there holds (M3). "
        "Set one by code or on My page.",
    ),
}
_CONSULT_REFUSED = Text(
    sv="Medan du har någon på tråden kan du inte ringa en mobil utan undantag (O2).",
    en="While you have a caller on the line you can't call a mobile without an exception (O2).",
)
_MOBILE_ON_LINE = Text(
    sv="Medan du har en mobil på tråden kan du inte ringa någon annan utan undantag (O2). Avsluta det samtalet först.",
    en="While you have a mobile on the line you can't call anybody else without an exception (O2). "
    "End that call first.",
)
_CONSULT_BY_SETTING = Text(
    sv="Inställningen låter telefonister rådfråga mobiler under ett samtal (O2); samtalet märks i loggen.",
    en="The setting lets operators consult mobiles during a call (O2); the call is marked in the log.",
)
