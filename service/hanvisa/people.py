"""Persons from an LDAP directory, brought into the register: by `hanvisa ldap`, and by the service on a schedule."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from hanvisa.config import Settings
from hanvisa.directory.auditing import Actor
from hanvisa.directory.engine import Database
from hanvisa.directory.imports.people import PeopleReport, Told, import_people
from hanvisa.directory.imports.sheets.organisation import PERSONS
from hanvisa.errors import ConfigurationError, HanvisaError
from hanvisa.ldap.client import Entry, LdapServer, read_entries
from hanvisa.passwords import read_secret

log = structlog.get_logger(__name__)

BY = Actor("ldap")


async def bring_people(
    settings: Settings, database: Database, *, dry_run: bool = False, accept: bool = False
) -> PeopleReport:
    """Raises ConfigurationError, LdapError, TooManyEnded and StorageError; then nothing was changed."""
    server = _server(settings)
    entries = await asyncio.to_thread(read_entries, server, settings.ldap_attributes.values())
    return await import_people(
        database,
        [told_of(entry, settings.ldap_attributes) for entry in entries],
        BY,
        departments=settings.ldap_departments,
        most_ended=settings.ldap_most_ended,
        dry_run=dry_run,
        accept=accept,
    )


async def keep_people(settings: Settings, database: Database) -> None:
    """Read the directory again and again. What fails is told in the log, and tried the next time."""
    while True:
        try:
            brought = await bring_people(settings, database)
        except HanvisaError as error:
            log.warning("ldap.nothing_changed", why=str(error))
        else:
            counts = brought.report.tables[PERSONS.name]
            log.info("ldap.brought", created=counts.created, changed=counts.changed, ended=counts.ended)
            for why in brought.left_out:
                log.warning("ldap.left_out", why=why)
        await asyncio.sleep(settings.ldap_every)


def told_of(entry: Entry, attributes: Mapping[str, str]) -> Told:
    """``attributes`` are by the column of persons.csv."""
    attributes = {column: name.lower() for column, name in attributes.items()}
    texts = {column: entry.values.get(name, "") for column, name in attributes.items()}
    no_text = (column for column, name in attributes.items() if name in entry.no_text)
    return Told(entry.dn, texts, tuple(no_text))


def _server(settings: Settings) -> LdapServer:
    """Raises ConfigurationError."""
    if not settings.ldap_url.startswith(("ldap://", "ldaps://")) or not settings.ldap_base:
        raise ConfigurationError(
            "No directory is set. Set HANVISA_LDAP_URL to ldaps:// and its host, and HANVISA_LDAP_BASE (docs/ldap.md)."
        )
    known = {column.name for column in PERSONS.columns if column.name != "from_ldap"}
    required = {column.name for column in PERSONS.columns if column.required}
    if unknown := sorted(settings.ldap_attributes.keys() - known):
        raise ConfigurationError(
            f"HANVISA_LDAP_ATTRIBUTES has “{unknown[0]}”, which is no column of persons.csv. It has {', '.join(known)}."
        )
    if missing := sorted(required - settings.ldap_attributes.keys()):
        raise ConfigurationError(
            f"HANVISA_LDAP_ATTRIBUTES has no attribute for {', '.join(missing)}. Add it."
        )
    password = settings.ldap_password.get_secret_value()
    if settings.ldap_user and not password:
        try:
            password = read_secret(settings.state, "ldap")
        except ConfigurationError as error:
            raise ConfigurationError(
                "HANVISA_LDAP_USER is set and has no password. Set HANVISA_LDAP_PASSWORD, or write it as “ldap” into "
                f"{settings.state / 'secrets.json'}."
            ) from error
    return LdapServer(
        url=settings.ldap_url,
        base=settings.ldap_base,
        filter=settings.ldap_filter,
        user=settings.ldap_user,
        password=password,
        starttls=settings.ldap_starttls,
        issuers=settings.ldap_ca,
    )
