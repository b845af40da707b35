"""Asking calendars for what has changed: GET for an iCalendar file, PROPFIND and REPORT for CalDAV (RFC 4791)."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from xml.etree import ElementTree as ET

import aiohttp
from yarl import URL

from hanvisa.bodies import read_body
from hanvisa.calendars.reach import OutOfBoundsError
from hanvisa.calendars.source import CalendarKind, Content, Days, Source
from hanvisa.errors import CalendarError
from hanvisa.policy.model import Text
from hanvisa.policy.swedish_time import LOCAL

WITHIN = 15.0  # seconds for one request
LARGEST = 5_000_000  # bytes of an answer
REDIRECTS = 5  # one after the other

_SETTING = "HANVISA_CALENDAR_NETWORKS"

_DAV = "{DAV:}"
_CALDAV = "{urn:ietf:params:xml:ns:caldav}"
_DATA = f"{_CALDAV}calendar-data"
_CTAG = "{http://calendarserver.org/ns/}getctag"
_OURS = "sha256:"  # how a mark of ours begins
_STATUS = re.compile(r"HTTP/\S+ (\d{3})\b")  # of a part of an answer
_MOVED = (301, 302, 303, 307, 308)
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_HAS_CHANGED = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<propfind xmlns="DAV:" xmlns:cs="http://calendarserver.org/ns/">'
    "<prop><cs:getctag/><sync-token/></prop></propfind>"
)
_EVENTS = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
    "<prop><getetag/><c:calendar-data/></prop>"
    '<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
    '<c:time-range start="{first}" end="{last}"/>'
    "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)


class CalendarHttp:
    """``passwords`` tells those of today, by :attr:`Source.own_account` or :attr:`Source.account`."""

    def __init__(self, passwords: Callable[[], Mapping[str, str]], within: float = WITHIN) -> None:
        self._passwords = passwords
        self._within = within

    async def read(
        self, session: aiohttp.ClientSession, source: Source, mark: str, days: Days
    ) -> Content | None:
        """All of the ``days``, or None when nothing has changed since ``mark`` ("": it was never read).

        Raises CalendarError. What it says has the host, never the address or the password.
        """
        ask = self._caldav if source.kind is CalendarKind.CALDAV else self._file
        try:
            async with asyncio.timeout(self._within):
                content = await ask(session, source, mark, days)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise CalendarError(_why(source.host, error), _not_reached(source.host)) from None
        return None if content is not None and mark and content.mark == mark else content

    async def _file(
        self, session: aiohttp.ClientSession, source: Source, mark: str, _: Days
    ) -> Content | None:
        headers = self._auth(source)
        if mark and not mark.startswith(_OURS):
            headers["If-None-Match" if mark.startswith(('"', "W/")) else "If-Modified-Since"] = mark
        url = URL(_https(source.url))
        for _attempt in range(REDIRECTS):
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status == 304:
                    return None
                if answer.status not in _MOVED:
                    body = await _body(answer, source)
                    told = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
                    return Content((body,), told or _hash([body]))
                url = _moved_to(url, answer, source)
        raise CalendarError(
            Text(sv=f"{source.host} skickar vidare i en ring", en=f"{source.host} sends us round in a circle")
        )

    async def _caldav(
        self, session: aiohttp.ClientSession, source: Source, mark: str, days: Days
    ) -> Content | None:
        answer = await self._ask(session, source, "PROPFIND", "0", _HAS_CHANGED)
        now = next((text for name in (_CTAG, f"{_DAV}sync-token") for text in _texts(answer, name)), "")
        if mark and now == mark:
            return None
        body = _EVENTS.format(first=_utc(days[0]), last=_utc(days[1]))
        answer = await self._ask(session, source, "REPORT", "1", body)
        _must_be_whole(answer, source)
        texts = tuple(text.encode() for text in _texts(answer, _DATA))
        return Content(texts, now or _hash(sorted(texts)))

    async def _ask(
        self, session: aiohttp.ClientSession, source: Source, method: str, depth: str, body: str
    ) -> ET.Element:
        headers = {**_XML, **self._auth(source), "Depth": depth}
        async with session.request(
            method, _https(source.url), headers=headers, data=body.encode(), allow_redirects=False
        ) as answer:
            told = await _body(answer, source)
        if answer.status != 207:
            raise CalendarError(
                Text(
                    sv=f"{source.host} har ingen CalDAV där (status {answer.status})",
                    en=f"{source.host} has no CalDAV there (status {answer.status})",
                )
            )
        return _element(told, source)

    def _auth(self, source: Source) -> dict[str, str]:
        """The header. Raises CalendarError where the password is missing."""
        if not source.user:
            return {}
        passwords = self._passwords()
        password = passwords.get(source.own_account) or passwords.get(source.account)
        if password is None:
            command = f"hanvisa calendars password {source.account}"
            raise CalendarError(
                Text(
                    sv=f"{source.account} har inget lösenord: ange det med kalendern, eller med {command}",
                    en=f"{source.account} has no password: set it with the calendar, or with {command}",
                )
            )
        return {"Authorization": aiohttp.encode_basic_auth(source.user, password)}


def _why(host: str, error: Exception) -> Text:
    if isinstance(error, aiohttp.ClientConnectorError) and isinstance(error.os_error, OutOfBoundsError):
        return Text(
            sv=f"{host} ligger på ett eget nät: ange nätet i {_SETTING}, om kalendrar får läsas där",
            en=f"{host} is on a network of your own: name the network in {_SETTING}, if calendars may be read there",
        )
    name = type(error).__name__
    return Text(sv=f"{host} svarar inte ({name})", en=f"{host} does not answer ({name})")


def _not_reached(host: str) -> Text:
    """One sentence for a port that is closed, one where something else answers, and an address that is not let through.

    Who could tell them apart would learn by it what there is on the service's networks.
    """
    return Text(
        sv=f"{host} kan inte nås: se efter att adressen stämmer, och låt annars administratören se varför",
        en=f"{host} can't be reached: see that the address is right, else have the administrator look why",
    )


async def _body(answer: aiohttp.ClientResponse, source: Source) -> bytes:
    """Raises CalendarError for a refusal, and for more than anybody's calendar holds."""
    host, status = source.host, answer.status
    if status in (401, 403):
        raise CalendarError(
            Text(sv=f"{host} släpper inte in {source.user}", en=f"{host} does not let {source.user} in")
            if source.user
            else Text(sv=f"{host} släpper inte in utan användare", en=f"{host} lets nobody in without a user")
        )
    if status // 100 != 2:
        raise CalendarError(
            Text(
                sv=f"{host} har ingen kalender där (status {status})",
                en=f"{host} has no calendar there (status {status})",
            )
        )
    body = await read_body(answer, LARGEST)
    if body is None:
        size = LARGEST // 1_000_000
        raise CalendarError(
            Text(
                sv=f"kalendern hos {host} är större än {size} MB",
                en=f"the calendar at {host} is larger than {size} MB",
            )
        )
    return body


def _moved_to(url: URL, answer: aiohttp.ClientResponse, source: Source) -> URL:
    """Raises CalendarError for what is not encrypted when the calendar is, or would take a user's password along."""
    there = url.join(URL(answer.headers.get("Location", "")))
    if source.user or there.scheme not in ("https", url.scheme):
        raise CalendarError(
            Text(
                sv=f"{source.host} skickar vidare någon annanstans (status {answer.status}): ange den adressen",
                en=f"{source.host} sends us elsewhere (status {answer.status}): give that address",
            )
        )
    return there


class _NoTypes(ET.TreeBuilder):
    """No answer of CalDAV has a document type, and entities would come with it."""

    def doctype(self, *_: object) -> None:
        raise ValueError("a document type")


def _element(body: bytes, source: Source) -> ET.Element:
    try:
        return ET.fromstring(body, ET.XMLParser(target=_NoTypes()))  # noqa: S314 - without types, no entities
    except (ET.ParseError, LookupError, ValueError):  # LookupError: of an encoding that nobody knows
        raise _no_xml(source) from None


def _no_xml(source: Source) -> CalendarError:
    return CalendarError(
        Text(
            sv=f"{source.host} svarar med något annat än CalDAV",
            en=f"{source.host} answers with what is no CalDAV",
        )
    )


def _must_be_whole(answer: ET.Element, source: Source) -> None:
    """Raises CalendarError where a server has events that it does not give: they have not been taken away.

    Not for what it does not have (404): an event that has gone and is listed still, which some servers do for ever, a
    mark of one that is there, or the events of the calendar itself, which iCloud lists among them.
    """
    for part in answer.iter():
        if part.tag not in (f"{_DAV}response", f"{_DAV}propstat"):
            continue
        status = _status(part)
        if status // 100 != 2 and status != 404:
            raise CalendarError(
                Text(
                    sv=f"{source.host} ger bara en del av kalendern (status {status})",
                    en=f"{source.host} gives only a part of the calendar (status {status})",
                )
            )


def _status(part: ET.Element) -> int:
    """200 where the part tells none of its own, 0 where it tells what is none."""
    told = part.findtext(f"{_DAV}status")
    if told is None:
        return 200
    found = _STATUS.search(told)
    return int(found[1]) if found else 0


def _texts(answer: ET.Element, name: str) -> Iterator[str]:
    """What the properties of that name hold, of those that are there."""
    for found in answer.iter(name):
        if found.text and found.text.strip():
            yield found.text


def _https(url: str) -> str:
    """Calendar programs write webcal:// for https://."""
    return url.replace("webcal://", "https://", 1)


def _utc(day: date) -> str:
    return datetime.combine(day, time(0), LOCAL).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _hash(texts: Iterable[bytes]) -> str:
    """In place of what the server does not tell."""
    return _OURS + hashlib.sha256(b"\0".join(texts)).hexdigest()
