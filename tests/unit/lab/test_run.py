"""`./dev run` puts the demo into a new database, and into no other."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from hanvisa.config import Settings
from hanvisa.directory import migrations
from hanvisa.lab import newcomer, run

AN_OLD_STEP = "0001"  # so old that today's tables can't be read


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
