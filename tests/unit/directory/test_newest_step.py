"""The service looks at one constant to see whether the database must be brought up to date."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from hanvisa.directory import migrations


def test_the_newest_step_is_the_last_one_there_is() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.NEWEST
