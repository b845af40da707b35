"""What an administrator who writes a case file is told when something is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanvisa.policy.cases import CaseError, check_file

CASE = """
[[cases]]
title = { sv = "Titel", en = "Title" }
why = { sv = "Därför", en = "Because" }
decide = "number"
facts = { dialled = "112" }
expect = { kind = "emergency" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cases.toml"


def test_a_case_that_holds(file: Path) -> None:
    file.write_text(CASE)
    (result,) = check_file(file)
    assert result.passed
    assert result.title.en == "Title"


def test_a_case_that_does_not_hold_says_what_differs(file: Path) -> None:
    file.write_text(CASE.replace('"emergency"', '"mobile", number = "+46701740605"'))
    (result,) = check_file(file)
    assert not result.passed
    assert result.differences == (
        "kind: expected mobile, but it is emergency",
        "number: expected +46701740605, but it is 112",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there are no cases. Write each under [[cases]]."),
        ("[[case]]", "“case” is not known here. A case file has register and [[cases]]."),
        ("cases = [", "is not TOML"),
        (CASE.replace('dialled = "112"', ""), "case 1 “Title”: “number.facts.dialled” is missing. Add it."),
        (CASE.replace("dialled", "dialed"), "“number.facts.dialled” is missing"),
        (CASE.replace('"112"', '"112", colour = "red"'), "“number.facts.colour” is not known here"),
        (CASE.replace('"emergency"', '"urgent"'), "“number.expect.kind” is wrong"),
        (CASE.replace('"number"', '"guess"'), "case 1 “Title”: "),
        (CASE.replace('"112"', '"112", organisation = "nora"'), "nothing in the register has the id “nora”"),
        ('register = "none.toml"' + CASE, "none.toml can't be read: No such file or directory"),
        ("register = 7" + CASE, 'Write register = "register.toml".'),
        (CASE + "[[register.people]]", "there is no table “people”"),
        (
            CASE + "[register]\npersons = 7",
            "“persons” must be a list of rows. Write [[persons]] before each.",
        ),
        (CASE + '[[register.organisations]]\nid = "nora"\nnam = "Nora"', "Organisation has no “nam”"),
        (CASE + '[[register.organisations]]\nid = "nora"', "“name” is missing. Add it."),
        (
            CASE + '[[register.operations]]\nid = "x"\nname = "X"\norganisation_id = "nora"',
            "nothing in the register has the id “nora”",
        ),
    ],
)
def test_what_is_wrong_is_said(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(CaseError) as error:
        check_file(file)
    assert said in str(error.value)
    assert str(file.parent) in str(error.value)


def test_a_file_that_is_not_utf_8(file: Path) -> None:
    file.write_bytes(CASE.encode("utf-16"))
    with pytest.raises(CaseError, match="is not UTF-8"):
        check_file(file)
