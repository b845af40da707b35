"""Phones over TLS, with their sound as SRTP: the certificate taken over, and what it adds to PJSIP's configuration."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from provisioning import secrets
from provisioning.problem import Problem

SRTP = ("offered", "required")
TRANSPORT = """\
[transport-tls]
type = transport
protocol = tls
bind = {host}:{port}
method = tlsv1_2
cert_file = {certificate}
priv_key_file = {key}
"""
NONE = "; No port for phones over TLS: HANVISA_SIP_TLS_PORT is not set.\n"


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """``srtp``: whether phones may speak without it (offered) or not (required)."""

    port: int
    certificate: Path
    key: Path
    srtp: str = "offered"

    @classmethod
    def of(
        cls, port: int | None, certificate: Path | None, key: Path | None, srtp: str
    ) -> "Encryption | None":
        """None where no port is given.

        Raises:
            Problem: the certificate or its key is not given.
        """
        if port is None:
            return None
        if certificate is None or key is None:
            raise Problem(
                f"Phones over TLS (port {port}) need a certificate and its key, as PEM files: "
                "set HANVISA_SIP_TLS_CERTIFICATE and HANVISA_SIP_TLS_KEY."
            )
        return cls(port=port, certificate=certificate, key=key, srtp=srtp)


def write(etc: Path, host: str, given: Encryption | None) -> dict[str, str]:
    """Copy the certificate and its key to where Asterisk reads them, and give the values for pjsip.conf.

    Raises:
        Problem: they can't be read, or are no pair.
    """
    certificate, key = etc / "tls-certificate.pem", etc / "tls-key.pem"
    if given is None:
        certificate.unlink(missing_ok=True)
        key.unlink(missing_ok=True)
        return {"transport_tls": NONE, "phone_encryption": "media_encryption = no"}
    texts = [(to, _read(file)) for to, file in ((certificate, given.certificate), (key, given.key))]
    _check(given)
    for to, text in texts:
        secrets.write_private(to, text)
    transport = TRANSPORT.format(host=host, port=given.port, certificate=certificate, key=key)
    optimistic = "yes" if given.srtp == "offered" else "no"
    encryption = f"media_encryption = sdes\nmedia_encryption_optimistic = {optimistic}"
    return {"transport_tls": transport, "phone_encryption": encryption}


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise Problem(
            f"{file} can't be read: {error.strerror}. Phones over TLS need it: see that it is there and that "
            "whoever starts Asterisk may read it."
        ) from error
    except UnicodeDecodeError:
        raise Problem(f"{file} is no PEM file: phones over TLS need one.") from None


def _check(given: Encryption) -> None:
    try:
        # A key with a password would be asked for one at the terminal, and Asterisk could not be told it.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(given.certificate, given.key, lambda: "")
    except (ssl.SSLError, ValueError) as error:
        raise Problem(
            f"{given.certificate} and {given.key} are no certificate with its key ({error}). Both must be PEM, the "
            "certificate first and those that issued it after it, the key without a password."
        ) from error
