"""Files that are sent as a multipart form (RFC 7578), where a route takes some instead of JSON.

They are held in memory, beside the calls: each form has its own limit, and all together have one. Whoever falls silent
in the middle leaves their room to others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aiohttp import BodyPartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from hanvisa.policy.model import Text
from hanvisa.web.problems import BUSY, NOT_FILES, TOO_LARGE, Problem, invalid

MULTIPART = "multipart/form-data"
_CHUNK = 64 * 1024
_BESIDE = 128 * 1024  # bytes of a form beside its files
_TOGETHER = 64 * 1024 * 1024  # bytes of all forms at once
_SILENT = 30.0  # seconds in which nothing comes of a form

Files = Mapping[str, bytes]
"""The content by the file's name."""


@dataclass(frozen=True, slots=True)
class Sent:
    """``fields`` are what stood in the form beside the files."""

    files: Files
    fields: Mapping[str, str]


@dataclass
class Room:
    """The memory that is ``left`` (bytes) for forms that are read, or dealt with, at the same time."""

    left: int = _TOGETHER

    @contextmanager
    def of(self, form: StreamReader) -> Iterator[Callable[[], None]]:
        """What is called keeps room for all that has come of the form. It raises Problem (503) where none is left."""
        kept = 0

        def keep() -> None:
            nonlocal kept
            more = form.total_bytes - kept
            if more > self.left:
                raise _no_room()
            self.left -= more
            kept += more

        try:
            yield keep
        finally:
            self.left += kept


ROOM: web.AppKey[Room] = web.AppKey("room", Room)


@asynccontextmanager
async def files_of(request: web.Request, most: int) -> AsyncIterator[Sent]:
    """What is sent, for as long as it is dealt with.

    Raises Problem: no multipart form, or only a part of one (415), more than ``most`` bytes (413), no file, or two of
    one name (422), no room for it beside what others send (503).
    """
    with request.app[ROOM].of(request.content) as keep:
        yield await _read(request, most, keep)


async def _read(request: web.Request, most: int, keep: Callable[[], None]) -> Sent:
    if request.content_type != MULTIPART:
        raise Problem(
            NOT_FILES,
            Text(
                sv=f"Innehållet är av typen {request.content_type}.",
                en=f"The body is of type {request.content_type}.",
            ),
        )
    files: dict[str, bytes] = {}
    fields: dict[str, str] = {}
    left = most
    try:
        reader = await request.clone(client_max_size=most).multipart()
        while (part := await asyncio.wait_for(reader.next(), _SILENT)) is not None:
            if request.content.total_bytes > most + _BESIDE:  # parts without anything in them count as well
                raise _too_large(most)
            if not isinstance(part, BodyPartReader):
                raise _unreadable()
            content = await _content(part, left, most, keep)
            left -= len(content)
            if part.filename is None:
                fields[part.name or ""] = content.decode(errors="replace")
            elif part.filename in files:
                twice = part.filename
                raise invalid("file", Text(sv=f"{twice} är där två gånger", en=f"{twice} is there twice"))
            elif part.filename:
                files[part.filename] = content
    except (ValueError, HttpProcessingError, TimeoutError) as error:
        raise _unreadable() from error
    if not files:
        raise invalid("file", Text(sv="ingen fil är vald", en="no file is chosen"))
    return Sent(files, fields)


async def _content(part: BodyPartReader, left: int, most: int, keep: Callable[[], None]) -> bytes:
    content = bytearray()
    while chunk := await asyncio.wait_for(part.read_chunk(_CHUNK), _SILENT):
        keep()
        content += chunk
        if len(content) > left:
            raise _too_large(most)
    return bytes(content)


def _too_large(most: int) -> Problem:
    return Problem(
        TOO_LARGE,
        Text(
            sv=f"Filerna är större än {most // 1024} KiB tillsammans.",
            en=f"The files are larger than {most // 1024} KiB together.",
        ),
    )


def _no_room() -> Problem:
    return Problem(
        BUSY,
        Text(
            sv="Andra skickar så stora filer just nu att de här inte får plats.",
            en="Others send such large files just now that there is no room for these.",
        ),
    )


def _unreadable() -> Problem:
    return Problem(NOT_FILES, Text(sv="Formuläret går inte att läsa.", en="The form can't be read."))
