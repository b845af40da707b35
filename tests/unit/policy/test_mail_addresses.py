"""What a mail address is, and that none leads anywhere else in a mail's head."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from hanvisa.policy.mail_addresses import is_mail_address, recipients


@pytest.mark.parametrize(
    "address", ["anna.berg@example.org", "o'neil+vaxel@nora-kommun.example.org", "a_b=c@x", "ab@192.0.2.1"]
)
def test_a_dot_atom_at_a_host_is_one(address: str) -> None:
    assert is_mail_address(address)
    assert [str(one) for one in recipients(address)] == [address]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("anna@hällefors.example.org", "anna@xn--hllefors-0za.example.org"),
        ("anna@HÄLLEFORS.example.org", "anna@xn--hllefors-0za.example.org"),
        ("anna@xn--hllefors-0za.example.org", "anna@xn--hllefors-0za.example.org"),
    ],
)
def test_a_host_with_other_letters_is_sent_as_hosts_are_known(address: str, sent: str) -> None:
    assert is_mail_address(address)
    mail = EmailMessage(policy=SMTP)
    mail["To"] = recipients(address)
    assert mail.as_bytes() == f"To: {sent}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "anna",
        "@x",
        "anna@",
        "anna@x@y",
        "anna..berg@x",
        ".anna@x",
        "anna@-x",
        "anna@x..y",
        "anna@x\n",
        "anna@x\nBcc: bo@x",
        "anna@x, bo@x",
        "x(@y",
        "().b@x",
        ":b;@x",
        ",@;b",
        '"a b"@x',
        "<anna@x>",
        "anna@[192.0.2.1]",
        "åsa@x",
        "asa@straße.example.org",
        "asa@日本.example.org",
        "asa@xn--å.example.org",
        f"asa@{'å' * 60}.example.org",
        f"asa@{'å.' * 50}example.org",
        "=?utf-8?q?a?=@x",
        "=?utf-8?q?@?==?utf-8?q?",
        f"{'a' * 250}@x.se",
        f"a@{'x' * 64}",
    ],
)
def test_whatever_else_is_none(address: str) -> None:
    assert not is_mail_address(address)
    with pytest.raises(ValueError, match="address"):
        recipients("anna@x", address)


def test_a_mail_to_nobody_is_none() -> None:
    with pytest.raises(ValueError, match="address"):
        recipients()
