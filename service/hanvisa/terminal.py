"""What the terminal gives, which may be no UTF-8."""

from __future__ import annotations

import typer

from hanvisa.errors import InvalidInput

_OTHERWISE = "is not UTF-8. Set the terminal to UTF-8, and its variable LANG (sv_SE.UTF-8)."


def ask_password(*, twice: bool = True) -> str:
    """Typed and not shown. Raises InvalidInput."""
    try:
        given = str(typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True))
        given.encode()
    except UnicodeError:
        raise InvalidInput(f"The password {_OTHERWISE}") from None  # it stands in the other error
    return given
