"""Bodies, queries and times that are wrong are told in words, in both languages."""

import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import Field

from hanvisa.web.fields import Incoming, Line, ListQuery, Moment
from hanvisa.web.problems import Problem
from hanvisa.web.validation import parse_body, parse_query
from hanvisa.web.windows import WeeklyWindow


class Example(Incoming):
    person: UUID
    at: Moment
    text: Line = "x"
    uses: int | None = None
    weekly: list[WeeklyWindow] = Field(default_factory=list)


GOOD: dict[str, Any] = {"person": "0190a8f0-0000-7000-8000-000000000001", "at": "2026-08-03T08:00:00+02:00"}


def refusal(**changes: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        parse_body(Example, json.dumps({**GOOD, **changes}).encode())
    return caught.value


def test_a_good_body_is_parsed() -> None:
    example = parse_body(Example, json.dumps(GOOD).encode())
    assert example.at.isoformat() == "2026-08-03T08:00:00+02:00"
    assert json.loads(example.model_dump_json())["at"] == "2026-08-03T08:00:00+02:00"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":1,}', b'{"person": "\\ud800"}'])
def test_what_is_not_json_is_a_400(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        parse_body(Example, body)
    assert caught.value.kind.error_id == "malformed"


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"text"'])
def test_json_that_is_no_object_is_a_422(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        parse_body(Example, body)
    assert caught.value.kind.error_id == "invalid-input"


@pytest.mark.parametrize(
    ("changes", "where", "sv", "en"),
    [
        ({"person": 5}, "person", "ska vara ett id (UUID)", "must be an id (a UUID)"),
        ({"person": "x"}, "person", "ska vara ett id (UUID)", "must be an id (a UUID)"),
        ({"more": 1}, "more", "finns inte här", "is not a field here"),
        ({"uses": "1"}, "uses", "ska vara ett heltal", "must be a whole number"),
        ({"uses": 1.5}, "uses", "ska vara ett heltal", "must be a whole number"),
        ({"uses": True}, "uses", "ska vara ett heltal", "must be a whole number"),
        ({"text": 3}, "text", "ska vara text", "must be text"),
        ({"text": ""}, "text", "är för kort, minst 1 tecken", "has too few characters, at least 1"),
    ],
)
def test_each_fault_says_where_and_what(changes: dict[str, Any], where: str, sv: str, en: str) -> None:
    (fault,) = refusal(**changes).faults
    assert (fault.where, fault.what.sv, fault.what.en) == (where, sv, en)


@pytest.mark.parametrize("text", ["   ", "a\x00b", "rad\nrad"])
def test_blank_text_and_control_characters_are_refused(text: str) -> None:
    assert refusal(text=text).faults[0].where == "text"


@pytest.mark.parametrize(
    "at",
    [
        "2026-08-03T08:00:00",  # naive
        "2026-08-03",
        "2026-08-03 08:00:00+02:00",
        "2026-02-30T08:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "٢٠٢٦-08-03T08:00:00Z",
        1785744000,
        None,
    ],
)
def test_times_without_offset_or_out_of_this_world_are_refused(at: Any) -> None:
    assert refusal(at=at).faults[0].where == "at"


def test_a_fault_inside_a_list_is_named_by_its_place() -> None:
    fault = refusal(weekly=[{"days": [1], "start": "17:00", "end": "25:00"}]).faults[0]
    assert fault.where == "weekly.0.end"


def test_missing_fields_are_named_together() -> None:
    with pytest.raises(Problem) as caught:
        parse_body(Example, b"{}")
    assert caught.value.detail.sv == "person saknas; at saknas."


def test_a_query_is_parsed_from_its_words() -> None:
    assert parse_query(ListQuery, [("limit", "20")]).limit == 20


@pytest.mark.parametrize(
    "query",
    [
        [("limit", "0")],
        [("limit", "201")],
        [("limit", "many")],
        [("what", "1")],
        [("limit", "1"), ("limit", "2")],
    ],
)
def test_a_wrong_query_is_refused(query: list[tuple[str, str]]) -> None:
    with pytest.raises(Problem) as caught:
        parse_query(ListQuery, query)
    assert caught.value.kind.status == 422
