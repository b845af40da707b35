"""Users and their roles: two tables from one file."""

from __future__ import annotations

from enum import StrEnum

from hanvisa.directory import tables
from hanvisa.directory.imports import values
from hanvisa.directory.imports.sheets.base import Sheet, Texts, may, must, of
from hanvisa.policy.model import Text


class Role(StrEnum):
    ADMIN = "admin"
    TELEPHONE_MANAGER = "telephone_manager"
    HEAD = "head"
    OPERATOR = "operator"
    SUPERUSER = "superuser"
    PERSON = "person"


class ScopeOfRole(StrEnum):
    OPERATION = "operation"
    COST_CENTRE = "cost_centre"


_SCOPES = {ScopeOfRole.OPERATION: "operations", ScopeOfRole.COST_CENTRE: "cost_centres"}


def _check_scope(row: Texts) -> Text | None:
    scoped = row["role"] in (Role.HEAD, Role.TELEPHONE_MANAGER)
    if scoped and not (row.get("scope_kind") and row.get("scope")):
        return Text(
            sv=f"rollen {row['role']} behöver scope_kind och scope.",
            en=f"the role {row['role']} needs scope_kind and scope.",
        )
    if scoped or not row.get("scope"):
        return None
    return Text(sv=f"rollen {row['role']} har inget scope.", en=f"the role {row['role']} has no scope.")


USERS = Sheet(
    "roles.csv",
    tables.UserRow,
    of("user"),
    (
        must("user", values.text, "maria.ek", "name"),
        may("person", values.ref("persons"), "p302", "person_id"),
    ),
    one_ever=True,
    several_lines=True,
)


ROLES = Sheet(
    "roles.csv",
    tables.RoleAssignmentRow,
    of("user", "role", "scope_kind", "scope"),
    (
        must("user", values.ref("users"), "maria.ek", "user_id"),
        must("role", values.one_of(Role), "head"),
        may("scope_kind", values.one_of(ScopeOfRole), "operation"),
        may("scope", values.ref_of_kind(_SCOPES, "scope_kind"), "nora-teknik", "scope_id"),
    ),
    check=_check_scope,
    ended_by=None,
)
