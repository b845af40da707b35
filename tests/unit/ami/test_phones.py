"""The text of the phones' sections."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from hanvisa.ami.manager import Manager
from hanvisa.ami.phones import Phones, render
from hanvisa.ami.secrets import phone_passwords
from hanvisa.errors import ConfigurationError
from hanvisa.policy.facts import CallingClass, Code, CodeAction, OperatorState, Phone
from hanvisa.policy.register import Register
from integration.fallback.fallback_world import ANNA, OLLE, id_of, make_register

INSIDE, NATIONAL, ABROAD, PREMIUM = CallingClass


def section(register: Register, account: str, usual: CallingClass = NATIONAL) -> str:
    accounts = {phone.account: "secret" for phone in register.phones.rows}
    sections = render(register, accounts, usual).split("\n\n")
    return next(part for part in sections if part.startswith(f"[{account}]"))


def test_a_phone_is_known_by_its_person() -> None:
    assert section(make_register(), "hallefors-201") == "\n".join(
        (
            "[hallefors-201](phone)",
            "auth = hallefors-201",
            "aors = hallefors-201",
            "mailboxes = hallefors-201@hanvisa",
            'callerid = "Anna Åberg" <201>',
            "set_var = HANVISA_ACCOUNT=hallefors-201",
            f"set_var = HANVISA_ORGANISATION={id_of('hallefors').hex}",
            "set_var = HANVISA_NUMBER=+46980319201",
            "set_var = HANVISA_MAY_CALL=national",
            "[hallefors-201](phone-auth)",
            "username = hallefors-201",
            "password = secret",
            "[hallefors-201](phone-aor)",
            "mailboxes = hallefors-201@hanvisa",
        )
    )


def test_behind_a_proxy_every_phone_is_found_there() -> None:
    register = make_register()
    accounts = {phone.account: "secret" for phone in register.phones.rows}
    text = render(register, accounts, NATIONAL, proxy="192.0.2.10:5060")
    assert text.count("contact = sip:") == len(accounts)
    assert "contact = sip:hallefors-210@192.0.2.10:5060\n" in text
    assert "qualify_frequency" not in text, "none is asked by every node whether it is there"


def test_the_message_key_dials_the_code_for_messages() -> None:
    codes = [Code("*26", CodeAction.LISTEN_TO_MESSAGES)]
    text = section(make_register().replace(codes=codes), "hallefors-201")
    assert "voicemail_extension = *26\n" in text


def test_operators_phones_are_marked_and_show_the_main_number() -> None:
    text = section(make_register(), "hallefors-210")
    assert "HANVISA_OPERATOR=yes" in text
    assert "HANVISA_NUMBER=+46980319200" in text
    assert "rtp_timeout = 60" in text, "a dead one gives its callers back"
    assert "qualify_frequency = 30" in text, "and so does one that is gone"


def test_all_phones_of_an_operator_are_marked() -> None:
    register = make_register()
    other = Phone(id_of("other"), "hallefors-other", id_of("hallefors"), OLLE.id)
    assert "HANVISA_OPERATOR=yes" in section(
        register.replace(phones=(*register.phones.rows, other)), "hallefors-other"
    )


@pytest.mark.parametrize("marked", ["person", "department", "extension", "number", "nothing"])
def test_a_confidential_lines_phone_is_marked(marked: str) -> None:
    """M4: from it no mobile is reached with the service dead either."""
    register = make_register()
    register = register.replace(
        persons=[replace(one, confidential=marked == "person") for one in register.persons.rows],
        departments=[replace(one, confidential=marked == "department") for one in register.departments.rows],
        extensions=[replace(one, confidential=marked == "extension") for one in register.extensions.rows],
        numbers=[replace(one, confidential=marked == "number") for one in register.numbers.rows],
    )
    is_marked = "HANVISA_CONFIDENTIAL=yes" in section(register, "hallefors-201")
    assert is_marked == (marked != "nothing")


def set_classes(register: Register, own: CallingClass | None, department: CallingClass | None) -> Register:
    return register.replace(
        persons=[replace(one, may_call=own) for one in register.persons.rows],
        departments=[replace(one, may_call=department) for one in register.departments.rows],
    )


@pytest.mark.parametrize(
    ("own", "department", "usual", "may_call"),
    [
        (INSIDE, ABROAD, PREMIUM, "inside"),
        (ABROAD, INSIDE, INSIDE, "abroad"),
        (None, INSIDE, PREMIUM, "inside"),
        (None, PREMIUM, INSIDE, "premium"),
        (None, None, INSIDE, "inside"),
    ],
)
def test_a_phone_has_the_class_of_whose_it_is(
    own: CallingClass | None, department: CallingClass | None, usual: CallingClass, may_call: str
) -> None:
    register = set_classes(make_register(), own, department)
    assert f"HANVISA_MAY_CALL={may_call}\n" in section(register, "hallefors-201", usual)


def test_a_shared_phone_has_the_class_of_the_operator_who_sits_at_it_and_else_the_usual_one() -> None:
    register = set_classes(make_register(), INSIDE, None)
    phones = [replace(one, owner_id=None) for one in register.phones.rows]
    operators = [replace(one, state=OperatorState.OPEN) for one in register.operators.rows]
    register = register.replace(phones=phones, operators=operators)
    assert "HANVISA_MAY_CALL=inside\n" in section(register, "hallefors-210")
    assert "HANVISA_MAY_CALL=national\n" in section(register, "hallefors-201")


def test_a_protected_persons_number_is_not_shown() -> None:
    register = make_register()
    persons = [replace(who, protected=who == ANNA) for who in register.persons.rows]
    assert "HANVISA_NUMBER=+46980319200" in section(register.replace(persons=persons), "hallefors-201")


def test_a_name_cannot_end_its_line_or_become_a_setting() -> None:
    register = make_register()
    evil = replace(ANNA, given_name='A"; b<\n[x]', family_name="\\c")
    text = section(register.replace(persons=(evil,)), "hallefors-201")
    assert 'callerid = "A b[x] c" <201>' in text


def test_an_account_that_is_no_section_name_is_left_out() -> None:
    register = make_register()
    evil = Phone(id_of("evil"), "x]\n[y", id_of("hallefors"))
    assert "x]" not in render(register.replace(phones=(evil,)), {}, NATIONAL)


def test_passwords_are_made_once_and_beside_the_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"ari": "a", "ami": "b", "phones": {"x": "kept"}}))
    made = phone_passwords(file, ["x", "y"])
    assert made["x"] == "kept"
    assert len(made["y"]) == 24
    assert phone_passwords(file, ["x", "y"]) == made
    assert json.loads(file.read_text())["ari"] == "a"
    assert file.stat().st_mode & 0o777 == 0o600


class Listener:
    """An Asterisk that is told to read the phones."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def command(self, command: str, **_: float) -> None:
        self.told.append(command)


async def test_a_file_that_can_not_be_written_is_told_and_written_when_it_can(tmp_path: Path) -> None:
    asterisk = Listener()
    phones = Phones(tmp_path, cast("Manager", asterisk))
    with pytest.raises(ConfigurationError, match=r"pjsip_phones\.conf .*Asterisk keeps the phones"):
        await phones.publish(make_register(), NATIONAL)
    assert asterisk.told == []
    (tmp_path / "asterisk" / "etc").mkdir(parents=True)
    assert await phones.publish(make_register(), NATIONAL)
    assert asterisk.told == ["module reload res_pjsip.so"]


def test_a_phone_knows_where_it_stands() -> None:
    text = section(make_register(), "hallefors-203")
    assert "HANVISA_LOCATION=+46980319299" in text
