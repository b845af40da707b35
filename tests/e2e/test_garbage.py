"""Garbage, from everywhere it can come: nobody is dropped in silence, nothing ends in an exception trace.

That nothing was logged as a trace is checked at the end of every test here (World.ends).
"""

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from canary import DIALLED, HEADERS, IDENTITY, canary
from e2e.support.switchboard import LONG, MAIN_NUMBER, ULLA
from e2e.support.world import World
from hanvisa.lab import hearing
from hanvisa.lab.lines import Line
from hanvisa.lab.siplet import Siplet
from hanvisa.lab.system import environment
from hanvisa.lab.waiting import until

DAVID, ELSA = "hallefors-204", "hallefors-205"
NOBODYS = (
    "99",
    "h",
    "205",
    "112",
    "0701740605",
    "*27%23",
    "+4698031929",
)  # none of them ours for the carrier
ABSURD = (
    *("0", "00", "000000", "+", "*", "%23", "**%23%23", "*99%23", "*27*1%23", "*%23*%23*"),
    *(
        "7" * 60,
        "0" + "9" * 200,
        "+46" + "0" * 40,
        "h",
        "s",
        "i",
        "t",
        "fallback",
        "abc",
        "%20",
        "%00",
        "%25",
    ),
    *(
        "205%0d%0aX%3A%20y",
        "205%2C1",
        "205%26205",
        "205%40carrier",
        "%24%7BSHELL(id)%7D",
        "%C3%A5%C3%A4",
        "%ff%fe",
    ),
)
LOUD = -40.0  # dB
UNKNOWN = "Numret du har slagit används inte"

WRONG_COLUMNS = {
    "persons.csv": "id;given_name;shoe_size\nx;Y;43\n",
    "mobiles.csv": "number,person\nnot a number,nobody.there\n070-174 06 31\n",
    "surprise.csv": "hello",
}
NOT_EVEN_TEXT = {"persons.csv": b"\x89PNG\r\n\x1a\n\x00\xff"}

DATAGRAMS = (
    b"",
    b"\x00" * 400,
    b"\xff\xfe" * 30000,
    b"INVITE",
    b"INVITE sip:205@127.0.0.1 SIP/2.0\r\n\r\n",
    b"SIP/2.0 200 OK\r\n\r\n",
    b"BYE sip:205@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nCSeq: 1 BYE\r\n\r\n",
    b"OPTIONS sip:x SIP/2.0\r\n" + b"X-Much: more\r\n" * 2000 + b"\r\n",
    "REGISTER sip:åäö SIP/2.0\r\nTo: \U0001f4de\r\nContent-Length: -1\r\n\r\n".encode(),
)


async def test_a_number_of_ours_that_is_nobodys_is_said_to_be_so_and_leads_to_an_operator(
    world: World,
) -> None:
    ulla = await world.phone(ULLA)
    await world.given_operator(ULLA)
    caller = await world.citizen("0980319250", dials="0980319298")
    line = await ulla.rings(within=LONG)
    await line.answer()
    await world.hears(caller, UNKNOWN, within=LONG)
    await caller.talks_to(line, within=LONG)
    outcomes = [each["outcome"] for each in (await world.story(caller)).events("outcome")]
    assert outcomes == ["unknown_number", "operator"]


async def test_whatever_the_carrier_asks_for_the_caller_is_told_and_no_call_goes_out_again(
    world: World,
) -> None:
    callers = [
        await world.citizen(f"09803192{51 + position}", dials=number)
        for position, number in enumerate(NOBODYS)
    ]
    await asyncio.gather(*(not_left_in_silence(caller, within=LONG) for caller in callers))
    await world.commanded(callers[0], UNKNOWN, within=LONG)
    assert not world.carrier.offered


async def test_whatever_a_phone_dials_it_is_answered_or_refused(world: World) -> None:
    david = await world.siplet(DAVID)
    lines = await asyncio.gather(*(david.call(dialled) for dialled in ABSURD))
    await asyncio.gather(*(not_left_in_silence(line, within=LONG) for line in lines))
    spoken_to = [line for line in lines if not line.has_ended or (line.ending and line.ending.status is None)]
    assert len(spoken_to) > len(ABSURD) / 2, {line.peer: line.ending for line in lines}
    assert not world.carrier.offered, "none of these is a number to ring"
    await david.hang_up_all()
    await world.hears(await david.call("*99%23"), "Det finns ingen sådan kod", pieces=1, within=LONG)


async def test_a_number_that_leads_nowhere_at_the_carrier_is_said_to_be_so(world: World) -> None:
    david = await world.phone(DAVID)
    world.carrier.answers_with("0980319247", 404)
    line = await david.call("0980319247")
    await world.hears(line, "Numret kan inte nås just nu", within=LONG)
    await line.until_ended()


async def test_a_number_that_can_not_be_read_is_barred_as_the_dearest_would_be(world: World) -> None:
    """No extension of ours; with the area code before it, it might be somebody's."""
    david = await world.phone(DAVID)
    line = await david.call("799")
    await world.hears(line, "det som inte kan tydas", within=LONG)
    await line.until_ended()
    assert not world.carrier.offered


async def test_a_caller_whose_number_is_missing_or_nonsense_is_served_as_anyone(world: World) -> None:
    """No user part, letters, bytes that are no text, a number longer than numbers are, the dialplan's words."""
    elsa = await world.phone(ELSA)
    for identity in (
        "<sip:127.0.0.2>",
        "<sip:nobody@127.0.0.2>",
        "<sip:%ff%00@127.0.0.2>",
        f"<sip:{'9' * 90}@127.0.0.2>",
        '"Ö\u202e\U0001f4de" <sip:anonymous@anonymous.invalid>',
        '"${SHELL(id)},1&${EVAL(x)}" <sip:0980319244@127.0.0.2>',
        "<sip:%24%7BSHELL(id)%7D%2C1%0d%0aX@127.0.0.2>",
    ):
        caller = await Siplet.call(world.carrier, world.direct_number(ELSA), from_=identity)
        line = await elsa.rings(within=LONG)
        await line.answer()
        await caller.talks_to(line, within=LONG)
        await caller.hangup()
        await line.until_ended(within=LONG)


async def test_nothing_of_a_call_is_evaluated(world: World) -> None:
    """Without the service: integration/fallback/test_promises.py."""
    elsa, david = await world.phone(ELSA), await world.siplet(DAVID)
    async with canary(world.system.asterisk):
        caller = await Siplet.call(world.carrier, world.direct_number(ELSA), headers=HEADERS, from_=IDENTITY)
        line = await elsa.rings(within=LONG)
        await line.answer()
        await caller.talks_to(line, within=LONG)
        lines = [await Siplet.call(phone, dialled) for phone in (david, world.carrier) for dialled in DIALLED]
        await asyncio.gather(*(not_left_in_silence(line, within=LONG) for line in lines))


async def test_garbage_on_the_wire_harms_no_call(world: World) -> None:
    elsa, david = await world.phone(ELSA), await world.siplet(DAVID)
    caller = await world.citizen("0980319260", dials=world.direct_number(ELSA))
    line = await elsa.rings(within=LONG)
    await line.answer()
    await caller.talks_to(line, within=LONG)
    for data in DATAGRAMS:
        for sender in (david, world.carrier):
            sender.send_raw(data[:60000])
    await caller.talks_to(line, within=LONG)
    another = await world.citizen("0980319261", dials=MAIN_NUMBER)
    await world.hears(another, "Välkommen till Hällefors kommun", pieces=1, within=LONG)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            WRONG_COLUMNS,
            (
                "persons.csv, line 1, column shoe_size: this column is not known.",
                "mobiles.csv, line 3: it has 1",
                "surprise.csv: this file is not known.",
            ),
        ),
        (NOT_EVEN_TEXT, ("persons.csv, line 1: it is not UTF-8",)),
    ],
    ids=["wrong columns", "not even text"],
)
async def test_a_csv_that_can_not_be_imported_is_told_in_sentences_and_changes_nothing(
    world: World, tmp_path: Path, files: dict[str, str | bytes], says: tuple[str, ...]
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = await world.api.items("/persons")
    importing = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hanvisa", "import", str(tmp_path), "--language", "en"),
        env=environment(world.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await importing.communicate())[0].decode()
    assert importing.returncode == 1
    assert said.startswith("Nothing was imported")
    assert all(sentence in said for sentence in says), said
    assert "Traceback" not in said
    assert await world.api.items("/persons") == before


async def not_left_in_silence(line: Line, *, within: float) -> None:
    """It was refused with a status (the phone gives its own tone), or something was said to it."""

    def told() -> bool:
        heard = hearing.levels(line.recording.since())
        return (line.ending is not None and line.ending.status is not None) or bool((heard > LOUD).any())

    await until(
        told, within=within, what=lambda: f"{line.peer!r}: spoken to or refused (ending {line.ending})"
    )


async def test_a_text_from_outside_is_no_call(world: World) -> None:
    """Asterisk would dial it, had it a context to go to."""
    host, port = world.settings.carrier_host, world.settings.sip_port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as carrier:
        carrier.bind((host, 0))
        carrier.settimeout(LONG)
        here = f"{host}:{carrier.getsockname()[1]}"
        rows = (
            f"MESSAGE sip:{MAIN_NUMBER}@{world.settings.sip_host} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bKtext;rport",
            f"From: <sip:0980319246@{host}>;tag=text",
            f"To: <sip:{MAIN_NUMBER}@{world.settings.sip_host}>",
            "Call-ID: text",
            "CSeq: 1 MESSAGE",
            "Max-Forwards: 70",
            "Content-Type: text/plain",
            "Content-Length: 2",
            "",
            "Hi",
        )
        carrier.sendto("\r\n".join(rows).encode(), (world.settings.sip_host, port))
        answer = await asyncio.to_thread(carrier.recv, 65536)
    assert answer.startswith(b"SIP/2.0 404 "), answer
