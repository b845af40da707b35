"""Who asks: a user, the person they may be, and the roles they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanvisa.directory.auditing import Actor
from hanvisa.web.roles import Action, Assignment, Scope, scope_of

if TYPE_CHECKING:
    from uuid import UUID

    from hanvisa.policy.register import Register


@dataclass(frozen=True, slots=True)
class Principal:
    """``name`` is what the audit trail and exceptions call them."""

    user_id: UUID
    name: str
    person_id: UUID | None
    assignments: tuple[Assignment, ...]

    def scope(self, action: Action, register: Register) -> Scope:
        """What their roles reach for the action."""
        person = register.person(self.person_id) if self.person_id is not None else None
        return scope_of(action, self.assignments, person)

    @property
    def actor(self) -> Actor:
        """In whose name what they change is kept in the audit trail."""
        return Actor(self.name, self.user_id)
