"""The commands that keep, put back and take away what is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hanvisa.config import read_settings
from hanvisa.counting import counted
from hanvisa.log_lines import configure_log
from hanvisa.policy.model import Language
from hanvisa.running import run as _run
from hanvisa.running import sentences, undone_when_stopped

if TYPE_CHECKING:
    from hanvisa.backup.restoring import Restored
    from hanvisa.directory.personal.purging import Purged
    from hanvisa.directory.personal.removing import Removed
    from hanvisa.personal import Exported
    from hanvisa.policy.comparison import Comparison


def add_to(app: typer.Typer) -> None:
    for command in (backup, restore, purge, export_person, remove_person, replay):
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

    with sentences(), undone_when_stopped():
        made = make_backup(read_settings(), file, datetime.now(UTC), _say, secrets=not without_secrets)
    size = f"{made.size:,}".replace(",", " ")
    typer.echo(f"{made.file} is made: {counted(made.files, 'file', 'files')}, {size} bytes.")
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

    async def run() -> Restored:
        return await restore_backup(read_settings(), file, _say, over=over)

    restored = _run(run())
    typer.echo(f"Restored as of {restored.manifest.made_at}: {counted(restored.files, 'file', 'files')}.")
    typer.echo(
        "Everybody is signed out. Accounts, passwords and tokens are the backup's: end and revoke again what has been "
        "ended and revoked since."
    )
    if restored.set_aside:
        typer.echo(
            f"The database that was there is damaged, or none of hanvisa's. It is now {restored.set_aside}: remove it "
            "when nobody needs it any more. Start the service anew (./dev run does): it does not see the backup's yet."
        )
    if restored.passwords_changed:
        typer.echo("The passwords are the backup's: start Asterisk and the service anew (./dev run does).")
    if restored.still_to_do:
        typer.echo(restored.still_to_do)


def purge(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be taken away, and change nothing.")
    ] = False,
    language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV,
) -> None:
    """Take away what has been kept for as long as it may be; the service does so each night. docs/personal-data.md.

    What follow-up counts stays, without names and numbers.
    """
    from hanvisa.personal import purge_now  # noqa: PLC0415

    configure_log()

    async def run() -> list[Purged]:
        return await purge_now(read_settings(), datetime.now(UTC), dry_run=dry_run)

    purged = _run(run())
    for one in purged:
        typer.echo(f"{one.number:>9}  {one.what.in_(language)}")
    if dry_run:
        typer.echo("Nothing was changed." if language is Language.EN else "Ingenting har ändrats.")


def export_person(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A person's id or key in the import, or a caller's number as +46980319244."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="The ZIP file to make; it must not be there yet.")],
) -> None:
    """Put all that is held on one person into a file: their rows as JSON, and the sounds. Only you can read it.

    It names others too, who rang them or were rung; see to that before it is handed over.
    """
    from hanvisa.personal import export  # noqa: PLC0415

    async def run() -> Exported:
        return await export(read_settings(), id_, file, datetime.now(UTC), _say)

    exported = _run(run())
    rows, sounds = counted(exported.rows, "row", "rows"), counted(exported.files, "sound", "sounds")
    typer.echo(f"{file} is made: {rows}, {sounds}.")


def remove_person(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A person's id or key in the import, or a caller's number as +46980319244."
        ),
    ],
) -> None:
    """Remove what is held on somebody who has left, or on a caller. What is counted stays, without a name.

    There is no way back but a backup. Calls that are marked as a threat are kept.
    """
    from hanvisa.personal import remove_now  # noqa: PLC0415

    async def run() -> Removed:
        return await remove_now(read_settings(), id_, datetime.now(UTC))

    removed = _run(run())
    calls, sounds = counted(removed.calls, "call", "calls"), counted(removed.files, "sound", "sounds")
    typer.echo(f"Removed, with {calls} and {sounds}.")
    if removed.threats:
        typer.echo(
            f"Kept as evidence: {counted(removed.threats, 'call that is', 'calls that are')} marked as a threat."
        )


def replay(
    since: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day, in Sweden, as 2026-08-01.")
    ],
    policy: Annotated[
        Path | None,
        typer.Option(help="A TOML file of other exceptions, limits and allowances; docs/replay.md."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day after the last; default: until now."),
    ] = None,
    rows: Annotated[
        int, typer.Option(min=0, help="How many calls to show of each kind of change; 0: all.")
    ] = 20,
    language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV,
) -> None:
    """Decide the stored calls again, and show what changes, by rule: to try a rule before it is set.

    Without --policy: what this version of the program would decide otherwise. Nothing is changed.
    """
    from hanvisa.calllog.comparing import compare_in_words  # noqa: PLC0415
    from hanvisa.replay import days  # noqa: PLC0415
    from hanvisa.replay import replay as decide_again  # noqa: PLC0415

    async def run() -> Comparison:
        first, end = days(since.date(), until.date() if until else None, datetime.now(UTC))
        return await decide_again(read_settings(), first, end, policy, _say)

    compared = _run(run())
    for line in compare_in_words(compared, language, rows):
        typer.echo(line)


def _say(words: str) -> None:
    typer.echo(words, err=True)
