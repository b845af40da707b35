"""Organisations and the persons in them."""

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
from hanvisa.policy.facts import CallingClass, NumberShown
from hanvisa.policy.model import Language, Text


def _check_stand_in(row: Texts) -> Text | None:
    if row.get("stand_in") != row["id"]:
        return None
    return Text(sv="en avdelning kan inte ersätta sig själv.", en="a department can't stand in for itself.")


ORGANISATIONS = Sheet(
    "organisations.csv",
    tables.OrganisationRow,
    of("id"),
    (
        id_("nora"),
        must("name", values.text, "Nora kommun"),
        may("prefix", values.digits, "82"),
        may("area_code", values.area_code, "0980"),
    ),
)


SITES = Sheet(
    "sites.csv",
    tables.SiteRow,
    of("id"),
    (
        id_("nora-radhus"),
        must("name", values.text, "Nora rådhus"),
        ORGANISATION,
        may("address", values.text, "Tingshuset, Nora", default=""),
        may("location_number", values.e164, "0980-319230"),
    ),
)


PERSONS = Sheet(
    "persons.csv",
    tables.PersonRow,
    of("id"),
    (
        id_("p201"),
        must("given_name", values.text, "Anna"),
        must("family_name", values.text, "Sundqvist"),
        Column("department", values.ref("departments"), "hallefors-bygg", required=True),
        may("title", values.text, "byggnadsinspektör", default=""),
        Column("functions", values.words, "bygglov | rivningslov", default=()),
        may("email", values.mail_address, "anna@example.org"),
        may("language", values.one_of(Language), "sv", default="sv"),
        may("protected", values.flag, "no", default=False),
        may("confidential", values.flag, "no", default=False),
        may("may_call", values.one_of(CallingClass), "abroad"),
        may("number_shown", values.one_of(NumberShown), "direct", default="direct"),
        may("best_reached", values.windows, "mon-fri 08:00-09:30", default=()),
        may("schedule", values.windows, "mon-thu 08:00-17:00", default=()),
        may("from_ldap", values.flag, "no", default=False),
    ),
    listed=(Listed("functions", tables.FunctionRow, "person_id", "name", "position"),),
)


OPERATIONS = Sheet(
    "operations.csv",
    tables.OperationRow,
    of("id"),
    (
        id_("nora-teknik"),
        must("name", values.text, "Teknik och miljö"),
        ORGANISATION,
        may("telephone_manager", values.ref("persons"), "p301", "telephone_manager_id"),
        may("head", values.ref("persons"), "p302", "head_id"),
    ),
)


COST_CENTRES = Sheet(
    "cost_centres.csv",
    tables.CostCentreRow,
    of("id"),
    (
        id_("nora-4100"),
        must("code", values.text, "4100"),
        must("name", values.text, "Gator och parker"),
        ORGANISATION,
        may("manager", values.ref("persons"), "p302", "manager_id"),
    ),
)


DEPARTMENTS = Sheet(
    "departments.csv",
    tables.DepartmentRow,
    of("id"),
    (
        id_("nora-gata"),
        must("name", values.text, "Gatukontoret"),
        must("operation", values.ref("operations"), "nora-teknik", "operation_id"),
        may("cost_centre", values.ref("cost_centres"), "nora-4100", "cost_centre_id"),
        may("confidential", values.flag, "no", default=False),
        may("stand_in", values.ref("departments"), "nora-miljo", "stand_in_id"),
        may("may_call", values.one_of(CallingClass), "abroad"),
        may("working_hours", values.windows, "mon-fri 07:00-16:00", default=()),
        RINGING,
    ),
    check=_check_stand_in,
)
