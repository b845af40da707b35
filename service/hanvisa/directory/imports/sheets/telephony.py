"""Phones, numbers, groups and switchboards."""

from __future__ import annotations

from hanvisa.directory import tables
from hanvisa.directory.imports import values
from hanvisa.directory.imports.sheets.base import (
    ORGANISATION,
    RINGING,
    Column,
    Listed,
    Sheet,
    Texts,
    id_,
    may,
    must,
    of,
)
from hanvisa.policy.facts import OperatorState, TargetKind
from hanvisa.policy.model import Text

_TARGETS = {
    TargetKind.PERSON: "persons",
    TargetKind.DEPARTMENT: "departments",
    TargetKind.GROUP: "groups",
    TargetKind.SWITCHBOARD: "switchboards",
}


_EITHER = Text(
    sv="en medlem är antingen en person eller ett nummer.", en="a member is either a person or a number."
)


def _check_member(row: Texts) -> Text | None:
    one = bool(row.get("person")) != bool(row.get("number"))
    return None if one else _EITHER


PHONES = Sheet(
    "phones.csv",
    tables.PhoneRow,
    of("account"),
    (
        must("account", values.account, "nora-301"),
        ORGANISATION,
        may("owner", values.ref("persons"), "p301", "owner_id"),
        may("site", values.ref("sites"), "nora-radhus", "site_id"),
    ),
)


GROUPS = Sheet(
    "groups.csv",
    tables.GroupRow,
    of("id"),
    (id_("nora-jour"), must("name", values.text, "Teknisk jour"), ORGANISATION, RINGING),
)


GROUP_MEMBERS = Sheet(
    "group_members.csv",
    tables.GroupMemberRow,
    of("group", "person", "number"),
    (
        must("group", values.ref("groups"), "nora-jour", "group_id"),
        may("position", values.whole, "1", default=1),
        may("person", values.ref("persons"), "p301", "person_id"),
        may("number", values.e164, "070-174 06 12"),
    ),
    check=_check_member,
    ended_by=None,
)


SWITCHBOARDS = Sheet(
    "switchboards.csv",
    tables.SwitchboardRow,
    of("id"),
    (
        id_("nora"),
        must("name", values.text, "Nora kommuns växel"),
        ORGANISATION,
        must("greeting_sv", values.text, "Välkommen till Nora kommun."),
        must("greeting_en", values.text, "Welcome to the municipality of Nora."),
        may("hours", values.windows, "mon-fri 08:00-16:30", default=()),
        may("closed_sv", values.text, "Växeln öppnar på måndag.", default=""),
        may("closed_en", values.text, "The switchboard opens on Monday.", default=""),
        may("night_group", values.ref("groups"), "nora-jour", "night_group_id"),
    ),
)


OPERATORS = Sheet(
    "operators.csv",
    tables.OperatorRow,
    of("person"),
    (
        must("person", values.ref("persons"), "p290", "person_id"),
        must("phone", values.ref("phones"), "hallefors-290", "phone_id"),
        Column("switchboards", values.refs("switchboards"), "hallefors | nora", required=True),
        Column("state", values.one_of(OperatorState), "open", "state", default="closed", at_first=True),
    ),
    listed=(Listed("switchboards", tables.OperatorSwitchboardRow, "operator_id", "switchboard_id"),),
    at_first=lambda now: {"since": now},
    one_ever=True,
)


EXTENSIONS = Sheet(
    "extensions.csv",
    tables.ExtensionRow,
    of("organisation", "number"),
    (
        must("number", values.extension, "301"),
        ORGANISATION,
        must("kind", values.one_of(TargetKind), "person"),
        must("target", values.ref_of_kind(_TARGETS, "kind"), "p301", "target_id"),
        may("confidential", values.flag, "no", default=False),
    ),
)


NUMBERS = Sheet(
    "numbers.csv",
    tables.NumberRow,
    of("number"),
    (
        must("number", values.e164, "0980-31 92 31"),
        must("kind", values.one_of(TargetKind), "person"),
        must("target", values.ref_of_kind(_TARGETS, "kind"), "p301", "target_id"),
        may("confidential", values.flag, "no", default=False),
    ),
)


CARRIERS = Sheet(
    "carriers.csv",
    tables.CarrierRow,
    of("name"),
    (
        must("name", values.text, "Upphandlad operatör"),
        may("appointed", values.flag, "no", default=False),
    ),
)


MOBILES = Sheet(
    "mobiles.csv",
    tables.MobileRow,
    of("number"),
    (
        must("number", values.e164, "070-174 06 12"),
        must("person", values.ref("persons"), "p301", "person_id"),
        must("carrier", values.text, "Upphandlad operatör"),
        must("grounds", values.text, "Arbetar på fältet"),
        must("decided_by", values.text, "Maria Ek, verksamhetschef"),
        must("decided_at", values.moment, "2025-03-01T09:00"),
        may("itemised_invoice", values.flag, "no", default=False),
        may("private_use", values.flag, "no", default=False),
        may("protected", values.flag, "no", default=False),
        may("greeting_checked_at", values.moment, "2026-01-15T10:00"),
    ),
)
