"""Templates: what the common gateways get, whatever the words are, and what is said of a template that won't do."""

import json
from base64 import b64decode
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from hanvisa.errors import ConfigurationError
from hanvisa.policy.texts import TextMessage
from hanvisa.texts.template import READY_MADE, Account, parse, read_template

ACCOUNT = Account("Hallefors", "user:secret&+")
TEXT = TextMessage("+46701740690", 'Örjan "Ö" & Åsa {to}\n100 % = a\\b')
JSON = "Content-Type: application/json\nAuthorization: Bearer {token}\n\n"
BODY = '{"to": "{to}", "message": "{message}"}'


@pytest.mark.parametrize(
    ("name", "to", "from_", "message"),
    [("46elks", "to", "from", "message"), ("twilio", "To", "From", "Body")],
)
def test_forms(name: str, to: str, from_: str, message: str) -> None:
    head, body = read_template(name, ACCOUNT).fill("id", TEXT, ACCOUNT)
    assert head["Content-Type"] == "application/x-www-form-urlencoded"
    scheme, credentials = head["Authorization"].split()
    assert (scheme, b64decode(credentials).decode()) == ("Basic", ACCOUNT.token)
    assert parse_qs(body.decode()) == {to: [TEXT.to], from_: [ACCOUNT.sender], message: [TEXT.words]}


def test_json() -> None:
    head, body = read_template("json", ACCOUNT).fill("id", TEXT, ACCOUNT)
    assert head == {"Content-Type": "application/json", "Authorization": f"Bearer {ACCOUNT.token}"}
    assert json.loads(body) == {"to": TEXT.to, "from": ACCOUNT.sender, "message": TEXT.words}


def test_one_of_our_own_with_an_id_and_digits(tmp_path: Path) -> None:
    file = tmp_path / "gateway.http"
    file.write_bytes(
        b"Content-Type: application/json; charset=utf-8\r\nX-Key: {token}\r\nIdempotency-Key: {id}\r\n\r\n"
        b'{"recipients": [{"msisdn": {digits}}], "text": "{message}"}\r\n'
    )
    template = read_template(str(file), ACCOUNT)
    assert template.recognises_repeats
    head, body = template.fill("hv-k-1-2", TEXT, ACCOUNT)
    assert head["Idempotency-Key"] == "hv-k-1-2"
    assert json.loads(body) == {"recipients": [{"msisdn": 46701740690}], "text": TEXT.words}


@pytest.mark.parametrize("name", READY_MADE)
def test_the_ready_made_ones_trust_no_gateway_to_recognise_repeats(name: str) -> None:
    assert not read_template(name, ACCOUNT).recognises_repeats


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("POST /sms\n" + JSON + BODY, "“POST /sms” is no header field"),
        ("Content-Type: text/plain\n\n{to} {message}", "Content-Type is “text/plain”"),
        (JSON + '{"to": "{to}", "message": "{mesage}"}', "nothing is called {mesage}"),
        (JSON + '{"message": "{message}"}', r"must have {to} \(or {digits}\) and {message}"),
        (JSON + '{"to": "{to}"}', "must have"),
        ("X-To: {to}\n" + JSON + BODY, "{to} can't stand in a header"),
        (JSON + BODY[:-1], "its body is no JSON"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, written: str, complaint: str) -> None:
    file = tmp_path / "gateway.http"
    file.write_text(written)
    with pytest.raises(ConfigurationError, match=complaint) as told:
        read_template(str(file), ACCOUNT)
    assert ACCOUNT.token not in str(told.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match="Set it to one of 46elks, json, twilio, or to the path"):
        read_template("46elk", ACCOUNT)


@pytest.mark.parametrize(
    ("account", "complaint"),
    [
        (Account("Hallefors", ""), "Set HANVISA_TEXT_TOKEN"),
        (Account("Hallefors", "two\nlines"), "Write it on one line"),
        (Account("", "secret"), "Set HANVISA_TEXT_FROM"),
    ],
)
def test_a_setting_that_is_missing(account: Account, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        read_template("json", account)


def test_no_token_where_it_is_not_asked_for() -> None:
    template = parse("Content-Type: application/json\n\n" + BODY)
    assert "token" not in template.names


def test_an_account_is_shown_without_its_token() -> None:
    assert ACCOUNT.token not in repr(ACCOUNT)
