"""What is administered, one line each: where the API has it, and what its list shows.

The forms follow from the API's own descriptions of what it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hanvisa.web.api import ROUTES
from hanvisa.web.pages.admin.inputs import Input, inputs_of
from hanvisa.web.pages.translating import gettext
from hanvisa.web.roles import Action
from hanvisa.web.routing import Route

if TYPE_CHECKING:
    from pydantic import BaseModel

BASE = "/admin"


@dataclass(frozen=True)
class Section:
    """``columns`` are those of its list. ``ending`` is what ends one: a path after its own, or None for DELETE.

    ``key`` is what its addresses name. ``set_apart`` are fields that are changed elsewhere.
    """

    path: str
    columns: tuple[str, ...]
    key: str = "id"
    ending: str | None = None
    set_apart: frozenset[str] = frozenset()

    @property
    def address(self) -> str:
        return BASE + self.path

    @property
    def one(self) -> str:
        return f"{self.path}/{{{self.key}}}"

    @property
    def listing(self) -> Route:
        return _routes()["GET", self.path]

    @property
    def changing(self) -> Route:
        return _routes()["PATCH", self.one]

    @property
    def needs(self) -> Action:
        """What one must be allowed to change one."""
        if not isinstance(self.changing.action, Action):
            raise TypeError(f"{self.path} may be changed by anyone.")
        return self.changing.action

    @property
    def making(self) -> Route | None:
        return _routes().get(("POST", self.path))

    @property
    def end_route(self) -> Route | None:
        if self.ending is None:
            return _routes().get(("DELETE", self.one))
        return _routes()["POST", self.one + self.ending]

    @property
    def for_new(self) -> tuple[Input, ...]:
        return inputs_of(_body(self.making)) if self.making else ()

    @property
    def for_change(self) -> tuple[Input, ...]:
        """Those that may be changed; which must be filled in stands with what is new."""
        may = {one.name for one in inputs_of(_body(self.changing))} - self.set_apart
        known = self.for_new or inputs_of(_body(self.changing))
        return tuple(one for one in known if one.name in may)


def _body(route: Route) -> type[BaseModel]:
    if route.body is None:
        raise LookupError(f"{route.path} takes nothing.")
    return route.body


def _routes() -> dict[tuple[str, str], Route]:
    return {(route.method, route.path): route for route in ROUTES}


EXCEPTIONS = Section("/exceptions", ("reason",), ending="/revoke")
PERSONS = Section("/persons", ("name", "title", "department", "extension", "direct_number"))
MOBILES = Section(
    "/mobiles", ("number", "person", "carrier", "grounds", "greeting_checked_at"), ending="/end"
)
DEPARTMENTS = Section(
    "/departments", ("name", "operation", "cost_centre", "stand_in_department", "confidential")
)
REASONS = Section(
    "/absence-reasons", ("code", "name", "spoken", "time_kind", "private", "reachable"), key="code"
)
SWITCHBOARDS = Section("/switchboards", ("name", "organisation", "hours", "night_group"))
USERS = Section("/users", ("name", "person", "roles"), ending="/end", set_apart=frozenset({"password"}))

SECTIONS: tuple[Section, ...] = (
    PERSONS,
    MOBILES,
    DEPARTMENTS,
    Section("/operations", ("name", "organisation", "head", "telephone_manager")),
    Section("/organisations", ("name", "prefix", "area_code")),
    Section("/cost-centres", ("code", "name", "organisation", "manager")),
    Section("/groups", ("name", "organisation", "ringing", "members")),
    SWITCHBOARDS,
    Section("/operators", ("person", "phone", "switchboards", "state"), key="person"),
    Section("/phones", ("account", "owner", "site", "organisation")),
    Section("/extensions", ("number", "target", "organisation", "confidential")),
    Section("/numbers", ("number", "target", "confidential")),
    Section("/sites", ("name", "address", "location_number", "organisation")),
    REASONS,
    Section("/codes", ("code", "action")),
    Section("/carriers", ("name", "appointed")),
    USERS,
)
BY_PATH = {section.path: section for section in SECTIONS}


def title(path: str) -> str:
    return _titles()[path]


def new(path: str) -> str:
    """What stands on the button that makes one."""
    return _new()[path]


@dataclass(frozen=True, slots=True)
class Ending:
    """What it is called to end one, and what follows."""

    name: str
    follows: str
    done: str


def ending(path: str) -> Ending:
    if path == EXCEPTIONS.path:
        return Ending(gettext("Revoke"), gettext("It lets nothing through any more."), "revoked")
    return Ending(gettext("End"), gettext("It stays known, and is in use no more."), "ended")


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    address: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries of the administration's own menu."""

    name: str
    entries: tuple[Entry, ...]


def menu(may: Callable[[Action], bool], here: str) -> tuple[Part, ...]:
    parts = ((name, _entries(paths, may, here)) for name, paths in _parts())
    return tuple(Part(name, entries) for name, entries in parts if entries)


def _entries(paths: Iterable[str], may: Callable[[Action], bool], here: str) -> tuple[Entry, ...]:
    return tuple(
        Entry(title(path), BASE + path, here == BASE + path or here.startswith(f"{BASE}{path}/"))
        for path in paths
        if may(needed(path))
    )


def needed(path: str) -> Action:
    """What one must be allowed to find the page of use."""
    special = {
        EXCEPTIONS.path: Action.GRANT_EXCEPTIONS,
        "/persons": Action.CHANGE_PERSONS,
        "/recordings": Action.END_RECORDINGS,
        "/imports": Action.CHANGE_REGISTER,
        "/settings": Action.READ_SETTINGS,
        "/audit": Action.READ_AUDIT,
        "/operators": Action.CHANGE_REGISTER,
    }
    if path in special:
        return special[path]
    return BY_PATH[path].needs


def _parts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        ("", ("/exceptions",)),
        (
            gettext("People and places"),
            ("/persons", "/departments", "/operations", "/organisations", "/cost-centres", "/sites"),
        ),
        (
            gettext("Telephony"),
            (
                "/mobiles",
                "/phones",
                "/extensions",
                "/numbers",
                "/groups",
                "/switchboards",
                "/operators",
                "/carriers",
            ),
        ),
        (gettext("What callers hear"), ("/absence-reasons", "/recordings", "/codes")),
        (gettext("The system"), ("/imports", "/users", "/settings", "/audit")),
    )


def _titles() -> dict[str, str]:
    return {
        "/exceptions": gettext("Exceptions"),
        "/persons": gettext("People"),
        "/mobiles": gettext("Mobiles"),
        "/departments": gettext("Departments"),
        "/operations": gettext("Operations"),
        "/organisations": gettext("Organisations"),
        "/cost-centres": gettext("Cost centres"),
        "/groups": gettext("Groups"),
        "/switchboards": gettext("Switchboards"),
        "/operators": gettext("Operators"),
        "/phones": gettext("Phones"),
        "/extensions": gettext("Extensions"),
        "/numbers": gettext("Numbers"),
        "/sites": gettext("Sites"),
        "/absence-reasons": gettext("Reasons of absence"),
        "/codes": gettext("Codes"),
        "/carriers": gettext("Carriers"),
        "/recordings": gettext("Recordings"),
        "/imports": gettext("Imports"),
        "/users": gettext("Users"),
        "/settings": gettext("Settings"),
        "/audit": gettext("Audit trail"),
    }


def _new() -> dict[str, str]:
    return {
        "/persons": gettext("New person"),
        "/mobiles": gettext("Register a mobile"),
        "/departments": gettext("New department"),
        "/operations": gettext("New operation"),
        "/organisations": gettext("New organisation"),
        "/cost-centres": gettext("New cost centre"),
        "/groups": gettext("New group"),
        "/switchboards": gettext("New switchboard"),
        "/operators": gettext("New operator"),
        "/phones": gettext("New phone"),
        "/extensions": gettext("New extension"),
        "/numbers": gettext("New number"),
        "/sites": gettext("New site"),
        "/codes": gettext("New code"),
        "/carriers": gettext("New carrier"),
        "/users": gettext("New user"),
    }
