"""What somebody who has just started the system wants to know: which phones there are, and what to try."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from hanvisa.config import Settings, read_settings
from hanvisa.directory.engine import open_database
from hanvisa.directory.loading import LOADERS, load
from hanvisa.errors import HanvisaError, NotFound
from hanvisa.policy.facts import Person, Phone, TargetKind
from hanvisa.policy.register import Register

SHOWN = 3  # phones of people who are there, beside the operators' and an absent person's


async def read_register(settings: Settings) -> Register:
    """The register as it is in the database now."""
    database = open_database(settings.database_url)
    try:
        async with database.reading() as session:
            return Register().replace(**await load(session, list(LOADERS), datetime.now(UTC)))
    finally:
        await database.close()


def guide(register: Register, settings: Settings) -> str:
    """The page that ``./dev run`` ends with. No password stands on it."""
    web = f"http://{settings.web_host}:{settings.web_port}"
    phones = "\n".join(f"  {line}" for line in _useful_phones(register))
    return f"""
hanvisa runs.

The pages     {web}/ (an account: ./dev hanvisa user create ulla --role operator --person ulla.brandt)
The API       {web}/api/v1
described at  {web}/api/docs (for whoever has signed in to the pages)
a token       ./dev hanvisa token create --role admin --name me
the logs      {settings.state / "log"} and {settings.state / "asterisk" / "log"}

Phones (SIP at {settings.sip_host}:{settings.sip_port}; ./dev phone shows all, ./dev phone ACCOUNT its password):
{phones}

Try
{_what_to_try(register)}
  ./dev demo places calls like these with phones of its own, and tells what was heard and decided.

Ctrl-C stops all of it.
"""


def account_details(register: Register, settings: Settings, account: str) -> str:
    """What a softphone needs to be the phone ``account``, its password included.

    Raises:
        NotFound: there is no such phone, or it has no password yet.
    """
    phone = register.phone_of_account(account)
    if phone is None:
        raise NotFound(f"There is no phone called {account}. ./dev phone lists them.")
    passwords = json.loads((settings.state / "secrets.json").read_text())["phones"]
    if account not in passwords:
        raise NotFound(
            f"The phone {account} has no password yet: it gets one when the service starts (./dev run)."
        )
    return f"""\
{_described(register, phone)}
user      {account}
password  {passwords[account]}
server    {settings.sip_host}:{settings.sip_port} (UDP or TCP){_over_tls(settings)}
codec     G.711 (PCMA)"""


def _over_tls(settings: Settings) -> str:
    if settings.sip_tls_port is None:
        return ""
    return f", or {settings.sip_host}:{settings.sip_tls_port} (TLS, with SRTP)"


def account_list(register: Register) -> str:
    return "\n".join(_described(register, phone) for phone in register.phones.rows)


def _useful_phones(register: Register) -> Iterator[str]:
    operators = [register.phone(operator.phone_id) for operator in register.operators.rows]
    seats = [phone for phone in operators if phone is not None][:2]
    yield from (_described(register, phone) for phone in seats)
    there = (pair for pair in _owned_phones(register, absent=False) if pair[1] not in operators)
    away = _owned_phones(register, absent=True)
    for _, phone in [*islice(there, SHOWN), *islice(away, 1)]:
        yield _described(register, phone)


def _owned_phones(register: Register, *, absent: bool) -> Iterator[tuple[Person, Phone]]:
    """The people with a phone and an extension of their own who are absent (or not) now."""
    now = datetime.now(UTC)
    for person in register.persons.rows:
        away = any(absence.starts_at <= now for absence in register.absences_of(person.id))
        if away is absent and register.extensions_of(TargetKind.PERSON, person.id):
            yield from ((person, phone) for phone in register.phones_of(person.id)[:1])


def _described(register: Register, phone: Phone) -> str:
    """One line: the account, its extension, whose it is."""
    organisation = register.organisation(phone.organisation_id)
    house = organisation.name if organisation else ""
    operators = {operator.phone_id for operator in register.operators.rows}
    person = register.person(phone.owner_id) if phone.owner_id else None
    if person is None:
        return f"{phone.account:18} {'':6} a shared phone, {house}"
    extensions = register.extensions_of(TargetKind.PERSON, person.id)
    number = extensions[0].number if extensions else ""
    roles = ", operator" if phone.id in operators else ""
    away = (
        ", absent now"
        if any(a.starts_at <= datetime.now(UTC) for a in register.absences_of(person.id))
        else ""
    )
    return f"{phone.account:18} {number:6} {person.name}, {house}{roles}{away}"


def _what_to_try(register: Register) -> str:
    lines = []
    for person, _ in islice(_owned_phones(register, absent=True), 1):
        extension = register.extensions_of(TargetKind.PERSON, person.id)[0].number
        lines.append(
            f"  dial {extension} from another phone of the same house: {person.name} is away, and you are told so"
        )
    lines += [
        f"  as an operator in a call, transfer the caller to the mobile {mobile.number}: refused, rule O2"
        for mobile in register.mobiles.rows[:1]
    ]
    lines.append("  dial 112: it goes straight out to the carrier, whatever else is broken")
    return "\n".join(lines)


async def _main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev phone", description="What a softphone needs to be a phone.")
    parser.add_argument("account", nargs="?", help="of which phone; none: all are listed")
    account = parser.parse_args(words).account
    try:
        settings = read_settings()
        register = await read_register(settings)
        said = account_details(register, settings, account) if account else account_list(register)
    except (HanvisaError, OSError) as error:
        sys.stderr.write(f"{error}\nIs the system set up? ./dev run does it.\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(sys.argv[1:])))
