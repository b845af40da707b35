"""A call's story, read from what the API gives."""

from hanvisa.lab.ports import FIRST, LAST, free_base_port
from hanvisa.lab.stories import Story

_TOLD = {
    "id": "c1",
    "outcome": "talked",
    "events": [
        {
            "kind": "heard",
            "data": {
                "words": "Anna Sundqvist är",
                "files": ["/s/a", "/s/b"],
                "to": "caller",
                "channel": "x",
                "language": "sv",
            },
        },
        {"kind": "decision", "data": {"effect": "refuse", "rules": ["M4", "O2"]}},
        {"kind": "decision", "data": {"effect": "refuse", "rules": ["O2"]}},
        {
            "kind": "heard",
            "data": {
                "words": "Anna igen",
                "files": ["/s/c"],
                "to": "other",
                "channel": "y",
                "language": "sv",
            },
        },
    ],
}


def test_what_was_spoken_is_found_by_its_words() -> None:
    story = Story(_TOLD)
    assert [each.files for each in story.spoken] == [("/s/a", "/s/b"), ("/s/c",)]
    last = story.saying("anna")
    assert last is not None
    assert last.channel == "y"
    assert story.saying("Bo") is None


def test_what_was_spoken_to_one_of_the_two_is_found_by_whom() -> None:
    first, second = Story(_TOLD).saying("anna", to="caller"), Story(_TOLD).saying("anna", to="other")
    assert (first and first.channel, second and second.channel) == ("x", "y")


def test_the_rules_stand_once_and_in_order() -> None:
    story = Story(_TOLD)
    assert story.rules == ["M4", "O2"]
    assert (story.id, story.outcome) == ("c1", "talked")


def test_a_base_port_is_free_and_round() -> None:
    base = free_base_port()
    assert FIRST <= base < LAST
    assert base % 500 == 0
