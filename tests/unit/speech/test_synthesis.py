"""espeak-ng itself, and what can go wrong with a program."""

import asyncio
import os
from pathlib import Path

import pytest

from hanvisa.errors import SpeechError
from hanvisa.policy.model import Language
from hanvisa.processor import stay_on_one
from hanvisa.speech.synthesis import EspeakSynthesiser


def program(folder: Path, script: str) -> str:
    file = folder / "voice"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def is_running(pid: str) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("language", Language)
async def test_speaks(language: Language) -> None:
    sound = await EspeakSynthesiser().speak("Anna Berg", language)
    assert 0.3 < len(sound) / 8000 < 1.5


async def test_text_is_never_an_option() -> None:
    assert await EspeakSynthesiser().speak("--help Anna", Language.SV)


async def test_a_program_that_hangs_is_killed(tmp_path: Path) -> None:
    hanging = program(tmp_path, f"echo $$ > {tmp_path}/pid; exec tail -f /dev/null")
    with pytest.raises(SpeechError, match=r"did not speak “Anna” in 0\.5 s"):
        await EspeakSynthesiser(hanging, timeout=0.5).speak("Anna", Language.SV)
    assert not is_running((tmp_path / "pid").read_text().strip())


async def test_a_program_that_fails_is_told_of(tmp_path: Path) -> None:
    failing = program(tmp_path, "echo 'no such voice' >&2; exit 3")
    with pytest.raises(SpeechError, match=r"exit 3\): no such voice"):
        await EspeakSynthesiser(failing).speak("Anna", Language.SV)


async def test_a_program_that_is_missing_says_what_to_install() -> None:
    with pytest.raises(SpeechError, match="Install the package espeak-ng"):
        await EspeakSynthesiser("/nowhere/espeak-ng").speak("Anna", Language.SV)


async def test_only_two_run_at_once(tmp_path: Path) -> None:
    counting = program(
        tmp_path,
        f"touch {tmp_path}/run-$$; ls {tmp_path} | grep -c run- >> {tmp_path}/counts; "
        f'espeak-ng "$@"; rm {tmp_path}/run-$$',
    )
    engine = EspeakSynthesiser(counting)
    await asyncio.gather(*(engine.speak(name, Language.SV) for name in ("Anna", "Bo", "Cia", "Dan", "Eva")))
    assert max(int(count) for count in (tmp_path / "counts").read_text().split()) <= 2


async def test_it_gives_way_to_calls(tmp_path: Path) -> None:
    telling = program(tmp_path, f'text=$(cat); nice > {tmp_path}/niceness; echo "$text" | espeak-ng "$@"')
    await EspeakSynthesiser(telling).speak("Anna", Language.SV)
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert int((tmp_path / "niceness").read_text()) == min(ours + 10, 19)


async def test_it_does_not_stay_where_the_calls_are_decided(tmp_path: Path) -> None:
    usual = os.sched_getaffinity(0)
    telling = program(tmp_path, f'text=$(cat); nproc > {tmp_path}/processors; echo "$text" | espeak-ng "$@"')
    stay_on_one()
    try:
        await EspeakSynthesiser(telling).speak("Anna", Language.SV)
    finally:
        os.sched_setaffinity(0, usual)
    assert int((tmp_path / "processors").read_text()) == len(usual)
