"""Which Asterisk is new enough."""

import pytest
from provisioning import version


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Asterisk 22.11.0-rc2+dfsg+~cs6.17.60671434-1", (22, 11)),
        ("Asterisk 22.10.1~dfsg+~cs6.15.60671435-1", (22, 10)),
        ("Asterisk 23.0.0", (23, 0)),
        ("Asterisk 18.26.4~dfsg+~cs6.15.60671435-1", (18, 26)),
        ("Asterisk certified/22.8-cert1", (22, 8)),
        ("Asterisk certified-20.7-cert2", (20, 7)),
        ("Asterisk GIT-master-1a2b3c4", None),
        ("", None),
    ],
)
def test_parse(said: str, expected: tuple[int, int] | None) -> None:
    assert version.parse(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [("Asterisk 22.11.0-rc2", True), ("Asterisk 23.1.0", True), ("Asterisk 22.10.1", False), ("", False)],
)
def test_good_enough(said: str, expected: bool) -> None:
    assert version.good_enough(said) is expected


def test_a_missing_program_has_no_version() -> None:
    assert version.installed(["/nonexistent/asterisk"]) == ""
