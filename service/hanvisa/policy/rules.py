"""The catalogue of the policy's rules, by their ids. An id never changes."""

from __future__ import annotations

from dataclasses import dataclass

from hanvisa.policy.model import Text


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    text: Text


_RULES = (
    Rule("G1", Text(sv="All frånvaro hänvisas", en="Every absence is referred")),
    Rule("G2", Text(sv="Inga telefontider, ”träffas säkrast”", en="No telephone hours, “best reached”")),
    Rule("G3", Text(sv="Ingen avdelning tom en hel dag", en="No department is empty for a whole day")),
    Rule("G4", Text(sv="Privata samtal undviks", en="Private calls are avoided")),
    Rule("O1", Text(sv="Direktnumret lämnas ut", en="The direct number is given out")),
    Rule(
        "O2",
        Text(
            sv="Koppling till mobil bara i undantagsfall",
            en="Put through to a mobile only in exceptional cases",
        ),
    ),
    Rule(
        "O3", Text(sv="Superanvändaren ger kort information", en="The superuser gives a short introduction")
    ),
    Rule("S1", Text(sv="Lämnade meddelanden besvaras", en="Messages left are answered")),
    Rule("S2", Text(sv="Uppgifterna hålls aktuella", en="Details are kept current")),
    Rule(
        "T1", Text(sv="Telefonansvarig utbildar nyanställda", en="The telephone manager trains new employees")
    ),
    Rule("T2", Text(sv="Förändringar meddelas växeln", en="Changes are told to the switchboard")),
    Rule("F1", Text(sv="Uppföljning hos chef", en="Follow-up rests with the head")),
    Rule("F2", Text(sv="Specificerat utdrag vid misstanke", en="An itemised extract on suspicion")),
    Rule(
        "H1",
        Text(sv="Innehav beslutas av verksamhetsansvarig", en="The head of operation decides on mobiles"),
    ),
    Rule(
        "P1", Text(sv="Privat bara med specificerad faktura", en="Private use only with an itemised invoice")
    ),
    Rule(
        "B1",
        Text(
            sv="Anvisad operatör, registrerat hos växeln",
            en="Appointed carrier, registered with the switchboard",
        ),
    ),
    Rule("M1", Text(sv="Mobilnumret är känt", en="The mobile's number is known")),
    Rule("M2", Text(sv="Mobilsvar med personlig hälsning", en="Voicemail with a personal greeting")),
    Rule("M3", Text(sv="Vidarekoppling till mobil sparsamt", en="Forwarding to a mobile sparingly")),
    Rule("M4", Text(sv="Sekretess aldrig i mobil", en="A confidential call is never held on a mobile")),
    Rule("M5", Text(sv="Korta mobilsamtal", en="Short calls on mobiles")),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _RULES}
