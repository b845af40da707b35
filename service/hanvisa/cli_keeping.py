"""The commands that keep, put back and take away what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hanvisa.config import read_settings
from hanvisa.sentences import run, sentences


def add_to(app: typer.Typer) -> None:
    for command in (backup, restore):
        app.command()(command)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; it must not be there yet.")],
    without_secrets: Annotated[
        bool,
        typer.Option(
            "--without-secrets",
            help="Leave out the passwords of phones, Asterisk and mail. Who restores it gives all phones new ones.",
        ),
    ] = False,
) -> None:
    """Save all that can't be made anew into one file, while the service runs; docs/backup.md.

    It has everything that is known of people, and the passwords: only you can read it, and it is yours to keep so.
    """
    from hanvisa.backup.making import make_backup  # noqa: PLC0415

    with sentences():
        made = make_backup(read_settings(), file, datetime.now(UTC), _say, secrets=not without_secrets)
    typer.echo(f"{made.file} is made: {made.files} files, {made.size:,} bytes.".replace(",", " "))
    if made.still_to_do:
        typer.echo(made.still_to_do)


def restore(
    file: Annotated[Path, typer.Argument(help="What hanvisa backup has made.")],
    over: Annotated[
        bool, typer.Option("--over", help="Put it in the place of what is there already.")
    ] = False,
) -> None:
    """Put a backup into an empty place (HANVISA_STATE), or over what is there; docs/backup.md."""
    from hanvisa.backup.restoring import restore_backup  # noqa: PLC0415

    restored = run(restore_backup(read_settings(), file, _say, over=over))
    typer.echo(f"Restored as of {restored.manifest.made_at}: {restored.files} files.")
    if restored.passwords_changed:
        typer.echo("The passwords are the backup's: start Asterisk and the service anew (./dev run does).")
    if restored.still_to_do:
        typer.echo(restored.still_to_do)


def _say(words: str) -> None:
    typer.echo(words, err=True)
