"""What a server answers that is no calendar: whatever it is, one error that names the host, and no more than that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_network
from threading import Event
from uuid import uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanvisa.calendars import keeper, parsing
from hanvisa.calendars.http import CalendarHttp
from hanvisa.calendars.keeper import read_calendar
from hanvisa.calendars.reach import open_session
from hanvisa.calendars.source import CalendarKind, Source
from hanvisa.errors import CalendarError
from hanvisa.policy import calendar_events

LOOPBACK = (ip_network("127.0.0.1"),)
DAYS = date(2026, 3, 2), date(2026, 3, 16)
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nEND:VCALENDAR\r\n"
CALDAV = (
    '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:propstat><d:prop>'
    "<d:sync-token>1</d:sync-token><c:calendar-data>{}</c:calendar-data>"
    "</d:prop></d:propstat></d:response></d:multistatus>"
)
EVENT = b"BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260304T120000Z\r\nEND:VEVENT\r\n"
ONE_OF_TWO = (
    '<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:href>/a.ics</d:href>'
    "<d:propstat><d:prop><c:calendar-data>"
    + CALENDAR.replace(b"END:VCALENDAR", EVENT + b"END:VCALENDAR").decode()
    + "</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    "<d:propstat><d:prop><d:getetag/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>"
    "<d:response><d:href>/b.ics</d:href>{}</d:response></d:multistatus>"
)


@dataclass
class Server:
    """Answers everything alike; ``/moved`` is where it sends one on, if anywhere."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/moved":
            return web.Response(body=CALENDAR)
        return web.Response(status=self.status, body=self.body, headers=self.headers)

    def source(self, kind: CalendarKind, user: str = "") -> Source:
        return Source(uuid4(), uuid4(), f"{self.url}/key-4711", kind, user)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    served = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", served.answer)
    async with TestServer(app) as running:
        served.url = str(running.make_url("")).rstrip("/")
        yield served


async def read(source: Source) -> tuple[str, list[calendar_events.Event]] | None:
    http = CalendarHttp(lambda: {source.account: "grön häst"})
    async with open_session(LOOPBACK) as session:
        return await read_calendar(http, session, source, DAYS)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(CalendarKind),
    status=st.sampled_from((200, 204, 207, 301, 401, 404, 500)),
    body=st.binary(max_size=200)
    | st.text(max_size=40).map(lambda text: CALDAV.format(text).encode(errors="replace"))
    | st.sampled_from((b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"<a xmlns=''>", CALENDAR)),
)
async def test_any_answer_is_a_calendar_or_one_error(
    server: Server, kind: CalendarKind, status: int, body: bytes
) -> None:
    server.status, server.body = status, body
    try:
        await read(server.source(kind))
    except CalendarError as error:
        told = (error.what.sv, error.what.en)
        assert all(told)
        assert "key-4711" not in str(told)


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0" encoding="xxx"?>' + CALDAV.encode(),
        *(
            ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + CALDAV.format("&a;")).encode(encoding)
            for encoding in ("utf-8", "utf-16")
        ),
    ],
    ids=["unknown encoding", "document type", "document type in UTF-16"],
)
async def test_what_is_no_xml_or_has_a_document_type_is_no_caldav(server: Server, body: bytes) -> None:
    server.status, server.body = 207, body
    with pytest.raises(CalendarError, match=r"127\.0\.0\.1 answers with what is no CalDAV"):
        await read(server.source(CalendarKind.CALDAV))


@pytest.mark.parametrize(
    ("other", "status"),
    [
        (
            "<d:propstat><d:prop><c:calendar-data/></d:prop><d:status>HTTP/1.1 500 Oj</d:status></d:propstat>",
            500,
        ),
        ("<d:propstat><d:prop/><d:status>HTTP/1.1 403 Forbidden</d:status></d:propstat>", 403),
        ("<d:status>HTTP/1.1 507 Insufficient Storage</d:status>", 507),
        ("<d:status>hej</d:status>", 0),
    ],
)
async def test_a_server_that_gives_only_a_part_is_not_read(server: Server, other: str, status: int) -> None:
    """Else the absences of the others are ended, and their people's phones ring (G1)."""
    server.status, server.body = 207, ONE_OF_TWO.format(other).encode()
    with pytest.raises(CalendarError) as error:
        await read(server.source(CalendarKind.CALDAV))
    assert error.value.what.en == f"127.0.0.1 gives only a part of the calendar (status {status})"


ETAG = (
    '<d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>'
)
NO_DATA = (
    "<d:propstat><d:prop><c:calendar-data/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>"
)


@pytest.mark.parametrize(
    ("href", "other"),
    [
        ("/b.ics", "<d:status>HTTP/1.1 404 Not Found</d:status>"),
        ("/b.ics", NO_DATA),
        ("/b.ics", ETAG + NO_DATA),
        ("/key-4711/", ETAG + NO_DATA),
    ],
    ids=["gone meanwhile", "gone, and listed for ever", "the same with its mark", "the calendar itself"],
)
async def test_what_is_listed_and_is_no_event_hides_no_other(server: Server, href: str, other: str) -> None:
    server.status = 207
    server.body = ONE_OF_TWO.format(other).replace("/b.ics", href).encode()
    content = await read(server.source(CalendarKind.CALDAV))
    assert content is not None
    assert [one.key for one in content[1]] == ["a"]


async def test_a_file_that_has_moved_is_followed(server: Server) -> None:
    server.status, server.headers = 302, {"Location": "/moved"}
    assert await read(server.source(CalendarKind.ICAL)) is not None


@pytest.mark.parametrize(
    ("user", "to", "why"),
    [
        ("anna", "/moved", "127.0.0.1 sends us elsewhere (status 302): give that address"),
        ("", "ftp://127.0.0.1/", "127.0.0.1 sends us elsewhere (status 302): give that address"),
        ("", "/round", "127.0.0.1 sends us round in a circle"),
    ],
)
async def test_it_is_not_followed_with_a_password_to_what_is_no_web_or_for_ever(
    server: Server, user: str, to: str, why: str
) -> None:
    server.status, server.headers = 302, {"Location": to}
    with pytest.raises(CalendarError) as error:
        await read(server.source(CalendarKind.ICAL, user))
    assert error.value.what.en == why


async def test_one_that_is_too_large_is_not_read_to_its_end(server: Server) -> None:
    server.body = b"x" * 6_000_000
    with pytest.raises(CalendarError, match=r"the calendar at 127\.0\.0\.1 is larger than 5 MB"):
        await read(server.source(CalendarKind.ICAL))


async def test_one_that_does_not_come_to_its_end_is_said_and_left(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = Event()
    monkeypatch.setattr(parsing, "parse_events", lambda *_: end.wait())
    monkeypatch.setattr(keeper, "WITHIN", 0.05)
    server.body = CALENDAR
    try:
        with pytest.raises(CalendarError, match="the calendar takes too long to read"):
            await read(server.source(CalendarKind.ICAL))
    finally:
        end.set()
