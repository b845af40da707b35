"""What the terminal gives, which may be no UTF-8, and what it is given, which may not be taken."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

import typer

from hanvisa.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_OTHERWISE = "is not UTF-8. Set the terminal to UTF-8, and its variable LANG (sv_SE.UTF-8)."


def must_be_utf8(word: str) -> None:
    """Raises InvalidInput where Python has kept bytes that mean nothing in UTF-8, as of å in Latin-1."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"“{os.fsencode(word).decode(errors='replace')}” {_OTHERWISE}") from None


def ask_password(*, twice: bool = True) -> str:
    """Typed and not shown. Raises InvalidInput, and typer.Abort after Ctrl-C."""
    try:
        with _heeding_ctrl_c():
            given = str(typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True))
        given.encode()
    except UnicodeError:
        raise InvalidInput(f"The password {_OTHERWISE}") from None  # it stands in the other error
    return given


@contextmanager
def _heeding_ctrl_c() -> Iterator[None]:
    """Whoever waits for a key holds asyncio's loop, whose own handler only asks the loop to end what it does."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def telling_output() -> Iterator[None]:
    """What standard output does not take is a StorageError. A reader who has gone is left to typer: no error."""
    if sys.stdout is None:  # closed by whoever started us
        yield
        return
    file = io.BufferedWriter(_Output(sys.stdout.fileno(), "wb", closefd=False))
    encoding, at_once = sys.stdout.encoding, sys.stdout.isatty()
    with (
        io.TextIOWrapper(file, encoding, errors="replace", line_buffering=at_once) as output,
        redirect_stdout(output),
    ):
        yield


class _Output(io.FileIO):
    def write(self, words: ReadableBuffer, /) -> int:
        try:
            return super().write(words)
        except OSError as error:
            # What is left would be tried again at the end, and fail in a trace.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise
            raise StorageError(
                f"Standard output can't be written: {error.strerror}. What the command has done stays done."
            ) from error
