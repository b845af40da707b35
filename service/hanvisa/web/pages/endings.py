"""How a call ended, in a word or two: by the outcome that its record has."""

from __future__ import annotations

from collections.abc import Mapping

from hanvisa.web.pages.translating import gettext


def endings() -> Mapping[str | None, str]:
    return {
        None: gettext("talked, or hung up"),
        "referred": gettext("referral heard"),
        "message": gettext("message left"),
        "messages": gettext("messages heard"),
        "ring_back": gettext("wants to be rung back"),
        "operator": gettext("an operator answered"),
        "picked_up": gettext("picked up where it was parked"),
        "callback": gettext("number left in the queue"),
        "rung_back": gettext("rung back"),
        "rung_back_later": gettext("to be rung back later"),
        "not_rung_back": gettext("not reached when rung back"),
        "no_operator": gettext("no operator was there"),
        "closed": gettext("the switchboard was closed"),
        "night_service": gettext("answered on call"),
        "unknown_number": gettext("the number leads nowhere"),
        "outside_failed": gettext("the outside number was not reached"),
        "refused": gettext("not put through, by a rule"),
        "barred": gettext("barred number"),
        "transfer_refused": gettext("a transfer was refused"),
        "code": gettext("code carried out"),
        "code_refused": gettext("code not valid there"),
        "code_wrong": gettext("wrong code"),
        "code_not_stored": gettext("code not stored"),
        "emergency": gettext("emergency call"),
        "put_through_to_emergency": gettext("put through to 112"),
        "recording_wrong": gettext("recording not taken"),
        "recording_not_kept": gettext("recording not kept"),
        "operator_state": gettext("operator opened or closed"),
    }
