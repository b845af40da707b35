"""Reading an LDAP directory: all entries that a filter finds, page by page, or none. Blocks: to be run in a thread."""

from __future__ import annotations

import ssl
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import ldap3
from ldap3.core import results
from ldap3.core.exceptions import LDAPOperationResult

from hanvisa.errors import LdapError

WITHIN = 30  # seconds for an answer
CONNECTED_WITHIN = 5
PAGE = 500  # entries: servers give a thousand at most at once

_GUID = "objectguid"  # Active Directory's, in bytes
_LIMITS = (
    results.RESULT_TIME_LIMIT_EXCEEDED,
    results.RESULT_SIZE_LIMIT_EXCEEDED,
    results.RESULT_ADMIN_LIMIT_EXCEEDED,
)


@dataclass(frozen=True, slots=True)
class LdapServer:
    """``starttls``: nothing is sent to a server at ldap:// that does not encrypt. ``issuers`` are trusted (PEM).

    ``user`` "" reads without logging in.
    """

    url: str
    base: str
    filter: str
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    issuers: Path | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """``values`` are by the attribute's name in small letters, the first of each.

    ``no_text``: attributes whose value is none.
    """

    dn: str
    values: Mapping[str, str]
    no_text: frozenset[str] = frozenset()


def read_entries(server: LdapServer, attributes: Iterable[str]) -> list[Entry]:
    """Raises LdapError when not all of them could be read. What it says has no password."""
    try:
        return list(_entries(server, sorted(set(attributes))))
    except Exception as error:  # the library lets out whatever it meets in what is no LDAP
        raise LdapError(f"The directory at {server.url} can't be read: {_why(error)}.") from error


def _entries(server: LdapServer, attributes: list[str]) -> Iterator[Entry]:
    trusting = ldap3.Tls(
        validate=ssl.CERT_REQUIRED, ca_certs_file=str(server.issuers) if server.issuers else None
    )
    host = ldap3.Server(server.url, tls=trusting, get_info=ldap3.NONE, connect_timeout=CONNECTED_WITHIN)
    connection = ldap3.Connection(
        host,
        user=server.user or None,
        password=server.password or None,
        read_only=True,
        raise_exceptions=True,
        receive_timeout=WITHIN,
        auto_referrals=False,
    )
    try:
        connection.open()
        if server.starttls and not host.ssl:
            connection.start_tls()
        connection.bind()
        _must_have_succeeded(connection)
        found = connection.extend.standard.paged_search(
            server.base, server.filter, attributes=attributes, paged_size=PAGE, generator=True
        )
        for entry in found:
            if entry["type"] == "searchResEntry":  # not where others' entries are
                yield entry_of(entry["dn"], entry["raw_attributes"])
        _must_have_succeeded(connection)
        connection.unbind()
    finally:
        if connection.socket is not None:  # the library leaves it open where something fails
            connection.socket.close()


def _must_have_succeeded(connection: Any) -> None:
    """The library itself raises for most other results, but neither for a limit that was reached nor for a referral."""
    result = connection.result
    if result["result"] != results.RESULT_SUCCESS:
        raise LDAPOperationResult(result=result["result"], description=result["description"])


def entry_of(dn: str, raw: Mapping[str, list[bytes]]) -> Entry:
    texts = {name.lower(): _text(name.lower(), values[0]) for name, values in raw.items() if values}
    values = {name: text for name, text in texts.items() if text is not None}
    return Entry(dn, values, frozenset(texts.keys() - values.keys()))


def _text(name: str, value: bytes) -> str | None:
    """None for one that is no text."""
    try:
        text = str(UUID(bytes_le=value)) if name == _GUID else value.decode()
    except ValueError:
        return None
    return None if "\0" in text else unicodedata.normalize("NFC", text.strip())


def _why(error: Any) -> str:
    """In the server's words where it has some."""
    said = str(getattr(error, "description", None) or error or type(error).__name__)
    if isinstance(error, LDAPOperationResult) and error.result in _LIMITS:
        return f"{said}: raise the limits of HANVISA_LDAP_USER there"
    return said
