"""The phones' accounts as the SIP proxy reads them, where one stands before several Asterisks and registers phones.

The file is a table of Kamailio's db_text, which reads it anew when it has changed. Of a password it has the digest only
(HA1, RFC 2617) that registering needs.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

import structlog

from hanvisa.ami.phones import usable
from hanvisa.ami.secrets import phone_passwords, replace_if_other
from hanvisa.errors import ConfigurationError
from hanvisa.policy.register import Register

log = structlog.get_logger(__name__)

REALM = "hanvisa"  # pjsip.conf's default_realm too: one digest holds for both
_COLUMNS = "username(string) ha1(string)\n"
_VERSIONS = "table_name(string) table_version(int)\nsubscriber:7\n"


class ProxyAccounts:
    """Keeps ``state``/proxy as the register says."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "proxy"
        self._secrets = state / "secrets.json"

    async def publish(self, register: Register) -> bool:
        """Write the accounts, if anything changed. True when it did. Raises ConfigurationError."""
        return await asyncio.to_thread(self._write, register)

    def _write(self, register: Register) -> bool:
        accounts = [phone.account for phone in usable(register)]
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            texts = {
                "version": _VERSIONS,
                "subscriber": table(phone_passwords(self._secrets, accounts), accounts),
            }
            changed = [_keep(self._folder / name, text) for name, text in texts.items()]
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The phones' accounts can't be written to {self._folder} for the SIP proxy: {error}. "
                "It knows those that it had. See that the disk has room and that it may be written."
            ) from error
        return any(changed)


def table(passwords: Mapping[str, str], accounts: list[str]) -> str:
    """The file's text; an account has no character that would have to be escaped."""
    return _COLUMNS + "".join(
        f"{account}:{digest(account, passwords[account])}\n" for account in sorted(accounts)
    )


def digest(account: str, password: str) -> str:
    return hashlib.md5(f"{account}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()


def _keep(file: Path, text: str) -> bool:
    if not replace_if_other(file, text):
        return False
    log.info("proxy.published", file=file.name)
    return True
