"""Who asks: a user, the person they may be, and the roles they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hanvisa.directory.auditing import Actor
from hanvisa.web.roles import Action, Assignment, Scope, scope_of

if TYPE_CHECKING:
    from uuid import UUID

    from hanvisa.policy.register import Register


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session of who asks with a cookie. ``csrf`` is what a change must bring along.

    ``used_at`` is when it was last used, before now.
    """

    id: UUID
    csrf: str
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Principal:
    """``name`` is what the audit trail and exceptions call them; ``user_id`` None is who is not known.

    ``ends_at`` is the end of their token or session, ``session`` None for who asks with a token, and ``address`` from
    where they ask.
    """

    user_id: UUID | None
    name: str
    person_id: UUID | None
    assignments: tuple[Assignment, ...]
    ends_at: datetime | None = None
    session: SignedIn | None = None
    address: str | None = None

    def scope(self, action: Action, register: Register) -> Scope:
        """What their roles reach for the action."""
        person = register.person(self.person_id) if self.person_id is not None else None
        return scope_of(action, self.assignments, person, register.departments_at)

    @property
    def known_id(self) -> UUID:
        """Whoever asks for what is not open to all is known."""
        if self.user_id is None:
            raise LookupError(self.address)
        return self.user_id

    @property
    def actor(self) -> Actor:
        """In whose name what they change is kept in the audit trail."""
        return Actor(self.name, self.user_id, self.address)


def nobody(address: str | None) -> Principal:
    """Who has not said who they are."""
    return Principal(None, "", None, (), address=address)
