"""`./dev run` puts the demo into a new database, and into no other, and ends when it is told to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from hanvisa.config import Settings
from hanvisa.directory import migrations
from hanvisa.lab import newcomer, run

AN_OLD_STEP = "0001"  # so old that today's tables can't be read
LOSES_ITS_TERMINAL = """
import asyncio, signal, sys
from hanvisa.errors import ConfigurationError
from hanvisa.lab import run


async def provision(settings):
    signal.raise_signal(signal.SIGHUP)
    await asyncio.sleep(0.5)  # it is stopped meanwhile
    raise ConfigurationError("It goes on.")


run.check_ports, run._provision = print, provision
sys.exit(run.main())
"""


async def test_the_register_of_an_older_version_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hanvisa.sqlite"
    settings = Settings(state=tmp_path, database_url=f"sqlite+aiosqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, AN_OLD_STEP)
        connection.execute(
            text("INSERT INTO organisations (id, name, version) VALUES (:id, 'Nora kommun', 1)"),
            {"id": "01" * 16},
        )
    engine.dispose()

    async def imported(*_: object, **__: object) -> None:
        pytest.fail("the demo was imported over the register")

    monkeypatch.setattr(run, "_carry_out", imported)
    await run._import_demo(settings)
    register = await newcomer.read_register(settings)
    assert [one.name for one in register.organisations.rows] == ["Nora kommun"]


@pytest.mark.parametrize(("by", "goes_on"), [((), False), (("nohup",), True)], ids=["plain", "nohup"])
def test_a_terminal_that_is_closed_stops_it_unless_nohup_has_started_it(
    by: tuple[str, ...], goes_on: bool, tmp_path: Path
) -> None:
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [*by, sys.executable, "-c", LOSES_ITS_TERMINAL],
        env={**os.environ, "HANVISA_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("dev run: It goes on." in ran.stdout) == goes_on, ran
    assert ran.returncode == int(goes_on)
