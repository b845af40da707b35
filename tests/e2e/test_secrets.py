"""Passwords, and what is kept of people: for nobody else on the machine, nor in anything that is told."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp

from e2e.support.world import World, texts_in
from hanvisa.lab.api import ApiRefusedError
from hanvisa.lab.town import web_of
from hanvisa.web.api import ROUTES

DAVID, ELSA = "hallefors-204", "hallefors-205"
OTHERS = stat.S_IRWXG | stat.S_IRWXO
NOBODYS = {Path("asterisk/music/hanvisa.alaw")}  # music on hold


async def test_no_password_is_for_others_to_see(world: World) -> None:
    """While people telephone: in files, process lists, logs and whatever the API tells an admin."""
    state = world.settings.state
    david, elsa = await world.phone(DAVID), await world.phone(ELSA)
    line = await david.call("205")
    other = await elsa.rings()
    await other.answer()
    await line.talks_to(other)

    open_files = {file.relative_to(state) for file in open_to_others(state)}
    assert open_files <= NOBODYS, sorted(map(str, open_files - NOBODYS))

    passwords = passwords_of(world)
    processes, answers = command_lines(), await api_answers(world)
    assert any(str(state) in text for text in processes.values()), "Asterisk's is among them"
    told = {**processes, **logs(state), **answers}
    betrayed = [f"{where} has {one}" for where, text in told.items() for one in passwords if one in text]
    betrayed += [f"{where} has a digest" for where, text in answers.items() if "$argon2" in text]
    assert not betrayed, betrayed


def passwords_of(world: World) -> list[str]:
    kept = texts_in(json.loads((world.settings.state / "secrets.json").read_text()))
    assert len(kept) > 3, "ari, ami and phones"
    return [*kept, world.settings.text_token.get_secret_value()]


def open_to_others(folder: Path) -> Iterator[Path]:
    """The files that another user of the machine can read or change; a folder that they can't enter hides its own."""
    for entry in os.scandir(folder):
        mode = entry.stat(follow_symlinks=False).st_mode
        if entry.is_dir(follow_symlinks=False):
            if mode & OTHERS:
                yield from open_to_others(Path(entry))
        elif mode & OTHERS:
            yield Path(entry)


def command_lines() -> dict[str, str]:
    """Of every process of the machine, as everybody sees them."""
    return {
        f"process {folder.name}": text
        for folder in Path("/proc").glob("[0-9]*")
        if (text := _command(folder))
    }


def _command(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return ""


def logs(state: Path) -> dict[str, str]:
    files = [*(state / "log").iterdir(), *(state / "asterisk" / "log").glob("*.log")]
    assert len(files) > 1
    return {str(file): file.read_text(errors="replace") for file in files}


async def api_answers(world: World) -> dict[str, str]:
    """All that an admin can read without naming anything, of each list the first, and what anybody can."""
    answers: dict[str, str] = {}
    firsts: dict[str, str] = {}

    async def ask(path: str) -> Any:
        try:
            came = await world.api.get(path)
        except ApiRefusedError as refused:  # it wants to be asked for something, or is no longer there
            came = str(refused)
        answers[path] = json.dumps(came, ensure_ascii=False)
        return came

    paths = sorted({route.path for route in ROUTES if route.method == "GET"})
    for path in (path for path in paths if "{" not in path):
        match await ask(path):
            case {"items": [{"id": first}, *_]}:
                firsts[f"{path}/{{id}}"] = first
    for path in (path for path in paths if path in firsts):
        await ask(path.replace("{id}", firsts[path]))
    assert "/settings" in answers
    assert "/phones/{id}" in firsts
    answers["/metrics"] = await world.api.metrics()
    await ask("/openapi.json")
    async with aiohttp.ClientSession() as anybody:
        for path in ("/health/ready", "/health/live"):
            async with anybody.get(web_of(world.settings) + path) as answer:
                answers[path] = await answer.text()
    return answers
