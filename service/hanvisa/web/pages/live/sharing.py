"""What is the same in many consoles is asked for once and made once.

One :class:`Round` is for one part, and for one time: nothing in it is older than the change that is shown. A template
that a console has been shown with the same values is not filled again.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from hanvisa.policy.model import Language
from hanvisa.web.pages.asking import Api
from hanvisa.web.pages.rendering import Page

SAME = frozenset({"/live/calls", "/operators", "/notices"})
"""Their answers depend on what somebody may see, not on who it is, unless OWN is asked for."""
OWN = frozenset({"unread"})


@dataclass(frozen=True, slots=True)
class Filled:
    """What a template was given, in whose sight, and the HTML that it made."""

    given: tuple[Language, date, Hashable, dict[str, Any]]
    html: str


Last = dict[str, Filled]
"""A console's templates as they were filled last."""


@dataclass(frozen=True, slots=True)
class Round:
    """``answers`` are the API's; ``made`` is HTML with the values it was made of: kept, so that no id is another's."""

    answers: dict[Hashable, Any] = field(default_factory=dict)
    made: dict[Hashable, tuple[Any, str]] = field(default_factory=dict)

    def page(self, page: Page, last: Last) -> Page:
        """The same page, which knows what others have in this round, and what was ``last`` shown there."""
        api = {one.name: getattr(page.api, one.name) for one in fields(Api)}
        return _SharingPage(page.request, _SharingApi(**api, round=self), round=self, last=last)


@dataclass(frozen=True)
class _SharingApi(Api):
    round: Round

    async def get(self, path: str, **query: Any) -> Any:
        if path not in SAME or query.keys() & OWN:
            return await super().get(path, **query)
        key = _sight(self), self.language, path, *sorted(query.items())
        if key not in self.round.answers:
            self.round.answers[key] = await super().get(path, **query)
        return self.round.answers[key]


@dataclass(frozen=True)
class _SharingPage(Page):
    round: Round
    last: Last

    def fill(self, template: str, **more: Any) -> str:
        key = template, self.language, *((name, _identity(value)) for name, value in more.items())
        if key not in self.round.made:
            self.round.made[key] = more, self._fill(template, more)
        return self.round.made[key][1]

    def _fill(self, template: str, more: dict[str, Any]) -> str:
        given = self.language, self.today, self.api.who.assignments, more
        last = self.last.get(template)
        if last is None or last.given != given:
            last = self.last[template] = Filled(given, super().fill(template, **more))
        return last.html


def _identity(value: Any) -> Hashable:
    """The same of what is the same: of models their place in memory."""
    match value:
        case list() | tuple():
            return tuple(map(_identity, value))
        case str() | int() | frozenset() | None:
            return value
    return id(value)


def _sight(api: Api) -> Hashable:
    """The same for those who may see the same: with the same roles, in the same organisation.

    A protected number is shown to whom it belongs.
    """
    who, register = api.who, api.services.directory.register
    person = register.person(who.person_id) if who.person_id else None
    if person is None:
        return who.assignments
    is_hidden = person.protected or any(mobile.protected for mobile in register.mobiles_of(person.id))
    return who.assignments, person.organisation_id, person.id if is_hidden else None
