"""./dev demo, with a call that is as expected and one that is not: it says which, and exits with 1."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanvisa.config import Settings
from hanvisa.lab.asterisk import find_root
from hanvisa.lab.own import take_speech
from hanvisa.lab.ports import lent_base_port
from hanvisa.lab.system import environment

CALLS = """
[[call]]
title = { sv = "Som väntat", en = "As expected" }
lane = "one"
phones = ["hallefors-201"]
steps = [
    { caller = "0980319240", dials = "0980319201" },
    { decided = "allow" },
    { answers = "hallefors-201" },
    { talk = "hallefors-201" },
    { hangs_up = "caller" },
]

[[call]]
title = { sv = "Fel väntat", en = "Wrongly expected" }
lane = "two"
phones = ["hallefors-206"]
steps = [
    { caller = "0980319241", dials = "0980319206" },
    { answers = "hallefors-206" },
    { quiet = "hallefors-206" },
]
"""


REGISTER = """
[[call]]
title = { sv = "Vid registret", en = "At the register" }
lane = "three"
meets = ["S2"]

[[call.steps]]
api = "POST /mobiles"
by = "hallefors-205"
does = { sv = "registrerar en mobil", en = "registers a mobile" }
body = { person = "{hallefors-204}" }
refused = ["M1", "B1", "H1"]

[[call.steps]]
api = "POST /persons/{hallefors-201}/flags"
by = "hallefors-291"
does = { sv = "flaggar en titel", en = "flags a title" }
body = { what = "title" }
keeps = { flag = "id" }

[[call.steps]]
api = "GET /flags/{flag}"
by = "hallefors-201"
does = { sv = "ser det", en = "sees it" }
gives = { "person.id" = "{hallefors-201}", what = "title" }

[[call.steps]]
api = "POST /persons/{hallefors-201}/confirm"
by = "hallefors-201"
does = { sv = "bekräftar, och väntar sig annat", en = "confirms, and expects something else" }
gives = { details_stale = true }
"""


@pytest.fixture
def settings(spoken: Path) -> Iterator[Settings]:
    state = Path(tempfile.mkdtemp(prefix="hv"))
    take_speech(spoken, state)
    with lent_base_port() as base:
        yield Settings(state=state, base_port=base, asterisk_root=find_root(Settings()))
    shutil.rmtree(state)


async def test_what_differs_is_told_and_ends_with_1(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "calls.toml").write_text(CALLS + REGISTER, encoding="utf-8")
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hanvisa.lab.demo", "--language", "en", "--calls", str(tmp_path)),
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = (await demo.communicate())[0].decode()
    assert demo.returncode == 1, said
    well, _, wrong = said.partition(" 2  Wrongly expected")
    wrong, _, register = wrong.partition(" 3  At the register")
    assert "✓" in well
    assert "✗" not in well
    assert "hallefors-206 rang" in wrong
    assert "Elsa Hedström registers a mobile (POST /mobiles)." in register
    assert "That is refused (M1, B1, H1): A mobile has a number" in register
    assert 'The answer: what = "title"' in register
    assert "it is given {'details_stale': False}" in register
    assert "2 of 3" in register
