"""What fields, kinds and tables are called on the pages of the administration."""

from __future__ import annotations

from hanvisa.policy.model import Language
from hanvisa.web.pages.translating import gettext, language
from hanvisa.web.roles import NAMES, Role


def label(name: str) -> str:
    """What a field is called."""
    return _fields()[name]


def hint(name: str) -> str:
    """What is to be known where it is filled in; "" for what says itself."""
    return _hints().get(name, "")


def choice(field: str, value: str) -> str:
    """One of the values that a field may have."""
    if field == "role":
        return NAMES[Role(value)].in_(language.get())
    return _choices()[field, value]


def table(name: str) -> str:
    """What is kept in a table, as the audit trail names it."""
    return tables().get(name, name)


def _fields() -> dict[str, str]:
    return {
        "absence": gettext("Absence"),
        "account": gettext("SIP account"),
        "action": gettext("What it does"),
        "address": gettext("Address"),
        "appointed": gettext("Appointed by IT (B1)"),
        "area_code": gettext("Area code"),
        "best_reached": gettext("Best reached"),
        "cannot_wait": gettext("Cannot wait: always saved, and alarms"),
        "carrier": gettext("Carrier"),
        "closed": gettext("Said when it is closed"),
        "code": gettext("Code"),
        "confidential": gettext("Confidential: never to a mobile (M4)"),
        "cost_centre": gettext("Cost centre"),
        "decided_at": gettext("Decided on"),
        "decided_by": gettext("Decided by"),
        "default_until": gettext("How long where nobody says"),
        "department": gettext("Department"),
        "direct_number": gettext("Direct number"),
        "email": gettext("E-mail"),
        "end": gettext("End"),
        "ended": gettext("Those of the past too"),
        "ended_at": gettext("Ended"),
        "ends_at": gettext("Until"),
        "extension": gettext("Extension"),
        "external_id": gettext("Key in imports"),
        "family_name": gettext("Family name"),
        "functions": gettext("What they are asked for"),
        "given_name": gettext("Given name"),
        "greeting": gettext("Greeting"),
        "greeting_checked_at": gettext("Greeting checked"),
        "grounds": gettext("Grounds"),
        "head": gettext("Head"),
        "hours": gettext("Hours"),
        "itemised_invoice": gettext("Itemised invoice ordered"),
        "kind": gettext("Kind"),
        "language": gettext("Language"),
        "location_number": gettext("Number that 112 sees"),
        "main_numbers": gettext("Main numbers"),
        "manager": gettext("Manager"),
        "max_uses": gettext("Uses at most"),
        "may_call": gettext("May call"),
        "members": gettext("Members"),
        "name": gettext("Name"),
        "night_group": gettext("On call when it is closed"),
        "number": gettext("Number"),
        "number_shown": gettext("Number shown outside"),
        "operation": gettext("Operation"),
        "operators": gettext("Operators"),
        "organisation": gettext("Organisation"),
        "owner": gettext("Owner"),
        "password": gettext("Password"),
        "person": gettext("Person"),
        "phone": gettext("Phone"),
        "prefix": gettext("Prefix"),
        "private": gettext("Private: spoken and shown neutrally"),
        "private_use": gettext("Used privately too (P1)"),
        "protected": gettext("Protected: no number is told"),
        "q": gettext("Search"),
        "reachable": gettext("Can be reached all the same"),
        "reason": gettext("Reason"),
        "recorded_at": gettext("Recorded"),
        "ringing": gettext("How it rings"),
        "roles": gettext("Roles"),
        "schedule": gettext("Works"),
        "site": gettext("Site"),
        "spoken": gettext("Spoken after the name"),
        "stale": gettext("Only those to confirm their details"),
        "stand_in_department": gettext("Stands in when it is empty"),
        "starts_at": gettext("From"),
        "starts_on": gettext("From the day"),
        "state": gettext("State"),
        "switchboards": gettext("Switchboards"),
        "target": gettext("Leads to"),
        "telephone_manager": gettext("Telephone manager"),
        "time_kind": gettext("Ends with"),
        "title": gettext("Title"),
        "weekly": gettext("Times of the week"),
        "working_hours": gettext("Working hours"),
    }


def tables() -> dict[str, str]:
    """Those by which the audit trail is searched."""
    return {
        "organisations": gettext("organisation"),
        "operations": gettext("operation"),
        "cost_centres": gettext("cost centre"),
        "departments": gettext("department"),
        "sites": gettext("site"),
        "persons": gettext("person"),
        "memberships": gettext("membership"),
        "functions": gettext("what somebody is asked for"),
        "phones": gettext("phone"),
        "extensions": gettext("extension"),
        "numbers": gettext("number"),
        "mobiles": gettext("mobile"),
        "groups": gettext("group"),
        "group_members": gettext("member of a group"),
        "switchboards": gettext("switchboard"),
        "operators": gettext("operator"),
        "operator_switchboards": gettext("switchboard of an operator"),
        "codes": gettext("code"),
        "carriers": gettext("carrier"),
        "users": gettext("user"),
        "role_assignments": gettext("role"),
        "absence_reasons": gettext("reason of absence"),
        "absences": gettext("absence"),
        "calendars": gettext("calendar"),
        "exceptions": gettext("exception"),
        "extracts": gettext("extract"),
        "flags": gettext("flag"),
        "forwardings": gettext("forwarding"),
        "messages": gettext("message"),
        "notices": gettext("notice"),
        "recordings": gettext("recording"),
        "requests": gettext("request"),
        "sessions": gettext("session"),
        "settings": gettext("setting"),
        "tokens": gettext("token"),
        "trainings": gettext("training"),
    }


def _hints() -> dict[str, str]:
    weekly = gettext("One a line, such as Mon-Fri 08:00-16:30.")
    return {
        "account": gettext("Small letters, digits, and - between them."),
        "best_reached": f"{weekly} " + gettext("It is told, and closes nothing (G2)."),
        "closed": gettext("Nothing: when it opens."),
        "code": gettext("As it is keyed, such as *23."),
        "default_until": gettext("Minutes (30m) or next_working_day; nothing: as it ends."),
        "functions": gettext("One a line."),
        "hours": f"{weekly} " + gettext("Nothing: always open."),
        "location_number": gettext("It tells 112 where its callers are."),
        "members": gettext("They ring in this order."),
        "night_group": gettext(
            "They ring in turn. A mobile is passed over while its holder is away: let whoever has the duty hold it."
        ),
        "number": gettext("In any usual spelling."),
        "owner": gettext("Nobody: a shared desk."),
        "prefix": gettext("Dialled by the others before an extension of this organisation."),
        "schedule": f"{weekly} " + gettext("Nothing: the usual hours."),
        "starts_on": gettext("The day on which they begin, or move; nothing: today."),
        "weekly": f"{weekly} " + gettext("Nothing: always."),
        "working_hours": f"{weekly} " + gettext("Nothing: the usual."),
    }


def _choices() -> dict[tuple[str, str], str]:
    who = {
        "person": gettext("Person"),
        "department": gettext("Department"),
        "group": gettext("Group"),
        "switchboard": gettext("Switchboard"),
        "organisation": gettext("Organisation"),
        "number": gettext("Mobile number"),
        "everyone": gettext("Everyone"),
    }
    return {
        **{("kind", value): name for value, name in who.items()},
        ("kind", "name"): gettext("Name"),
        ("kind", "greeting"): gettext("Greeting for an absence"),
        ("kind", "always"): gettext("always"),
        ("kind", "busy"): gettext("when busy"),
        ("kind", "no_answer"): gettext("when nobody answers"),
        ("ringing", "together"): gettext("All at once"),
        ("ringing", "in_turn"): gettext("One after the other"),
        ("may_call", "inside"): gettext("Inside only"),
        ("may_call", "national"): gettext("Within Sweden"),
        ("may_call", "abroad"): gettext("Abroad too"),
        ("may_call", "premium"): gettext("Premium numbers too"),
        ("number_shown", "direct"): gettext("Their direct number"),
        ("number_shown", "main"): gettext("The main number"),
        ("language", Language.SV.value): gettext("Swedish"),
        ("language", Language.EN.value): gettext("English"),
        ("time_kind", "time"): gettext("A time of day"),
        ("time_kind", "date"): gettext("A date"),
        ("time_kind", "none"): gettext("Until cancelled"),
        ("state", "open"): gettext("Open"),
        ("state", "paused"): gettext("Paused"),
        ("state", "closed"): gettext("Closed"),
        ("state", "wrapping_up"): gettext("Wrapping up"),
        **{("action", value): name for value, name in _codes().items()},
    }


def _codes() -> dict[str, str]:
    return {
        "set_absence": gettext("Set one's absence"),
        "end_absence": gettext("End one's absence"),
        "set_absence_for": gettext("Set somebody's absence (operators)"),
        "end_absence_for": gettext("End somebody's absence (operators)"),
        "forward": gettext("Forward"),
        "forward_when_busy": gettext("Forward when busy"),
        "forward_when_no_answer": gettext("Forward when nobody answers"),
        "stop_forwarding": gettext("Stop forwarding"),
        "stop_forwarding_when_busy": gettext("Stop forwarding when busy"),
        "stop_forwarding_when_no_answer": gettext("Stop forwarding when nobody answers"),
        "tell_what_is_set": gettext("Tell what is set"),
        "open_or_close": gettext("Open or close (operators)"),
        "pause": gettext("Pause (operators)"),
        "confidential": gettext("Make the call confidential"),
        "take_back": gettext("Take back a confidential call (operators)"),
        "listen_to_messages": gettext("Listen to messages"),
        "threat": gettext("Mark a threatening call"),
        "guide": gettext("The guide (superusers)"),
        "record_name": gettext("Record one's name"),
        "record_greeting": gettext("Record a greeting for the absence now"),
        "park": gettext("Park a call"),
        "pick_up": gettext("Pick up a parked call"),
    }
