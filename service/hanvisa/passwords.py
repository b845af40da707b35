"""Reading passwords: those that provision has made, and those that others have given us."""

from __future__ import annotations

import json
from pathlib import Path

from hanvisa.config import Settings
from hanvisa.errors import ConfigurationError
from hanvisa.whereabouts import PREFIX


def read_text_token(settings: Settings) -> str:
    """The gateway's token, from its file or its variable; "" where there is none.

    Raises:
        ConfigurationError: the file can't be read.
    """
    file = settings.text_token_file
    if file is None:
        return settings.text_token.get_secret_value()
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(
            f"{PREFIX}TEXT_TOKEN_FILE is “{file}”, which can't be read: {why}. Set it to a file with the token."
        ) from None  # what it holds is in the other error


def read_calendar_passwords(state: Path) -> dict[str, str]:
    """The passwords for calendars by USER@HOST, from the state folder's secrets.json; none where there is no such file.

    Raises:
        ConfigurationError: it can't be read.
    """
    file = state / "secrets.json"
    try:
        kept: dict[str, str] = json.loads(file.read_text())["calendars"]
    except (FileNotFoundError, KeyError):
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"{file} can't be read ({type(error).__name__}).") from None
    return kept


def read_secret(state: Path, name: str) -> str:
    """The password called ``name`` (ari, ami), as `asterisk-conf/provision` made it.

    Raises:
        ConfigurationError: there is none.
    """
    file = state / "secrets.json"
    try:
        return str(json.loads(file.read_text())[name])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{file} has no password “{name}” ({error}). Run `asterisk-conf/provision --state {state}`, which makes it."
        ) from error
