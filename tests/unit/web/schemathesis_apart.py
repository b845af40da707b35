"""Schemathesis in a process of its own, out of one that has read its modules: that takes it two seconds."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_MODULES = (
    "schemathesis.cli.commands.run.executor",
    "schemathesis.engine.core",
    "schemathesis.engine.run.unit",
    "schemathesis.openapi.loaders",
    "schemathesis.specs.openapi.coverage",
)


async def schemathesis(words: Sequence[str], log: Path) -> tuple[int | None, str]:
    """Its exit code and what it said, of which ``log`` is the file."""
    apart = multiprocessing.get_context("forkserver")
    apart.set_forkserver_preload(list(_MODULES))
    process = apart.Process(target=_run, args=(tuple(words), log))
    process.start()
    try:
        await asyncio.to_thread(process.join)
    finally:
        process.kill()
    return process.exitcode, await asyncio.to_thread(log.read_text)


def _run(words: tuple[str, ...], log: Path) -> None:
    with log.open("w") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    _takes_less()
    sys.argv = ["schemathesis", *words]
    runpy.run_module("schemathesis.cli", run_name="__main__")


def _takes_less() -> None:
    """Leave out what takes much of its time and changes nothing that it finds.

    To look for its garbage as often as Python does by itself takes a tenth of it; to lay together anew, many times for
    each request, what it is configured to do with an operation takes another tenth; and to look through the
    environment for proxies, twice for each request, which go to loopback, some more.
    """
    from requests import Session  # noqa: PLC0415 - nobody else reads them
    from schemathesis.config import ProjectConfig  # noqa: PLC0415

    gc.set_threshold(100_000, 20, 100)
    for name in ("phases_for", "generation_for", "checks_config_for"):
        setattr(ProjectConfig, name, _once(getattr(ProjectConfig, name)))
    begin = Session.__init__

    def asks_no_environment(session: Session) -> None:
        begin(session)
        session.trust_env = False

    Session.__init__ = asks_no_environment  # type: ignore[method-assign]


def _once(of: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    def answer(config: Any, *, operation: Any = None, phase: Any = None) -> Any:
        asked = id(config), operation and operation.label, phase
        if asked not in known:
            named = {} if phase is None else {"phase": phase}
            known[asked] = config, of(config, operation=operation, **named)
        return known[asked][1]

    return answer
