"""How the command line runs what it is told: in a loop of its own, and what goes wrong is a sentence."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import typer

from hanvisa.ending import end_within
from hanvisa.errors import ConfigurationError, HanvisaError
from hanvisa.whereabouts import PREFIX

T = TypeVar("T")

UNDONE_WITHIN = 10.0  # seconds from when it is told to stop, though the database hangs
ENDS_WITHIN = 2.0  # seconds, once all is undone, though threads wait for a folder that hangs
_STOPPED = 128 + signal.SIGTERM


def run(work: Coroutine[Any, Any, T]) -> T:
    with sentences(), undone_when_stopped(), asyncio.Runner() as runner:
        try:
            return runner.run(work)
        except SystemExit:
            runner.run(_undo())
            end_within(ENDS_WITHIN, _STOPPED)
            raise


async def _undo() -> None:
    """Have all that goes on unwound."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def undone_when_stopped() -> Iterator[None]:
    """Who is told to stop (SIGTERM) undoes first what is half done, as after Ctrl-C: what was begun is unwound."""
    usual = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def _stop(_: int, __: FrameType | None) -> None:
    end_within(UNDONE_WITHIN, _STOPPED)  # from here: what this unwinds may be within the loop, and wait there
    raise SystemExit(_STOPPED)


class sentences:  # noqa: N801 - reads as the with-statement it is
    """What goes wrong is said in a sentence, and ends the program with 1."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        errors = error.exceptions if isinstance(error, BaseExceptionGroup) else [error]
        ours = [one for one in errors if isinstance(one, HanvisaError)]
        if ours:
            for one in ours:
                typer.echo(str(one), err=True)
            raise typer.Exit(1) from error


@contextmanager
def putting_into(state: Path) -> Iterator[None]:
    """What can't be made or opened in the state folder is a ConfigurationError."""
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            f"{error}. See who owns the state folder {state}, and whether its disk has room and may be written, "
            f"or set {PREFIX}STATE to another."
        ) from error
