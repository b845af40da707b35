"""The page on which persons confirm their details (S2), opened by the link in a mail and by nothing else.

To look at it confirms nothing: programs that look at what mails link to don't press its button.
"""

from __future__ import annotations

from html import escape

from aiohttp import web

from hanvisa.directory.auditing import Actor
from hanvisa.directory.repositories.details import DetailsRequests
from hanvisa.directory.repositories.persons import PersonRecord, Persons
from hanvisa.errors import Conflict, NotFound
from hanvisa.policy.facts import Person
from hanvisa.policy.model import Language, Text
from hanvisa.policy.register import Register
from hanvisa.web.docs import style_source
from hanvisa.web.forms import read_form
from hanvisa.web.languages import accepted
from hanvisa.web.origin import DETAILS, address_of
from hanvisa.web.services import SERVICES, Services

_STYLE = """
:root { color-scheme: light dark }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
dt { font-weight: bold }
dd { margin: 0 0 .5rem 0 }
button { font: inherit; padding: .5rem 1rem }
"""
_POLICY = (
    f"default-src 'none'; style-src {style_source(_STYLE)}; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_BY = "mail link"


def add_to(router: web.UrlDispatcher) -> None:
    router.add_get(DETAILS + "/{token}", look)
    router.add_post(DETAILS + "/{token}", confirm)


async def look(request: web.Request) -> web.Response:
    try:
        record = await _record(request)
    except NotFound:
        return _said(request, _GONE, 404)
    return _page(request, record)


async def confirm(request: web.Request) -> web.Response:
    """What was on the page is confirmed, and nothing that has changed since."""
    services, token = request.app[SERVICES], request.match_info["token"]
    version = str((await read_form(request)).get("version", ""))
    by = Actor(_BY, None, address_of(request, services.settings))
    try:
        record = await _record(request)
        if version != str(record.details.version):
            return _page(request, record, changed=True)
        await _requests(services).confirm(token, record.details.version, by)
    except NotFound:
        return _said(request, _GONE, 404)
    except Conflict:
        return _page(request, await _record(request), changed=True)
    return _said(request, _THANKS, 200)


def _requests(services: Services) -> DetailsRequests:
    settings = services.settings
    return DetailsRequests(
        services.database, services.clock.now, lambda: settings.details_every, settings.details_link
    )


async def _record(request: web.Request) -> PersonRecord:
    """Raises NotFound when the link holds no more."""
    services = request.app[SERVICES]
    person = await _requests(services).person_of(request.match_info["token"])
    return await Persons(services.database, services.clock.now()).get(person)


def _page(request: web.Request, record: PersonRecord, *, changed: bool = False) -> web.Response:
    language, register = _language(request), request.app[SERVICES].directory.register
    told = "".join(
        f"<dt>{escape(name.in_(language))}</dt><dd>{escape(value) or '–'}</dd>"
        for name, value in _details(record.person, register)
    )
    return _html(
        language,
        _ASKED,
        (f"<p><strong>{escape(_CHANGED.in_(language))}</strong></p>" if changed else "")
        + f'<dl>{told}</dl><form method="post"><input type="hidden" name="version" '
        + f'value="{record.details.version}"><button>{escape(_RIGHT.in_(language))}</button></form>'
        + f"<p>{escape(_wrong(record.person, register).in_(language))}</p>",
        409 if changed else 200,
    )


def _details(person: Person, register: Register) -> tuple[tuple[Text, str], ...]:
    department = register.department(person.department_id)
    organisation = register.organisation(person.organisation_id)
    return (
        (Text("Namn", "Name"), person.name),
        (Text("Titel", "Title"), person.title),
        (Text("Arbetar med", "Works with"), ", ".join(person.functions)),
        (Text("Avdelning", "Department"), department.name if department else ""),
        (Text("Organisation", "Organisation"), organisation.name if organisation else ""),
        (Text("Direktnummer", "Direct number"), register.direct_number(person) or ""),
    )


def _wrong(person: Person, register: Register) -> Text:
    """Whom to tell of what is wrong: the operation's telephone manager (T1), else the operators."""
    operation = next((one for one in register.operations.rows if one.id == person.operation_id), None)
    id_ = operation.telephone_manager_id if operation else None
    manager = register.person(id_) if id_ else None
    if manager is None or manager.id == person.id:
        return Text(
            sv="Är något fel? Säg till växeln, så rättas det.",
            en="Is something wrong? Tell the operators, and it will be put right.",
        )
    return Text(
        sv=f"Är något fel? Säg till {manager.name}, som är telefonansvarig.",
        en=f"Is something wrong? Tell {manager.name}, who is the telephone manager.",
    )


def _said(request: web.Request, said: Text, status: int) -> web.Response:
    return _html(_language(request), said, "", status)


def _language(request: web.Request) -> Language:
    return accepted(request.headers.get("Accept-Language"))


def _html(language: Language, heading: Text, body: str, status: int) -> web.Response:
    title = escape(heading.in_(language))
    return web.Response(
        text=f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>",
        status=status,
        content_type="text/html",
        headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"},
    )


_ASKED = Text("Stämmer dina uppgifter?", "Are your details right?")
_RIGHT = Text("Ja, uppgifterna stämmer", "Yes, they are right")
_CHANGED = Text(
    "Uppgifterna har ändrats. Se efter en gång till.", "The details have changed. Look once more."
)
_THANKS = Text("Tack, uppgifterna är bekräftade.", "Thank you, the details are confirmed.")
_GONE = Text(
    "Länken gäller inte längre. Du får en ny när det är dags igen.",
    "The link holds no more. You will have another when it is time again.",
)
