"""`hanvisa user ...`: accounts, for an administrator at the machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hanvisa.config import Settings, read_settings
from hanvisa.running import run
from hanvisa.terminal import ask_password

if TYPE_CHECKING:
    from hanvisa.directory.engine import Database

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Who may sign in, and with which roles.")

Name = Annotated[str, typer.Argument(help="What they sign in with; it stands in the audit trail.")]
RoleOption = Annotated[
    str, typer.Option(help="admin, telephone_manager, head, operator, superuser or person")
]
ScopeOption = Annotated[
    str,
    typer.Option(
        help="For a head or telephone manager: the operation's id or name, or cost_centre: and that of a cost centre."
    ),
]
PersonOption = Annotated[str, typer.Option(help="Who of the register they are: id or external id.")]


@app.command("create")
def create(
    name: Name,
    role: RoleOption = "",
    scope: ScopeOption = "",
    person: PersonOption = "",
    password: Annotated[bool, typer.Option(help="Ask for a password; else they sign in elsewhere.")] = True,
) -> None:
    """Make a user.

    Example: hanvisa user create maria.ek --role head --scope Teknik --person p302
    """
    from hanvisa.web.accounts import create_user  # noqa: PLC0415

    ask = ask_password if password else None
    _with_database(
        lambda database, _: create_user(database, name, role=role, scope=scope, person=person, password=ask)
    )
    typer.echo(f"{name} is a user now.")


@app.command("password")
def password(name: Name) -> None:
    """Give a user a new password; it also opens the lock after wrong ones, and signs them out everywhere."""
    from hanvisa.web.accounts import set_password  # noqa: PLC0415

    _with_database(lambda database, settings: set_password(database, settings, name, ask_password))
    typer.echo(f"{name} has a new password.")


@app.command("role")
def role(
    name: Name,
    role: RoleOption,
    scope: ScopeOption = "",
    take: Annotated[bool, typer.Option("--take", help="Take the role from them.")] = False,
) -> None:
    """Give a user a role, or take it."""
    from hanvisa.web.accounts import give_role  # noqa: PLC0415

    _with_database(lambda database, _: give_role(database, name, role, scope, take=take))
    typer.echo(f"{name} {'has no longer' if take else 'has'} the role {role}.")


@app.command("end")
def end(name: Name) -> None:
    """End a user: no token, session or password of theirs lets anybody in."""
    from hanvisa.web.accounts import end_user  # noqa: PLC0415

    _with_database(lambda database, _: end_user(database, name))
    typer.echo(f"{name} is no user any more.")


@app.command("list")
def list_() -> None:
    """Show the users with their roles."""
    from hanvisa.web.accounts import list_users  # noqa: PLC0415

    for line in _with_database(lambda database, _: list_users(database)):
        typer.echo(line)


def _with_database(work: Callable[[Database, Settings], Awaitable[T]]) -> T:
    from hanvisa.directory.existing import existing_database  # noqa: PLC0415

    async def open_and_work() -> T:
        settings = read_settings()
        async with existing_database(settings.database_url) as database:
            return await work(database, settings)

    return run(open_and_work())
