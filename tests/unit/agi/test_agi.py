"""FastAGI without an Asterisk: what is answered, and what comes over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hanvisa.agi.answers import Answers
from hanvisa.agi.server import AgiServer
from hanvisa.lab.waiting import until
from hanvisa.policy.facts import Ringing
from hanvisa.policy.model import Language
from hanvisa.policy.numbers import NumberPlan
from hanvisa.testing import FakeClock, FakeVoice, MemoryDirectory
from unit.calls.scene import ANNA_MOBILE, NOW, Scene, id_of, register
from unit.calls.test_groups import given_mobiles, uses


def answers(directory: MemoryDirectory | None = None, voice: FakeVoice | None = None) -> Answers:
    directory = directory or MemoryDirectory(register())
    return Answers(
        directory, voice or FakeVoice(), FakeClock(NOW), NumberPlan(), lambda: "refuse", Language.SV
    )


@pytest.mark.parametrize(
    ("script", "arguments", "variables"),
    [
        (
            "decide",
            ["target=201", "operator=200"],
            {"HANVISA_EFFECT": "allow", "HANVISA_READ_AS": "internal"},
        ),
        (
            "decide",
            ["target=070-174 06 05", "operator=olle", "language=en"],
            {
                "HANVISA_EFFECT": "refuse",
                "HANVISA_RULES": "O2",
                "HANVISA_MOBILE_NUMBER": "+46701740605",
                "HANVISA_DIRECT_NUMBER": "+46980319201",
            },
        ),
        ("decide", ["target=0701740605", "confidential=yes"], {"HANVISA_RULES": "M4"}),
        ("referral", ["target=201", "why="], {"HANVISA_ABSENT": "no", "HANVISA_FILES": "0"}),
        (
            "referral",
            ["target=201", "why=busy"],
            {"HANVISA_ABSENT": "yes", "HANVISA_FILES": "1", "HANVISA_FILE_1": "/sounds/Referral"},
        ),
    ],
)
async def test_what_is_answered(script: str, arguments: list[str], variables: dict[str, str]) -> None:
    answered = await answers().to(script, arguments)
    assert answered["HANVISA_ERROR"] == ""
    assert {name: answered[name] for name in variables} == variables


async def test_a_referral_that_is_put_together_is_given_as_its_one_file() -> None:
    class InOne(FakeVoice):
        def in_one(self, files: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(f"{file}-in-one" for file in files)

    answered = await answers(voice=InOne()).to("referral", ["target=201", "why=busy"])
    assert (answered["HANVISA_FILES"], answered["HANVISA_FILE_1"]) == ("1", "/sounds/Referral-in-one")


@pytest.mark.parametrize(
    ("script", "arguments", "says"),
    [
        ("decide", [], "target= is missing."),
        ("decide", ["0701740605"], "“0701740605” is not understood."),
        ("decide", ["target=201", "operator=999"], "operator=999 is nobody's number."),
        ("decide", ["target=201", "kind=joke"], "kind=joke is not known. Write one of transfer, consult"),
        ("decide", ["target=0980319299", "kind=arrival"], "target=0980319299 leads to no person of ours."),
        (
            "decide",
            ["target=201", "organisation=Nora"],
            "organisation=Nora is none of ours: Hällefors kommun.",
        ),
        ("referral", ["target=201", "why=tired"], "why=tired is not known."),
        ("help", [], "There is no script “help”."),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_let_through(
    script: str, arguments: list[str], says: str
) -> None:
    answered = await answers().to(script, arguments)
    assert answered["HANVISA_ERROR"].startswith(says)
    assert answered.get("HANVISA_EFFECT", "refuse") == "refuse"
    assert answered.get("HANVISA_ABSENT", "no") == "no"


async def test_an_exceptions_last_use_is_taken_once() -> None:
    scene = Scene()
    scene.given_exception(max_uses=1)
    asked = ["target=0701740605", "operator=olle"]
    effects = [
        (await answers(scene.directory).to("decide", [*asked, f"take={take}"]))["HANVISA_EFFECT"]
        for take in ("no", "yes", "yes")
    ]
    assert effects == ["allow", "allow", "refuse"]


async def test_a_group_may_not_be_rung_where_one_of_its_mobiles_may_not() -> None:
    """O2: the dialplan rings them all, with no gate at the ringing."""
    scene = Scene()
    given_mobiles(scene, Ringing.TOGETHER)
    asked = ["target=250", "operator=200", "take=yes"]
    told = await answers(scene.directory).to("decide", asked)
    assert (told["HANVISA_EFFECT"], told["HANVISA_RULES"]) == ("refuse", "O2")
    assert uses(scene) == 0


async def test_a_use_is_taken_of_the_exception_of_each_mobile_of_a_group() -> None:
    scene = Scene()
    given_mobiles(scene, Ringing.TOGETHER)
    [seconds] = scene.directory.register.exceptions.rows
    annas = replace(seconds, id=id_of("annas"), number=ANNA_MOBILE, max_uses=1)
    scene.directory.register = scene.directory.register.replace(exceptions=(seconds, annas))
    effects = [
        (await answers(scene.directory).to("decide", ["target=250", "operator=200", "take=yes"]))[
            "HANVISA_EFFECT"
        ]
        for _ in range(2)
    ]
    assert effects == ["allow", "refuse"]
    assert [one.uses for one in scene.directory.register.exceptions.rows] == [1, 1]


@pytest.fixture
async def server() -> AsyncIterator[AgiServer]:
    server = AgiServer(0, answers())
    task = asyncio.create_task(server.run())
    await until(lambda: server.port, what="the server listens")
    yield server
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_garbage_is_let_go_and_the_next_is_answered(server: AgiServer) -> None:
    for garbage in (b"\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 100_000 + b"\n", b"agi_network: yes\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(garbage)
        writer.write_eof()
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b'agi_network: yes\nagi_network_script: decide\nagi_arg_1: some "\\ thing\n\n')
    commands = []
    for _ in range(3):
        commands.append((await reader.readline()).decode())
        writer.write(b"200 result=1\n")
    assert await reader.read() == b""
    assert commands[0] == 'SET VARIABLE HANVISA_EFFECT "refuse"\n'
    assert commands[2].startswith('SET VARIABLE HANVISA_ERROR "“some \\"\\\\ thing” is not understood.')
    writer.close()
