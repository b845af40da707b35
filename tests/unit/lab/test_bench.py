"""The benches read SIPp rightly, climb to where a way fails, and say whether the aims are met."""

import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hanvisa.lab import (
    bench_calls,
    bench_consoles,
    bench_decisions,
    bench_live,
    bench_register,
    bench_sounds,
)
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.lab.bench import PARTS, document_of
from hanvisa.lab.bench_register import Measured
from hanvisa.lab.bench_words import Told
from hanvisa.lab.climbing import Climb, climb
from hanvisa.lab.figures import write_part
from hanvisa.lab.readings import Reading
from hanvisa.lab.sipp import (
    LASTS,
    Load,
    percentile,
    read_failures,
    read_messages,
    read_refusals,
    read_successes,
)
from hanvisa.policy.model import Effect


def load(rate: float, *, share: float = 1.0, wait: float = 0.002) -> Load:
    placed = round(rate * 5)
    return Load(rate, rate, placed, round(placed * share), (wait,) * placed)


def message(at: float, way: str, call: str, first: str, cseq: str = "1 INVITE") -> str:
    return f"2026-11-23\t19:16:11.916690\t{at:.6f}\t{way}\t{call}\tCSeq:{cseq}\t{first}"


def test_waits_are_from_the_first_invite_to_the_first_200() -> None:
    lines = [
        message(100.0, "S", "a", "INVITE sip:1@x SIP/2.0"),
        message(100.001, "R", "a", "SIP/2.0 100 Trying"),
        message(100.5, "S", "a", "INVITE sip:1@x SIP/2.0"),
        message(100.6, "R", "a", "SIP/2.0 200 OK"),
        message(100.7, "R", "a", "SIP/2.0 200 OK"),
        message(101.0, "S", "b", "INVITE sip:1@x SIP/2.0"),
        message(101.002, "R", "b", "SIP/2.0 200 OK"),
        message(102.0, "S", "c", "INVITE sip:1@x SIP/2.0"),
        message(102.1, "R", "c", "SIP/2.0 503 Service Unavailable"),
        message(103.0, "S", "b", "SIP/2.0 200 OK", "2 BYE"),
    ]
    waits, reached = read_messages(lines)
    assert waits == pytest.approx((0.002, 0.6))
    assert reached == pytest.approx(1.0)
    stray = message(102.2, "R", "of an earlier load", "SIP/2.0 503 Service Unavailable")
    assert read_refusals([*lines, lines[-2], stray]) == 1


def test_of_each_call_that_went_wrong_it_is_told_what_was_said() -> None:
    """SIPp's complaints stand without an end of line between them."""
    errors = (
        "The following events occurred:\n2026-11-28\t18:16:36.373164\t1795889796.373164: Aborting call on an "
        "unexpected BYE for call: 1-15638@127.0.0.22026-11-28\t18:16:36.854934\t1795889796.854934: Aborting call on "
        "an unexpected BYE for call: 2-15638@127.0.0.2"
    )
    lines = [
        message(100.0, "S", f"{number}-15638@127.0.0.2", "INVITE sip:1@x SIP/2.0") for number in (1, 2, 11)
    ]
    first, second, said = read_failures(errors, lines)
    assert first == "1-15638@: 19:16:11.916690 S INVITE sip:1@x SIP/2.0 (CSeq:1 INVITE);"
    assert second.startswith("2-15638@: ")
    assert said == errors
    assert read_failures("", lines) == ()


def test_no_message_is_no_call() -> None:
    assert read_messages([]) == ((), 0.0)


def test_successes_are_those_of_the_last_row() -> None:
    assert read_successes("A;SuccessfulCall(P);SuccessfulCall(C);\n1;3;3;\n2;4;7;\n") == 7


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [((), 0.5, math.inf), ((3,), 0.99, 3), ((1, 2, 3, 4), 0.5, 2), (tuple(range(1, 101)), 0.99, 99)],
)
def test_percentile(values: tuple[float, ...], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (load(100), True),
        (load(100, share=0.99), True),
        (load(100, share=0.988), False),
        (load(100, wait=1.5), False),
        (Load(100, 100, 500, 0, ()), False),
    ],
)
def test_a_rate_is_held(one: Load, held: bool) -> None:
    assert one.held is held


async def test_each_way_climbs_to_where_it_fails() -> None:
    limits = {"bare": 210.0, "service": 60.0}
    asked: list[tuple[str, float]] = []

    async def measure(way: str, rate: float) -> Load:
        asked.append((way, rate))
        return load(rate, share=1.0 if rate <= limits[way] else 0.5)

    bare, service = await climb(list(limits), measure, rates=(50, 100, 200, 400))
    assert asked[:4] == [("bare", 50), ("service", 50), ("bare", 100), ("service", 100)]
    assert ("service", 200) not in asked
    assert bare.best is not None
    assert service.best is not None
    assert (bare.best.rate, service.best.rate) == (200, 50)
    twice = [("bare", 300), ("service", 75), ("bare", 250), ("service", 62.5)]
    assert asked[-8:] == [one for each in twice for one in (each, each)]


async def test_what_fails_once_is_tried_once_more() -> None:
    pauses = iter([False, True, False, False, True, True])

    async def measure(_: str, rate: float) -> Load:
        return load(rate, share=0.5 if next(pauses, False) else 1.0)

    (only,) = await climb(["bare"], measure, rates=(50, 100, 150, 200))
    assert (only.loads[100].held, only.loads[200].held) == (True, False)
    assert only.best is not None
    assert only.best.rate == 187.5


async def test_a_way_that_never_fails_is_not_refined() -> None:
    async def measure(_: str, rate: float) -> Load:
        return load(rate)

    (only,) = await climb(["bare"], measure, rates=(50, 100))
    assert list(only.loads) == [50, 100]
    assert only.best_rate == 100


def test_a_rate_that_held_above_one_that_failed_is_luck() -> None:
    one = Climb("bare", {50: load(50), 100: load(100, share=0.5), 200: load(200)})
    assert one.best is not None
    assert one.best.rate == 50


@pytest.mark.parametrize(
    ("rate", "half", "missed"),
    [
        (190, load(100, wait=0.003), []),
        (190, load(100, wait=0.008), ["3 ms more at the median"]),
        (150, load(100, wait=0.003), ["0.9 of"]),
        (
            130,
            load(100, wait=0.013),
            ["0.7 of", "0.9 of", "10 ms more at the", "3 ms more at", "10 ms more at 99 %"],
        ),
        (
            190,
            Load(100, 100, 500, 500, (0.002,) * 490 + (0.02,) * 10),
            ["10 ms more at 99 %"],
        ),
        (190, load(100, share=0.5), ["10 ms more at the", "3 ms more at", "10 ms more at 99 %"]),
    ],
)
def test_summary_says_what_is_met_of_the_service(rate: float, half: Load, missed: list[str]) -> None:
    climbs = [
        Climb("bare dialplan", {200: load(200)}),
        Climb("the service", {rate: load(rate)}),
        Climb("over AstDB", {100: load(100)}),
    ]
    told = bench_calls.summary(climbs, [turn(load(100, wait=0.002), half, load(100, wait=0.302))])
    assert f"{rate / 200:.2f}" in told
    assert "300.0 ms" in told
    not_met = [line for line in told.splitlines() if line.endswith("not met")]
    assert len(not_met) == len(missed)
    assert all(any(aim in line for line in not_met) for aim in missed)


def turn(*loads: Load) -> bench_calls.Turn:
    return [bench_calls.Measured(one, 0.03 + number / 1000) for number, one in enumerate(loads)]


def test_of_the_turns_the_one_in_the_middle_counts_each_beside_its_own_bare_one() -> None:
    """Of a machine that is slow for one turn both ways are slower; what fails once in three turns decides nothing."""
    climbs = [Climb("bare dialplan", {200: load(200)}), Climb("the service", {190: load(190)})]
    usual = turn(load(100, wait=0.002), load(100, wait=0.004))
    slow = turn(load(100, wait=0.5), load(100, wait=0.5025))
    failed = turn(load(100, wait=0.002), load(100, wait=0.002, share=0.5))
    told = bench_calls.summary(climbs, [usual, slow, failed])
    assert "middle one of 3 turns at 100 calls/s" in told
    assert re.search(r"the service +190 +0.95 +2.5 ms +2.5 ms +31.0 ms\n", told)
    assert "not met" not in told
    assert "3 ms more at the median: not met" in bench_calls.summary(climbs, [failed, slow, failed])


def test_as_many_are_there_at_once_as_will_ever_be() -> None:
    assert bench_calls.seconds_of(2.06) == 5
    assert bench_calls.seconds_of(23.7) == 24


@pytest.mark.parametrize("part", PARTS)
def test_what_a_bench_tells_is_kept_in_its_place(
    part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "document.md"
    document.write_text(document_of(part).read_text())
    told = Told()
    told("\nmachine  this one")
    told("a row")
    assert capsys.readouterr().out == "\nmachine  this one\na row\n"
    write_part(document, part, told.kept())
    assert f"<!-- {part} -->\n```\nmachine  this one\na row\n```\n<!-- /{part} -->\n" in document.read_text()


def test_decisions_are_made_as_calls_make_them() -> None:
    register = bench_decisions.crowd(21)
    arrivals = [bench_decisions.decide_call(register, number) for number in range(21)]
    assert [number for number, effect in enumerate(arrivals) if effect is Effect.REFER] == [0, 20]
    assert {bench_decisions.decide_transfer(register, number) for number in range(21)} == {Effect.REFUSE}
    with pytest.raises(LookupError):
        bench_decisions.decide_call(register, 21)


@pytest.mark.parametrize(
    ("one", "missed"),
    [
        (Measured("SQLite", (0.005,) * 99 + (0.5,), 300, 300, 4.9, 499.0, (0.1,), (0.2, 0.3)), []),
        (
            Measured("SQLite", (0.005,) * 98 + (0.02,) * 2, 300, 300, 4.9, 499.0, (0.1,), (0.2, 0.3)),
            ["99 % under 20 ms"],
        ),
        (Measured("SQLite", (0.005,), 300, 300, 5.1, 499.0, (0.1,), (0.2, 0.3)), ["start under 5 s"]),
        (Measured("SQLite", (0.005,), 300, 300, 4.9, 501.0, (0.1,), (0.2, 0.3)), ["under 500 MB"]),
    ],
)
def test_the_registers_aims(one: Measured, missed: list[str]) -> None:
    assert "300.0 ms  an operation's empty days" in bench_register.table([one])
    told = bench_register.table([one]).splitlines()[-1].removeprefix("SQLite").split(";")
    assert [each.partition(":")[0].strip() for each in told if each.endswith("not met")] == missed


@pytest.mark.parametrize(("slowest", "said"), [(0.499, "met"), (0.5, "not met")])
def test_the_slowest_console_counts(slowest: float, said: str) -> None:
    measured = [
        bench_consoles.Measured("a call", 2, (0.1, 0.1, slowest)),
        bench_consoles.Measured("a notice", 1, (0.1,)),
    ]
    assert bench_consoles.table(measured, 0.5).endswith(f"under 500 ms: {said}")


def test_what_is_typed_is_sought_at_each_letter() -> None:
    assert list(bench_register.letter_by_letter("Bo Ek")) == ["B", "Bo", "Bo E", "Bo Ek"]


def test_the_scenario_fails_a_call_that_ends_before_the_announcement_can_be_over() -> None:
    scenario = ET.parse(REPOSITORY / "tests" / "load" / "call.xml").getroot()  # noqa: S314 - our own
    steps = [element.tag for element in scenario]
    assert steps[-3:] == ["pause", "recv", "send"]
    assert not scenario.find("pause[@milliseconds]")  # it is as long as the option says
    assert 0 < LASTS < bench_sounds.SECONDS


def test_what_a_live_call_takes_is_told_of_the_first_and_of_more() -> None:
    none = Reading(140.0, 150.0, 0, 0, 40, 0, 0, 0, 0)
    fewer, more = (replace(none, service_mb=service, asterisk_mb=160.0) for service in (150.0, 155.0))
    first, rest = bench_live.summary([none, fewer, more]).strip().splitlines()
    assert first.strip() == "0 to 200: 51 kB a call in the service, 51 kB in Asterisk"
    assert rest.strip() == "200 to 400: 26 kB a call in the service, 0 kB in Asterisk"


def test_the_bare_way_is_in_no_dialplan_of_the_product() -> None:
    for file in (REPOSITORY / "dialplan").glob("*.conf"):
        assert not re.search(r"^\[bench", file.read_text(), re.MULTILINE), file
