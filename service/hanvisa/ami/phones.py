"""The phones' sections of PJSIP's configuration, written from the register.

What all phones have in common stands in asterisk-conf/pjsip.conf (templates phone, phone-auth and phone-aor).
A section's variables are what the dialplan knows of its phone when everything else is dead: HANVISA_ACCOUNT,
HANVISA_ORGANISATION (id), HANVISA_NUMBER (E.164, shown outside), HANVISA_LOCATION (E.164, shown to 112),
HANVISA_MAY_CALL (calling class), HANVISA_OPERATOR and HANVISA_CONFIDENTIAL (yes).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog

from hanvisa.ami.lamps import MAILBOXES
from hanvisa.ami.manager import Manager
from hanvisa.ami.secrets import phone_passwords, replace_if_other
from hanvisa.errors import ConfigurationError
from hanvisa.policy.confidentiality import has_confidential_line
from hanvisa.policy.facts import CallingClass, CodeAction, Person, Phone, TargetKind
from hanvisa.policy.outgoing import calling_class, number_shown
from hanvisa.policy.register import Register

log = structlog.get_logger(__name__)

_RELOAD_WITHIN = 30.0  # seconds, for some ten thousand phones
_ACCOUNT = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_UNSAFE = re.compile(r'["<>\\;\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class Liveness:
    """How it is seen (in seconds) that an operator's phone is dead.

    One that sends nothing for ``rtp_timeout`` in a call is taken off it; each is asked ``qualify_every`` whether it is
    there.
    """

    rtp_timeout: int = 60
    qualify_every: int = 30


class Phones:
    """Keeps ``state``/asterisk/etc/pjsip_phones.conf as the register says.

    ``node`` is the folder of one of several Asterisks below ``state``/asterisk; ``proxy`` (host:port) is where phones
    register then.
    """

    def __init__(
        self,
        state: Path,
        manager: Manager,
        liveness: Liveness = Liveness(),
        *,
        node: str = "",
        proxy: str = "",
    ) -> None:
        self._file = state / "asterisk" / node / "etc" / "pjsip_phones.conf"
        self._proxy = proxy
        self._secrets = state / "secrets.json"
        self._manager = manager
        self._liveness = liveness
        self._reload_owed = False

    async def publish(self, register: Register, usual: CallingClass) -> bool:
        """Write the phones and have Asterisk read them, if anything changed. Live calls go on. True when it changed.

        ``usual`` is the calling class where neither the person nor their department has one.

        Raises:
            Unavailable: Asterisk can't be told; the file is written then, and the next call tells it.
            ConfigurationError: a file can't be read or written; the phones are as they were.
        """
        accounts = [phone.account for phone in usable(register)]
        try:
            if await asyncio.to_thread(self._write, register, usual, accounts):
                self._reload_owed = True
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"The phones can't be written to {self._file} with passwords from {self._secrets}: {error}. "
                "Asterisk keeps the phones that it has. See that the disk has room and that both may be written."
            ) from error
        if not self._reload_owed:
            return False
        await self._manager.command("module reload res_pjsip.so", within=_RELOAD_WITHIN)
        self._reload_owed = False
        log.info("phones.published", phones=len(accounts))
        return True

    def _write(self, register: Register, usual: CallingClass, accounts: Sequence[str]) -> bool:
        """Whether it was another."""
        passwords = phone_passwords(self._secrets, accounts)
        return replace_if_other(self._file, render(register, passwords, usual, self._liveness, self._proxy))


def render(
    register: Register,
    passwords: Mapping[str, str],
    usual: CallingClass,
    liveness: Liveness = Liveness(),
    proxy: str = "",
) -> str:
    """The file's text. ``passwords`` by account; ``liveness`` of operators' phones; ``proxy`` is where all register.

    ``usual`` is the calling class where neither the person nor their department has one.
    """
    operators = _operator_phones(register)
    sections = (
        _section(
            phone,
            register,
            passwords[phone.account],
            usual=usual,
            liveness=liveness if phone.id in operators else None,
            proxy=proxy,
        )
        for phone in usable(register)
    )
    return "; Written by the service from its register. Changes made here are lost.\n" + "".join(sections)


def _section(
    phone: Phone,
    register: Register,
    password: str,
    *,
    usual: CallingClass,
    liveness: Liveness | None,
    proxy: str,
) -> str:
    lines = [
        f"\n[{phone.account}](phone)",
        f"auth = {phone.account}",
        f"aors = {phone.account}",
        f"mailboxes = {phone.account}@{MAILBOXES}",
        *(f"voicemail_extension = {code.code}" for code in register.codes_of(CodeAction.LISTEN_TO_MESSAGES)),
        f"callerid = {_caller_id(phone, register)}",
        *(
            f"set_var = {name}={value}"
            for name, value in _variables(phone, register, usual, liveness is not None)
        ),
        *([f"rtp_timeout = {liveness.rtp_timeout}"] if liveness else []),
        f"[{phone.account}](phone-auth)",
        f"username = {phone.account}",
        f"password = {password}",
        f"[{phone.account}](phone-aor)",
        f"mailboxes = {phone.account}@{MAILBOXES}",
        *_found(phone, liveness, proxy),
    ]
    return "\n".join(lines) + "\n"


def _found(phone: Phone, liveness: Liveness | None, proxy: str) -> Iterator[str]:
    """Where the phone is: a proxy knows, and refuses to ring one that is not there, so that nobody is asked before."""
    if proxy:
        yield f"contact = sip:{phone.account}@{proxy}"
    elif liveness:
        yield f"qualify_frequency = {liveness.qualify_every}"


def usable(register: Register) -> Iterator[Phone]:
    """The phones whose account can be a section's name; the others are logged."""
    for phone in register.phones.rows:
        if _ACCOUNT.fullmatch(phone.account):
            yield phone
        else:
            log.warning("phones.account_unusable", account=phone.account)


def _owner(phone: Phone, register: Register) -> Person | None:
    return register.person(phone.owner_id) if phone.owner_id else None


def _caller_id(phone: Phone, register: Register) -> str:
    """`"Anna Åberg" <201>`; a shared phone is its organisation's."""
    owner = _owner(phone, register)
    organisation = register.organisation(phone.organisation_id)
    name = owner.name if owner else organisation.name if organisation else phone.account
    extensions = register.extensions_of(TargetKind.PERSON, owner.id) if owner else ()
    return f'"{_UNSAFE.sub("", name)}" <{extensions[0].number if extensions else ""}>'


def _variables(
    phone: Phone, register: Register, usual: CallingClass, operator: bool
) -> Iterator[tuple[str, str]]:
    yield "HANVISA_ACCOUNT", phone.account
    yield "HANVISA_ORGANISATION", phone.organisation_id.hex
    number = number_shown(register, _owner(phone, register), phone.organisation_id)
    if number:
        yield "HANVISA_NUMBER", number
    if phone.location_number:
        yield "HANVISA_LOCATION", phone.location_number
    user = register.user_of(phone)
    yield "HANVISA_MAY_CALL", calling_class(register, register.person(user) if user else None, usual)
    if operator:
        yield "HANVISA_OPERATOR", "yes"
    if phone.owner_id and has_confidential_line(register, TargetKind.PERSON, phone.owner_id):
        yield "HANVISA_CONFIDENTIAL", "yes"  # M4


def _operator_phones(register: Register) -> set[UUID]:
    """The ids of all phones that operators have, those they sit at and their own."""
    return {
        id_
        for operator in register.operators.rows
        for id_ in (operator.phone_id, *(phone.id for phone in register.phones_of(operator.person_id)))
    }
