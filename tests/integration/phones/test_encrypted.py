"""Phones over TLS with SRTP, beside others that have neither, through a real Asterisk."""

import re
import subprocess
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import Asterisk
from hanvisa.lab.lines import Phone
from hanvisa.lab.phones import Exchange
from hanvisa.lab.ports import lent_base_port
from integration.phones.plain import plain_asterisk

TLS, PHONES = 12, 10  # from the base port: Asterisk's own, and what the phones have


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One that says of itself that it is 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(  # noqa: S603 - our own words
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",  # noqa: S607
         "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


@asynccontextmanager
async def encrypting(
    certificate: tuple[Path, Path], **changed: Any
) -> AsyncIterator[tuple[Asterisk, Exchange]]:
    shown, key = certificate
    with lent_base_port() as base:
        tls = {"sip_tls_port": base + TLS, "sip_tls_certificate": shown, "sip_tls_key": key}
        async with (
            plain_asterisk(base, **tls, **changed) as asterisk,
            Exchange(base + PHONES, trusted=shown) as exchange,
        ):
            yield asterisk, exchange


async def phones(
    asterisk: Asterisk, exchange: Exchange, *accounts: str, srtp: Literal["no", "offered", "required"]
) -> list[Phone]:
    """Plugged in: over TLS with SRTP, or with neither."""
    chosen = asterisk.settings
    switch = f"127.0.0.1:{chosen.sip_port if srtp == 'no' else chosen.sip_tls_port}"
    made = [await exchange.phone(each, f"secret-{each}", switch, srtp=srtp) for each in accounts]
    for phone in made:
        await phone.plug_in()
    return list(made)


async def talk(caller: Phone, number: str, callee: Phone) -> None:
    line = await caller.call(number)
    other = await callee.rings()
    await other.answer()
    await line.until_up()
    await line.talks_to(other)
    await line.hangup()
    await other.until_ended()


def answers(trace: Iterable[str]) -> list[tuple[str, bool]]:
    """What each answer to an offer of sound came by, and whether it had a key for SRTP."""
    return [
        (message.split()[2], "\na=crypto:" in message)
        for message in trace
        if re.search(r"^SIP/2\.0 200 .*^CSeq: \d+ INVITE", message, re.MULTILINE | re.DOTALL)
    ]


async def test_a_phone_with_encryption_talks_with_one_that_has_none(certificate: tuple[Path, Path]) -> None:
    async with encrypting(certificate) as (asterisk, exchange):
        (anna,) = await phones(asterisk, exchange, "phone-201", srtp="offered")
        (bo,) = await phones(asterisk, exchange, "phone-202", srtp="no")
        await talk(anna, "202", bo)
        await talk(bo, "201", anna)
        assert set(answers(exchange.trace)) == {("TLS", True), ("UDP", False)}


async def test_where_srtp_is_required_a_phone_without_it_is_refused(certificate: tuple[Path, Path]) -> None:
    async with encrypting(certificate, sip_srtp="required") as (asterisk, exchange):
        anna, bo = await phones(asterisk, exchange, "phone-201", "phone-202", srtp="required")
        await talk(anna, "202", bo)
        assert set(answers(exchange.trace)) == {("TLS", True)}
        (cia,) = await phones(asterisk, exchange, "phone-203", srtp="no")
        assert (await (await cia.call("202")).until_ended()).status == 488


async def test_a_certificate_that_will_not_do_is_told_before_anything_starts(
    certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    shown, key = certificate
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate")
    for given, says in (
        ((shown, None), "HANVISA_SIP_TLS_KEY"),
        ((tmp_path / "none.pem", key), "none.pem can't be read: No such file or directory"),
        ((tmp_path, key), "can't be read: Is a directory"),
        ((garbage, key), "no certificate with its key"),
        ((shown, shown), "no certificate with its key"),
    ):
        tls = {"sip_tls_port": 5061, "sip_tls_certificate": given[0], "sip_tls_key": given[1]}
        with pytest.raises(ConfigurationError, match=re.escape(says)), lent_base_port() as base:
            async with plain_asterisk(base, **tls):
                pass
