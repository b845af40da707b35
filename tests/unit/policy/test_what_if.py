"""Other rules, as a chief writes them: read with the register's names, and wrong ones named."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.policy.case_world import CaseError
from hanvisa.policy.facts import (
    CallingClass,
    Department,
    Organisation,
    Person,
    ScopeKind,
    Window,
)
from hanvisa.policy.register import Register, Table
from hanvisa.policy.what_if import read_what_if

NORA, STREETS, OLLE = UUID(int=1), UUID(int=2), UUID(int=3)
OPERATION = UUID(int=9)


def person(number: int, given: str, family: str) -> Person:
    return Person(UUID(int=number), given, family, STREETS, OPERATION, NORA)


REGISTER = Register(
    organisations=Table((Organisation(NORA, "Nora kommun"),)),
    departments=Table((Department(STREETS, "Gatukontoret", OPERATION, NORA),)),
    persons=Table((person(3, "Olle", "Ek"), person(4, "Åsa", "Öst"), person(5, "Åsa", "Öst"))),
)


def test_the_documents_own_example_is_read() -> None:
    example = (REPOSITORY / "docs" / "replay.md").read_text(encoding="utf-8")
    what_if = read_what_if(example.split("```toml")[1].split("```")[0], REGISTER)
    assert what_if.without is None
    assert what_if.settings.may_call is CallingClass.INSIDE
    assert None not in what_if.settings.model_dump().values()  # it shows every one there is
    [exception] = what_if.exceptions
    assert (exception.scope, exception.scope_id, exception.max_uses) == (ScopeKind.DEPARTMENT, STREETS, 3)
    assert exception.operators == {OLLE}
    assert exception.weekly == (Window((6, 7), time(), time()),)
    assert exception.starts_at == datetime(2026, 7, 31, 22, tzinfo=UTC)


def test_an_empty_file_changes_nothing() -> None:
    what_if = read_what_if("", REGISTER)
    assert (what_if.exceptions, what_if.without) == ((), frozenset())
    assert set(what_if.settings.model_dump().values()) == {None}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("settings = ", "it is not TOML"),
        ("[settings]\nforwarding_dayz = 1", "“settings.forwarding_dayz” is not known here"),
        ("[settings]\nforwarding_days = 32", "“settings.forwarding_days” is wrong"),
        ("[settings]\nmay_call = 'space'", "“settings.may_call” is wrong"),
        ("without_exceptions = ['x']", "without_exceptions"),
        ("[[exceptions]]\nreason = 'x'", "“exceptions.0.scope” is missing"),
        ("[[exceptions]]\nscope = 'person'", "needs “whose”"),
        ("[[exceptions]]\nscope = 'everyone'\nwhose = 'Olle Ek'", "has no “whose”"),
        ("[[exceptions]]\nscope = 'number'\nnumber = '0701740605'", "“exceptions.0.number” is wrong"),
        (
            "[[exceptions]]\nscope = 'person'\nwhose = 'Ingen Alls'",
            "nobody and nothing in the register is called “Ingen Alls”",
        ),
        ("[[exceptions]]\nscope = 'person'\nwhose = 'Åsa Öst'", "2 of them in the register"),
        ("[[exceptions]]\nscope = 'everyone'\noperators = ['Ingen']", "called “Ingen”. Give the id instead"),
        (
            "[[exceptions]]\nscope = 'everyone'\nends_at = 2026-08-01T00:00:00",
            "“exceptions.0.ends_at” is wrong",
        ),
    ],
)
def test_what_is_wrong_is_named(written: str, told: str) -> None:
    with pytest.raises(CaseError) as error:
        read_what_if(written, REGISTER)
    assert told in str(error.value)


@given(st.text())
def test_whatever_stands_in_it_is_read_or_told_of(written: str) -> None:
    told = "it was read"
    try:
        read_what_if(written, REGISTER)
    except CaseError as error:
        told = str(error)
    assert told
