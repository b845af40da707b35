"""The command line: what goes wrong is a sentence and exit code 1, never a trace."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from hanvisa.calendars.source import account_of
from hanvisa.calls.prompts import Referral, Why
from hanvisa.directory import migrations
from hanvisa.errors import ConfigurationError
from hanvisa.lab.asterisk import CONFIGURATION, REPOSITORY
from hanvisa.lab.own import take_speech
from hanvisa.passwords import read_calendar_passwords
from hanvisa.policy.model import Language
from hanvisa.speech.library import SpeechLibrary
from hanvisa.speech.synthesis import EspeakSynthesiser
from unit.cli.command_line import hanvisa


@pytest.fixture(scope="module")
def older_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the version before made it."""
    file = tmp_path_factory.mktemp("older") / "hanvisa.sqlite"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, ONE_BEFORE)
    engine.dispose()
    return file


def step_of(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


DEMO = str(REPOSITORY / "demo" / "directory")
ONE_BEFORE = sorted(migrations.steps())[-2]
KEEPS_ALL = ("backup", "x")  # of whatever version
COMMANDS = [
    ("token", "create", "--role", "admin", "--name", "me"),
    ("user", "list"),
    ("user", "end", "siv"),
    ("explain", "0"),
    ("greetings", "check"),
    KEEPS_ALL,
    ("purge",),
    ("purge", "--dry-run"),
    ("export-person", "x", "y"),
    ("remove-person", "x"),
    ("calendars", "check"),
    ("ldap",),
    ("report", "refusals"),
    ("invoice", "no.csv", "--month", "2026-08"),
    ("replay", "--since", "2026-08-01"),
    ("import", DEMO, "--dry-run"),
    ("speak",),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_is_not_there_is_named(words: tuple[str, ...], state: Path) -> None:
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"There is no database {state / 'hanvisa.sqlite'}. Make it with ./dev run")
    assert list(state.iterdir()) == []


@pytest.mark.parametrize(
    "words", [*COMMANDS, ("serve",), ("import", "x"), ("restore", "x"), ("rescue",)], ids=" ".join
)
def test_a_wrong_setting_is_named(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_LANGUAGE", "xx")
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert "HANVISA_LANGUAGE is “xx”" in ran.output


def test_an_import_is_told_in_swedish_or_english(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "organisations.csv").write_text("id,name\nnora,\n")
    ran = hanvisa("import", str(folder))
    assert (ran.exit_code, ran.stderr) == (
        1,
        "Inget importerades: 1 fel.\norganisations.csv, rad 2, kolumn name: den är tom.\n",
    )
    ran = hanvisa("import", str(folder), "--language", "en")
    assert ran.stderr.startswith("Nothing was imported: 1 thing is wrong.\norganisations.csv, line 2, column")
    assert list(state.iterdir()) == [folder], "what is refused makes no database"
    (folder / "organisations.csv").write_text("id,name\nnora,Nora\n")
    assert hanvisa("import", str(folder), "--language", "en").stdout.startswith("Imported:\n")
    (folder / "organisations.csv").write_text("id,name\nnora,Nora kommun\n")
    assert hanvisa("import", str(folder), "--dry-run").stdout.startswith("Det här skulle ändras")


@pytest.mark.parametrize(
    "words",
    [*(words for words in COMMANDS if words is not KEEPS_ALL), ("import", DEMO)],
    ids=" ".join,
)
def test_the_tables_of_an_older_service_are_left_to_it(
    words: tuple[str, ...], state: Path, older_tables: Path
) -> None:
    shutil.copy(older_tables, state)
    ran = hanvisa(*words)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("The database is still that of an older hanvisa")
    assert step_of(state / "hanvisa.sqlite") == ONE_BEFORE


@pytest.mark.parametrize("file", ["none", "empty"])
def test_the_first_import_makes_the_database(file: str, state: Path) -> None:
    """Before the service's first start, also where somebody has made the file."""
    if file == "empty":
        (state / "hanvisa.sqlite").touch()
    assert hanvisa("import", DEMO).exit_code == 0
    assert step_of(state / "hanvisa.sqlite") == migrations.NEWEST


def test_an_import_from_a_folder_that_is_not_there_leaves_all_as_it_is(
    state: Path, older_tables: Path
) -> None:
    assert hanvisa("import", "/nowhere").exit_code == 1
    assert list(state.iterdir()) == []
    shutil.copy(older_tables, state)
    assert hanvisa("import", "/nowhere").exit_code == 1
    assert step_of(state / "hanvisa.sqlite") == ONE_BEFORE


def test_the_tables_of_a_newer_version_are_told_of(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    with closing(sqlite3.connect(state / "hanvisa.sqlite")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert hanvisa("user", "list").stderr.startswith("The database was made by a newer hanvisa than this")


def test_a_token_is_made_when_there_are_tables(state: Path, tables: Path) -> None:
    making = ("token", "create", "--role", "admin", "--name", "me")
    (state / "hanvisa.sqlite").touch()
    assert hanvisa(*making).stderr.startswith("There are no tables in the database yet. Start the service")
    shutil.copy(tables, state)
    ran = hanvisa(*making)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert len(ran.stdout.strip()) > 20


def test_a_token_lasts_no_longer_than_the_setting_says(
    state: Path, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(tables, state)
    monkeypatch.setenv("HANVISA_TOKEN_DAYS", "30")
    making = ("token", "create", "--role", "admin", "--name", "me")
    for days in ("31", "99999999"):
        ran = hanvisa(*making, "--days", days)
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "30 days at most (HANVISA_TOKEN_DAYS)" in ran.stderr
    assert hanvisa(*making, "--days", "7").exit_code == hanvisa(*making).exit_code == 0
    with closing(sqlite3.connect(state / "hanvisa.sqlite")) as database:
        rows = database.execute("SELECT created_at, expires_at FROM tokens").fetchall()
    lasting = sorted(
        (datetime.fromisoformat(end) - datetime.fromisoformat(start)).days for start, end in rows
    )
    assert lasting == [7, 30]


def test_a_user_is_made_changed_and_ended(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    secret = "korrekt häst batteri\n" * 2
    assert hanvisa("user", "create", "siv", "--role", "admin", keyed=secret).stdout.endswith(
        "siv is a user now.\n"
    )
    assert hanvisa("user", "list").stdout == "siv: admin, with a password\n"
    assert hanvisa("user", "role", "siv", "--role", "superuser").exit_code == 0
    assert hanvisa("user", "role", "siv", "--role", "admin", "--take").exit_code == 0
    assert hanvisa("user", "create", "tor", "--no-password").exit_code == 0
    assert hanvisa("user", "password", "tor", keyed=secret).stdout.endswith("tor has a new password.\n")
    assert (
        hanvisa("user", "list").stdout == "siv: superuser, with a password\ntor: no role, with a password\n"
    )
    assert hanvisa("user", "end", "siv").exit_code == 0
    assert hanvisa("user", "list").stdout == "tor: no role, with a password\n"


@pytest.mark.parametrize(
    ("words", "keyed", "said"),
    [
        (("create", "siv", "--no-password"), "", "The name “siv” is taken"),
        (("create", "siv"), "", "The name “siv” is taken"),
        (("create", ""), "", "“” is no name"),
        (("create", "tor", "--role", "boss"), "", "There is no role “boss”"),
        (("create", "tor"), "för kort\nför kort\n", "12 characters or more"),
        (("create", "tor", "--no-password", "--role", "head"), "", "needs a scope"),
        (("create", "tor", "--no-password", "--role", "person"), "", "give --person"),
        (("create", "tor", "--no-password", "--person", "ingen"), "", "There is no person “ingen”"),
        (("password", "ingen"), "", "There is no user “ingen”"),
        (("role", "siv", "--role", "boss"), "", "There is no role “boss”"),
    ],
)
def test_a_user_that_makes_no_sense_is_told_so(
    words: tuple[str, ...], keyed: str, said: str, state: Path, tables: Path
) -> None:
    shutil.copy(tables, state)
    assert hanvisa("user", "create", "siv", "--no-password").exit_code == 0
    ran = hanvisa("user", *words, keyed=keyed)
    assert ran.exit_code == 1
    assert said in ran.stderr
    assert ("Password" in ran.stderr) == bool(keyed)  # asked for when the rest will do


def test_a_calendars_password_is_kept_for_its_owner_alone(state: Path) -> None:
    ran = hanvisa("calendars", "password", "hanvisa@kalender.example.org", keyed="grön häst\n")
    assert ran.exit_code == 0
    assert "The password of hanvisa@kalender.example.org is kept." in ran.stdout
    assert "grön" not in ran.output
    assert read_calendar_passwords(state) == {"hanvisa@kalender.example.org": "grön häst"}
    assert (state / "secrets.json").stat().st_mode & 0o077 == 0
    (state / "secrets.json").write_text("grön")
    with pytest.raises(ConfigurationError) as error:
        read_calendar_passwords(state)
    assert "grön" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://Kalender.example.org:8443/x",
        "http://[2001:db8::7]/",
        "https://10.2.0.7",
        "https://å.example.org",
    ],
)
def test_the_account_of_each_calendar_may_be_given_a_password(url: str, state: Path) -> None:
    account = account_of(url, "hanvisa@example.org")
    assert hanvisa("calendars", "password", account, keyed="grön häst\n").exit_code == 0
    assert read_calendar_passwords(state) == {account: "grön häst"}


@pytest.mark.parametrize(
    "host", ["", "@", "@Kalender.example.org", "@kalender.example.org:8443", "@x.test/anna"]
)
def test_what_is_no_account_of_a_calendar_is_given_no_password(host: str, state: Path) -> None:
    ran = hanvisa("calendars", "password", f"hanvisa{host}")
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"“hanvisa{host}” is no USER@HOST. Write the user, @, and the host")
    assert read_calendar_passwords(state) == {}


@pytest.mark.parametrize("content", [b"", b"[]", b'{"calendars": {"x": "gr\xf6n'])
def test_a_calendars_password_is_not_kept_where_the_others_are_damaged(content: bytes, state: Path) -> None:
    (state / "secrets.json").write_bytes(content)
    ran = hanvisa("calendars", "password", "hanvisa@kalender.example.org", keyed="grön häst\n")
    assert ran.exit_code == 1
    assert f"{state / 'secrets.json'} is damaged" in ran.stderr
    assert (state / "secrets.json").read_bytes() == content


@pytest.fixture
def short() -> Iterator[Path]:
    """Asterisk's socket does not fit into a folder with a long path."""
    with tempfile.TemporaryDirectory(prefix="hv") as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "hanvisa", "serve"),
        ("-m", "hanvisa", "calendars", "password", "hanvisa@kalender.example.org"),
        (str(CONFIGURATION / "provision"), "--configuration-only"),
    ],
    ids=["serve", "calendars password", "provision"],
)
@pytest.mark.parametrize("place", ["below/a-file", "nobody's"])
def test_a_state_folder_that_can_not_be_made_or_written_is_told_of(
    words: tuple[str, ...], place: str, short: Path
) -> None:
    (short / "below").touch()
    (short / "nobody's").symlink_to("/proc/self")
    place = str(short / place)
    more = ("--state", place) if words[0].endswith("provision") else ()
    ran = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, *words, *more],
        input="grön häst\n",
        env={**os.environ, "HANVISA_STATE": place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].count(place) == 2  # what could not be, and whose fault it is
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("content", ["", "[]"])
def test_the_rescue_tells_that_the_passwords_are_damaged(content: str, state: Path) -> None:
    (state / "secrets.json").write_text(content)
    ran = hanvisa("rescue", "--alive", "hanvisa-x")
    assert ran.exit_code == 1
    assert "The calls can't be rescued" in ran.stdout


def test_a_backup_is_told_by_the_path_that_it_has(state: Path, tables: Path, tmp_path: Path) -> None:
    shutil.copy(tables, state)
    file = tmp_path / "säkerhetskopia, måndag"
    told = hanvisa("backup", str(file)).stdout
    assert file.is_file()
    size = f"{file.stat().st_size:,}".replace(",", " ")
    assert told.startswith(f"{file} is made: ")
    assert f" {size} bytes." in told


def test_what_calls_say_and_is_not_there_yet_is_spoken_beforehand(state: Path, spoken: Path) -> None:
    take_speech(spoken, state)
    shutil.copy(spoken / "hanvisa.sqlite", state)
    voice = SpeechLibrary(state, EspeakSynthesiser())
    name = Path(voice.say(Referral("Elsa Hedström", Why.BUSY), Language.SV, datetime.now(UTC)).files[0])
    sound = name.with_suffix(".alaw")
    sound.unlink()
    ran = hanvisa("speak")
    assert (ran.exit_code, ran.stdout) == (0, "Everything can be said.\n")
    assert "1 of 1 piece spoken." in ran.stderr
    assert sound.stat().st_size > 4000


def test_sounds_that_can_not_be_put_there_are_told_of_in_a_sentence(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    (state / "sounds").touch()
    ran = hanvisa("speak")
    assert ran.exit_code == 1
    assert f"{state / 'sounds'}" in ran.stderr
    assert f"See who owns the state folder {state}" in ran.stderr


@pytest.mark.parametrize("number", ["070", "+46700000000"])
def test_a_number_that_no_mobile_has_is_named_and_not_rung(number: str, state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    ran = hanvisa("greetings", "check", "--number", number)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == f"No registered mobile has the number {number}. Write it as +46701740605.\n"


def test_one_line_of_an_invoice_is_one(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    file = state / "augusti.csv"
    for lines, sv, en in (
        (1, "1 rad togs in.", "1 line was taken in."),
        (2, "2 rader togs", "2 lines were taken"),
    ):
        file.write_text("number\n" + "0701740605\n" * lines)
        taking_in = ("invoice", str(file), "--month", "2026-08", "--replace")
        assert hanvisa(*taking_in).stdout.startswith(sv)
        assert hanvisa(*taking_in, "--language", "en").stdout.startswith(en)


def test_what_is_not_taken_in_or_not_there_is_told_in_swedish_or_english(state: Path, tables: Path) -> None:
    shutil.copy(tables, state)
    file = state / "augusti.csv"
    file.write_text("number\n0701740605\n")
    taking_in = ("invoice", str(file), "--month", "2026-08")
    assert hanvisa(*taking_in).exit_code == 0
    told = "Inget importerades: 1 fel.\naugusti.csv: det finns en faktura för 2026-08 redan (augusti.csv)."
    assert hanvisa(*taking_in).stderr.startswith(told)
    assert "there is an invoice of 2026-08 already" in hanvisa(*taking_in, "--language", "en").stderr
    assert hanvisa("explain", "0").stderr.startswith("Det finns inget samtal 0.")
    assert hanvisa("explain", "0", "--language", "en").stderr.startswith("There is no call 0.")
