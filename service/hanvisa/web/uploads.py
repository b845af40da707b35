"""Files that are sent as a multipart form (RFC 7578), where a route takes some instead of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from hanvisa.policy.model import Text
from hanvisa.web.problems import NOT_FILES, TOO_LARGE, Problem, invalid

MULTIPART = "multipart/form-data"
_CHUNK = 64 * 1024
_BESIDE = 128 * 1024  # bytes of a form beside its files

Files = Mapping[str, bytes]
"""The content by the file's name."""


@dataclass(frozen=True, slots=True)
class Sent:
    """``fields`` are what stood in the form beside the files."""

    files: Files
    fields: Mapping[str, str]


async def read_files(request: web.Request, most: int) -> Sent:
    """Raises Problem: no multipart form (415), more than ``most`` bytes (413), no file, or two of one name (422)."""
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
        while (part := await reader.next()) is not None:
            if request.content.total_bytes > most + _BESIDE:  # parts without anything in them count as well
                raise _too_large(most)
            if not isinstance(part, BodyPartReader):
                raise _unreadable()
            content = await _content(part, left, most)
            left -= len(content)
            if part.filename is None:
                fields[part.name or ""] = content.decode(errors="replace")
            elif part.filename in files:
                twice = part.filename
                raise invalid("file", Text(sv=f"{twice} är där två gånger", en=f"{twice} is there twice"))
            elif part.filename:
                files[part.filename] = content
    except (ValueError, HttpProcessingError) as error:
        raise _unreadable() from error
    if not files:
        raise invalid("file", Text(sv="ingen fil är vald", en="no file is chosen"))
    return Sent(files, fields)


async def _content(part: BodyPartReader, left: int, most: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
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


def _unreadable() -> Problem:
    return Problem(NOT_FILES, Text(sv="Formuläret går inte att läsa.", en="The form can't be read."))
