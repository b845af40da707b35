"""The roles of a user, as they are given and shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hanvisa.directory.repositories.users import RoleGiven
from hanvisa.policy.model import Text
from hanvisa.web.fields import Wrong
from hanvisa.web.roles import SCOPED, Role


class ScopeOfRole(StrEnum):
    OPERATION = "operation"
    COST_CENTRE = "cost_centre"


class RoleScope(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ScopeOfRole
    id: UUID


class RoleOfUser(BaseModel):
    """A head and a telephone manager have it for a `scope`, the others for none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    scope: RoleScope | None = None

    @model_validator(mode="after")
    def _scope_fits(self) -> RoleOfUser:
        if (self.scope is not None) != (self.role in SCOPED):
            raise Wrong(
                Text(
                    sv="verksamhetschef och telefonansvarig ska ha scope, de andra inte",
                    en="head and telephone manager must have a scope, the others none",
                )
            )
        return self

    @classmethod
    def of(cls, given: RoleGiven) -> RoleOfUser:
        scope = None
        if given.scope_kind is not None and given.scope_id is not None:
            scope = RoleScope(kind=ScopeOfRole(given.scope_kind), id=given.scope_id)
        return cls.model_construct(role=Role(given.role), scope=scope)

    def given(self) -> RoleGiven:
        scope = self.scope
        return RoleGiven(self.role, scope.kind if scope else None, scope.id if scope else None)


Roles = Annotated[list[RoleOfUser], Field(max_length=50)]


def shown(roles: frozenset[RoleGiven]) -> list[RoleOfUser]:
    ordered = sorted(roles, key=lambda one: (one.role, one.scope_kind or "", str(one.scope_id)))
    return [RoleOfUser.of(one) for one in ordered]
