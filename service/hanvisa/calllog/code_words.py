"""Codes on the phone in words: what was done, and what was wrong. The names are those of `policy.codes`."""

from __future__ import annotations

from hanvisa.policy.model import Text

DONE = {
    "SetAbsence": Text(sv="frånvaro anmäld", en="absence set"),
    "EndAbsence": Text(sv="tillbaka", en="back again"),
    "Forward": Text(sv="vidarekopplad", en="forwarded"),
    "StopForwarding": Text(sv="vidarekopplingen avslutad", en="forwarding ended"),
    "TellWhatIsSet": Text(sv="det som är inställt lästes upp", en="what is set was told"),
    "Record": Text(sv="en egen inspelning", en="a recording of one's own"),
    "TakeBack": Text(sv="sekretessamtalet tas tillbaka", en="the confidential call is taken back"),
    "MarkNextCall": Text(sv="nästa samtal får sekretess", en="the next call will be confidential"),
}
FAULTS = {
    "unknown_code": Text(sv="koden finns inte", en="there is no such code"),
    "nobodys_phone": Text(sv="telefonen är ingens", en="the phone is nobody's"),
    "operators_only": Text(sv="bara för telefonister", en="for operators only"),
    "spelling": Text(sv="något saknas eller är för mycket", en="something is missing or too much"),
    "no_reason": Text(sv="orsaken finns inte", en="there is no such reason"),
    "no_person": Text(sv="ingen har anknytningen", en="nobody has the extension"),
    "set_already": Text(sv="redan anmält", en="set already"),
    "not_absent": Text(sv="ingen frånvaro nu", en="no absence now"),
    "only_in_call": Text(sv="bara under ett samtal", en="during a call only"),
    "nobody_parked": Text(sv="ingen är parkerad där", en="nobody is parked there"),
    "mobile_on_line": Text(
        sv="en mobil och någon annan i samma telefon", en="a mobile and somebody else on one phone"
    ),
    "no_call": Text(sv="inget samtal att ta tillbaka", en="no call to take back"),
    "nothing_to_end": Text(sv="inget sådant var inställt", en="nothing of the kind was set"),
    "no_time": Text(sv="orsaken tar ingen tid", en="the reason takes no time"),
    "not_a_time": Text(sv="inget klockslag", en="no time of day"),
    "past": Text(sv="klockslaget har varit", en="the time is past"),
    "not_a_day": Text(sv="ingen kommande dag", en="no day to come"),
    "over": Text(sv="redan över", en="over already"),
    "private": Text(sv="inte till ett privat samtal", en="not to a private call"),
    "no_target": Text(sv="dit går det inte att vidarekoppla", en="no forwarding to that number"),
    "to_itself": Text(sv="till sig själv", en="to itself"),
    "confidential_line": Text(sv="sekretesslinje", en="a confidential line"),
    "too_long": Text(sv="för länge", en="for too long"),
    "used_up": Text(sv="månadens dagar räcker inte", en="the month's days are not enough"),
}
