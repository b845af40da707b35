"""The command line. Each command says what it does and how it is used: `hanvisa --help`."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from hanvisa import cli_keeping
from hanvisa.config import read_settings
from hanvisa.counting import counted
from hanvisa.errors import InvalidInput, StorageError
from hanvisa.log_lines import configure_log
from hanvisa.policy.model import Language, Text
from hanvisa.reports.formats import Format
from hanvisa.running import putting_into, sentences
from hanvisa.running import run as _run
from hanvisa.terminal import ask_password
from hanvisa.user_commands import app as user

app = typer.Typer(
    name="hanvisa",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Carries out a municipal telephone policy on Asterisk while the calls are under way.\n\n"
    "Settings are environment variables HANVISA_*; the most important is HANVISA_STATE, the folder in which everything "
    "lies (default .state).",
)
token = typer.Typer(no_args_is_help=True, help="Tokens for the REST API.")
app.add_typer(token, name="token")
app.add_typer(user, name="user")
greetings = typer.Typer(no_args_is_help=True, help="The greetings of mobiles' voicemails (M2).")
app.add_typer(greetings, name="greetings")
cli_keeping.add_to(app)

calendars = typer.Typer(no_args_is_help=True, help="Persons' calendars, which set their absences.")
app.add_typer(calendars, name="calendars")


@app.command()
def serve() -> None:
    """Run the service: attach to Asterisk, take calls, answer the REST API. Ctrl-C stops it; calls stay up."""
    gc.disable()  # until the service has started: callers wait, and all that is made now stays
    import uvloop  # noqa: PLC0415 - the other commands start without it

    from hanvisa.bootstrap import build  # noqa: PLC0415
    from hanvisa.keeper import kept  # noqa: PLC0415
    from hanvisa.processor import stay_on_one  # noqa: PLC0415

    configure_log()
    with sentences():
        settings = read_settings()
        gc.freeze()  # what has been read is the same memory for both processes
        pulse = kept()

        async def run() -> None:
            with pulse:
                with putting_into(settings.state):
                    service = build(settings)
                await service.run()

        stay_on_one()
        uvloop.run(run())


@app.command("import")
def import_(
    folder: Annotated[
        Path, typer.Argument(help="A folder of CSV files; docs/import.md says what stands in them.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    end_missing: Annotated[
        bool, typer.Option("--end-missing", help="End what is no longer in the files.")
    ] = False,
    language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV,
) -> None:
    """Bring the register up to date from CSV files: all or nothing.

    Example: hanvisa import demo/directory --dry-run
    """
    from hanvisa.directory.engine import open_database  # noqa: PLC0415
    from hanvisa.directory.imports import import_folder, told_in  # noqa: PLC0415

    async def run() -> str:
        database = open_database(read_settings().database_url)
        try:
            with told_in(language):
                report = await import_folder(database, folder, dry_run=dry_run, end_missing=end_missing)
            return report.in_(language)
        finally:
            await database.close()

    typer.echo(_run(run()))


@app.command()
def ldap(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept", help="End as many as it says, even more than HANVISA_LDAP_MOST_ENDED percent."
        ),
    ] = False,
) -> None:
    """Bring the persons up to date from the LDAP directory that is set, as the service does by itself.

    docs/ldap.md says how it is set. Example: hanvisa ldap --dry-run
    """
    from hanvisa.directory.existing import existing_database  # noqa: PLC0415
    from hanvisa.people import bring_people  # noqa: PLC0415

    async def run() -> str:
        settings = read_settings()
        async with existing_database(settings.database_url) as database:
            return str(await bring_people(settings, database, dry_run=dry_run, accept=accept))

    typer.echo(_run(run()))


@app.command()
def speak() -> None:
    """Make all that calls need to say about the register, before the service is started the first time.

    The service does so by itself, beside the calls; until it has, it says less (“the person you seek” for a name).
    """
    from hanvisa.speaking import speak_beforehand  # noqa: PLC0415

    def progress(done: int, of: int) -> None:
        if done == of or not done % 50:
            typer.echo(f"{done} of {counted(of, 'piece', 'pieces')} spoken.", err=True)

    async def run() -> int:
        settings = read_settings()
        with putting_into(settings.state):
            return await speak_beforehand(settings, progress)

    failed = _run(run())
    typer.echo(
        f"{counted(failed, 'piece', 'pieces')} can't be spoken (see above)."
        if failed
        else "Everything can be said."
    )
    raise typer.Exit(1 if failed else 0)


@token.command("create")
def create(
    role: Annotated[str, typer.Option(help="admin, telephone_manager, head, operator, superuser or person")],
    name: Annotated[str, typer.Option(help="What the token is for; it stands in the audit trail.")],
    scope: Annotated[
        str,
        typer.Option(
            help="For a head or telephone manager: the operation's id or name, or cost_centre: and that of a cost "
            "centre. Else who they are in the register: id or external id."
        ),
    ] = "",
    days: Annotated[
        int | None, typer.Option(min=1, help="How long it lasts; HANVISA_TOKEN_DAYS without it, and at most.")
    ] = None,
) -> None:
    """Make a token and print it, once: it is kept hashed.

    Example: hanvisa token create --role admin --name trial
    """
    from hanvisa.directory.existing import existing_database  # noqa: PLC0415
    from hanvisa.web.tokens import create_token  # noqa: PLC0415

    async def run() -> str:
        settings = read_settings()
        if days is not None and days > settings.token_days:
            raise InvalidInput(
                f"A token lasts {counted(settings.token_days, 'day', 'days')} at most (HANVISA_TOKEN_DAYS)."
                " Give it --days of no more."
            )
        async with existing_database(settings.database_url) as database:
            return await create_token(database, role, name, scope, days=days or settings.token_days)

    made = _run(run())
    try:
        typer.echo(made)
    except (OSError, StorageError):
        typer.echo(f"“{name}” has a token now that nobody has seen: revoke it (docs/access.md).", err=True)
        raise


@greetings.command("check")
def check(
    number: Annotated[
        list[str] | None, typer.Option(help="Only this mobile, as +46701740605; may be given several times.")
    ] = None,
) -> None:
    """Ring the mobiles whose check is due: on working days from 9 to 15 (a setting), a few at once, none twice a day.

    A voicemail's greeting is recorded as evidence; a person who answers hears what it is about. To be run by a timer.
    """
    from hanvisa.bootstrap import SystemClock  # noqa: PLC0415
    from hanvisa.greetings import Checked, check_greetings  # noqa: PLC0415

    def tell(checked: Checked) -> None:
        typer.echo(f"{checked.number}  {checked.name}: {checked.came or checked.why}")

    async def run() -> list[Checked]:
        return await check_greetings(read_settings(), SystemClock(), number or (), tell)

    configure_log()
    checked = _run(run())
    typer.echo(
        f"{counted(len(checked), 'mobile was', 'mobiles were')} rung."
        if checked
        else "No mobile is to be rung now."
    )


@calendars.command("check")
def check_calendars(language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV) -> None:
    """Read all calendars now and tell of each event whether it is an absence, and why. Changes nothing.

    What the events are about is not shown.
    """
    from hanvisa.reading_calendars import check_calendars as check_all  # noqa: PLC0415

    async def run() -> bool:
        return await check_all(read_settings(), typer.echo, language)

    raise typer.Exit(0 if _run(run()) else 1)


@calendars.command("password")
def password(
    account: Annotated[str, typer.Argument(help="USER@HOST, as the file calendars.csv has them.")],
) -> None:
    """Keep a user's password for a calendar server in the state folder's secrets.json; it is asked for."""
    from hanvisa.ami.secrets import keep_calendar_password  # noqa: PLC0415
    from hanvisa.calendars.source import must_be_account  # noqa: PLC0415

    with sentences():
        state = read_settings().state
        must_be_account(account)
        given = ask_password(twice=False)
        with putting_into(state):
            keep_calendar_password(state / "secrets.json", account, given)
    typer.echo(
        f"The password of {account} is kept. hanvisa calendars check tells whether it opens the calendars."
    )


@app.command(add_help_option=False)
def report(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Which; without one all are listed.")] = "",
    *,
    month: Annotated[str, typer.Option(help="As 2026-08; the last whole month without it.")] = "",
    format_: Annotated[Format, typer.Option("--format", help="json, csv or pdf")] = Format.JSON,
    output: Annotated[
        Path | None, typer.Option(help="The file to write; standard output without it.")
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="Of JSON and CSV: what the figures are made of.")
    ] = False,
    language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV,
    help_: Annotated[
        bool, typer.Option("--help", help="Which reports there are; with a name, what that one tells.")
    ] = False,
) -> None:
    """Follow-up (F1): the figures of a month by organisation, operation and cost centre, and their rows.

    Example: hanvisa report refusals --month 2026-08 --format pdf --output refusals.pdf
    """
    from hanvisa.bootstrap import SystemClock  # noqa: PLC0415
    from hanvisa.reporting import list_reports, teach, write_report  # noqa: PLC0415

    if help_:
        with sentences():
            taught = teach(name, language)
        typer.echo(f"{ctx.get_help()}\n{taught}")
        return
    if not name:
        typer.echo(list_reports(language))
        return

    async def run() -> bytes:
        return await write_report(
            read_settings(), SystemClock(), name, month=month, form=format_, language=language, rows=rows
        )

    written = _run(run())
    _put(written, output)


@app.command()
def invoice(
    file: Annotated[
        Path, typer.Argument(help="The carrier's invoice as CSV; docs/reports.md says of what columns.")
    ],
    month: Annotated[str, typer.Option(help="Of which month it is: 2026-08.")],
    columns: Annotated[
        str, typer.Option(help="Which column is which; as HANVISA_INVOICE_COLUMNS, whose place it takes.")
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="In place of the invoice that the month has already.")
    ] = False,
    language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV,
) -> None:
    """Take in the carrier's invoice of a month, all or nothing; `hanvisa report invoice` holds it against the register.

    Example: hanvisa invoice augusti.csv --month 2026-08 --columns "number=Abonnemang, at=Datum, private=Privat"
    """
    from hanvisa.directory.imports import told_in  # noqa: PLC0415
    from hanvisa.reporting import take_in_invoice  # noqa: PLC0415

    async def run() -> int:
        with told_in(language):
            return await take_in_invoice(
                read_settings(), file, month=month, columns=columns, language=language, replace=replace
            )

    lines, how = _run(run()), f"hanvisa report invoice --month {month}"
    told = Text(
        sv=f"{counted(lines, 'rad', 'rader')} togs in. {how} visar vad som skiljer.",
        en=f"{counted(lines, 'line was', 'lines were')} taken in. {how} tells what differs.",
    )
    typer.echo(told.in_(language))


@app.command("mail-reports")
def mail_reports(
    month: Annotated[str, typer.Option(help="As 2026-08; the last whole month without it.")] = "",
) -> None:
    """Mail heads of operations and managers of cost centres the month's reports on what is theirs (F1), each once.

    To be run by a timer, daily: who could not be sent them is tried again.
    """
    from hanvisa.bootstrap import SystemClock  # noqa: PLC0415
    from hanvisa.mail_server import mail_server  # noqa: PLC0415
    from hanvisa.reporting import mail_monthly  # noqa: PLC0415
    from hanvisa.reports.monthly import Mailed  # noqa: PLC0415

    async def run() -> list[Mailed]:
        settings = read_settings()
        return await mail_monthly(settings, mail_server(settings), SystemClock(), month)

    mailed = _run(run())
    for one in mailed:
        typer.echo(f"{one.who.name}: {one.why or counted(one.reports, 'report', 'reports')}")
    raise typer.Exit(1 if any(one.why for one in mailed) else 0)


@app.command("check-policy")
def check_policy(
    file: Annotated[Path, typer.Argument(help="A TOML file of cases, as in tests/policy.")],
) -> None:
    """Decide the cases of a file and compare with what the file expects. Exits with 1 when one differs."""
    from hanvisa.policy.cases import CaseError, check_file  # noqa: PLC0415

    try:
        results = check_file(file)
    except CaseError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    for result in results:
        typer.echo(f"{'  ok' if result.passed else 'DIFFERS'}  {result.title.sv}")
        for difference in result.differences:
            typer.echo(f"         {difference}")
    differing = [result for result in results if not result.passed]
    typer.echo(
        f"{len(results) - len(differing)} of {counted(len(results), 'case', 'cases')} decided as the file expects."
    )
    raise typer.Exit(1 if differing else 0)


@app.command()
def explain(
    call: Annotated[str, typer.Argument(help="The call's id, as GET /api/v1/calls lists it.")],
    language: Annotated[Language, typer.Option(help="sv or en")] = Language.SV,
) -> None:
    """Tell step by step why a caller heard what they heard, and decide it again from the facts that were kept."""
    from hanvisa.explaining import explain_call  # noqa: PLC0415

    async def run() -> str:
        return await explain_call(read_settings(), call, language)

    typer.echo(_run(run()))


@app.command()
def rescue(
    alive: Annotated[
        str, typer.Option(help="The application of a service that is alive and keeps its calls.")
    ] = "",
) -> None:
    """Bring the calls that a dead service left behind into the dialplan's fallback, so that nobody waits in silence."""
    from hanvisa.rescue import main  # noqa: PLC0415

    raise typer.Exit(main(["--alive", alive] if alive else []))


def _put(written: bytes, output: Path | None) -> None:
    if output is None:
        typer.echo(written, nl=False)
        return
    with sentences():
        try:
            output.write_bytes(written)
        except OSError as error:
            raise StorageError(f"{output} can't be written: {error.strerror}.") from error
