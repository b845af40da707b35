"""Statements are compiled once for all databases of one kind that a process opens.

Each engine has a dialect and a cache of its own, and each test a database of its own: a test would compile the
statements that the one before it compiled, which took a third of the processor time of all tests with databases.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Dialect, event
from sqlalchemy.ext.asyncio import AsyncEngine

from hanvisa.directory import engine as engines

_make_engine = engines._make_engine
_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def compile_once() -> None:
    engines._make_engine = _engine


def _engine(url: URL, *given: Any) -> AsyncEngine:
    made = _make_engine(url, *given)
    engine = made.sync_engine
    engine.update_execution_options(compiled_cache=_compiled)
    if url.drivername in _dialects:
        engine.dialect = _dialects[url.drivername]
    else:  # it is whole when it has met a database
        event.listen(engine, "connect", lambda *_: _dialects.setdefault(url.drivername, engine.dialect))
    return made
