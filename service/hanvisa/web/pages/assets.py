"""Styles, scripts and pictures, each at an address with its content's hash, so that browsers keep it for ever."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
_BASE = "/static"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    type: str
    hash: str


def address(name: str) -> str:
    """Where a browser finds the file, by its path below static/ ("vendor/pico.min.css"). KeyError: there is none."""
    return f"{_BASE}/{_assets()[name].hash}/{name}"


def add_to(router: web.UrlDispatcher) -> None:
    router.add_get(_BASE + "/{hash}/{name:.+}", _serve)


async def _serve(request: web.Request) -> web.Response:
    asset = _assets().get(request.match_info["name"])
    if asset is None or asset.hash != request.match_info["hash"]:
        raise web.HTTPNotFound
    return web.Response(
        body=asset.content, content_type=asset.type, charset="utf-8", headers={"Cache-Control": _FOR_EVER}
    )


@cache
def _assets() -> dict[str, Asset]:
    return {path.relative_to(FOLDER).as_posix(): _read(path) for path in FOLDER.rglob("*") if path.is_file()}


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    type_, _ = mimetypes.guess_type(path.name)
    return Asset(content, type_ or "text/plain", sha256(content).hexdigest()[:16])
