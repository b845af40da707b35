"""The configuration of one instance."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from provisioning import configuration, music, secrets
from provisioning.configuration import Ports
from provisioning.problem import Problem
from pydantic import ValidationError

from hanvisa.ami.secrets import keep_calendar_password
from hanvisa.config import Settings
from hanvisa.lab.asterisk import CONFIGURATION, REPOSITORY


@pytest.fixture
def etc(state: Path) -> Path:
    return configuration.write(state, Ports.from_base(21000))


def setting(file: Path, name: str) -> str:
    found = re.search(rf"^{name} *=>? *(.*)$", file.read_text(), re.MULTILINE)
    assert found, f"{file.name} has no {name}"
    return found[1]


def test_all_ports_derive_from_the_base_port(etc: Path) -> None:
    assert setting(etc / "pjsip.conf", "bind") == "127.0.0.1:21000"
    assert setting(etc / "http.conf", "bindport") == "21001"
    assert setting(etc / "manager.conf", "port") == "21002"
    assert setting(etc / "pjsip.conf", "contact") == "sip:127.0.0.2:21004"
    assert setting(etc / "rtp.conf", "rtpstart") == "21100"
    assert setting(etc / "rtp.conf", "rtpend") == "21499"


def test_the_interfaces_listen_on_loopback_only(etc: Path) -> None:
    assert setting(etc / "http.conf", "bindaddr") == "127.0.0.1"
    assert setting(etc / "manager.conf", "bindaddr") == "127.0.0.1"
    assert setting(etc / "manager.conf", "deny") == "0.0.0.0/0.0.0.0"


@pytest.mark.parametrize("divides", sorted(configuration.DIVIDES))
def test_a_state_folder_from_which_the_fallback_could_not_play_is_refused(divides: str, state: Path) -> None:
    """By the service as well, whose state folder may be another than the one that was provisioned."""
    place = state / f"Hällefors{divides} Nora"
    with pytest.raises(Problem, match="Choose a state folder without"):
        configuration.write(place, Ports())
    assert not place.exists()
    with pytest.raises(ValidationError, match="at which the dialplan divides"):
        Settings(state=place)


def test_a_state_folder_may_have_words_and_dots_in_its_path(state: Path) -> None:
    place = state / "Hällefors och Nora_2.0-b"
    assert configuration.write(place, Ports()).is_dir()
    assert Settings(state=place).state == place


def test_every_template_is_filled_in(etc: Path) -> None:
    templates = {file.name for file in configuration.HERE.glob("*.conf")}
    assert templates <= {file.name for file in etc.iterdir()}
    assert not [file.name for file in etc.iterdir() if "${" in file.read_text()]


def test_passwords_are_their_owners_alone(state: Path, etc: Path) -> None:
    for file in [state / "secrets.json", *etc.iterdir()]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    for folder in (*configuration.OWN_FOLDERS, *configuration.SHARED_FOLDERS):
        assert stat.S_IMODE((state / "asterisk" / folder).stat().st_mode) == 0o700, folder


def test_ari_and_ami_listen_on_this_machine_alone_and_have_passwords(etc: Path) -> None:
    for file in ("http.conf", "manager.conf"):
        bound = re.findall(r"^bindaddr\s*=\s*(\S+)", (etc / file).read_text(), re.MULTILINE)
        assert bound == ["127.0.0.1"], file
    for file, name in (("ari.conf", "password"), ("manager.conf", "secret")):
        passwords = re.findall(rf"^{name}\s*=\s*(\S+)", (etc / file).read_text(), re.MULTILINE)
        assert passwords, file
        assert all(len(password) >= 32 for password in passwords), file


def test_there_is_no_endpoint_for_whoever_has_no_account(etc: Path) -> None:
    """Who is no phone is known by the carrier's address alone. The service's own address can't call."""
    text = (etc / "pjsip.conf").read_text()
    by_address = re.findall(r"^type *= *identify\nendpoint *= *(\S+)\nmatch *= *(\S+)", text, re.MULTILINE)
    assert by_address == [("carrier", "127.0.0.2"), ("probe", "127.0.0.3")]
    assert text.count("identify\n") == 2
    names = set(re.findall(r"^\[([^]]+)\](?:\(!\))?\ntype *= *endpoint", text, re.MULTILINE))
    assert names == {"carrier", "phone", "probe"}
    assert re.search(r"^\[probe\]\ntype = endpoint\ncontext = nowhere$", text, re.MULTILINE)
    assert not [file for file in (REPOSITORY / "dialplan").glob("*.conf") if "[nowhere]" in file.read_text()]
    assert not re.search("anonymous", (etc / "modules.conf").read_text() + text)


def test_passwords_are_made_once(state: Path, etc: Path) -> None:
    known = json.loads((state / "secrets.json").read_text())
    assert set(known) == {"ari", "ami", "phones"}
    assert known["ari"] != known["ami"]
    known["phones"]["hallefors-201"] = "kept"
    (state / "secrets.json").write_text(json.dumps(known))
    configuration.write(state, Ports())
    assert secrets.ensure(state) == known
    assert setting(etc / "ari.conf", "password") == known["ari"]
    assert setting(etc / "manager.conf", "secret") == known["ami"]


def test_what_is_missing_of_the_passwords_is_made(state: Path) -> None:
    """A calendar's was given before the first provisioning; or the administrator wants new ones (docs/access.md)."""
    keep_calendar_password(state / "secrets.json", "anna@kalender.example.org", "grön häst")
    etc = configuration.write(state, Ports())
    known = json.loads((state / "secrets.json").read_text())
    assert known["calendars"] == {"anna@kalender.example.org": "grön häst"}
    assert setting(etc / "ari.conf", "password") == known["ari"]
    (state / "secrets.json").write_text(json.dumps({"ami": known["ami"], "phones": {"anna": "kept"}}))
    configuration.write(state, Ports())
    assert setting(etc / "ari.conf", "password") not in ("", known["ari"])
    assert setting(etc / "manager.conf", "secret") == known["ami"]


@pytest.mark.parametrize("content", ["", "{", "[]", "\xff"])
def test_damaged_passwords_are_told_of_and_left_as_they_are(state: Path, content: str) -> None:
    (state / "secrets.json").write_text(content, encoding="latin-1")
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, CONFIGURATION / "provision", "--configuration-only", "--state", state],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"provision: {state / 'secrets.json'} is damaged")
    assert (state / "secrets.json").read_text(encoding="latin-1") == content


def test_the_phones_written_by_the_service_are_kept(state: Path, etc: Path) -> None:
    (etc / "pjsip_phones.conf").write_text("[hallefors-201](phone)\n")
    configuration.write(state, Ports())
    assert (etc / "pjsip_phones.conf").read_text() == "[hallefors-201](phone)\n"


def test_modules_are_named(etc: Path) -> None:
    assert setting(etc / "modules.conf", "autoload") == "no"


def test_a_sound_is_looked_for_as_what_sounds_are_and_in_one_folder(etc: Path) -> None:
    """Asterisk looks for each of a format's suffixes, in the language's folder and beside it, whenever it plays."""
    formats = re.findall(
        r"^(?:load|require) = (format_\S+)\.so$", (etc / "modules.conf").read_text(), re.MULTILINE
    )
    assert formats == ["format_pcm", "format_wav"]
    assert setting(etc / "asterisk.conf", "defaultlanguage") == ""


def test_every_named_module_exists(etc: Path, root: Path) -> None:
    named = re.findall(r"^(?:load|require) = (\S+)$", (etc / "modules.conf").read_text(), re.MULTILINE)
    assert len(named) > 100
    assert len(named) == len(set(named))
    assert not [name for name in named if not list(root.glob(f"usr/lib/*/asterisk/modules/{name}"))]


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="too long for Asterisk's socket"):
        configuration.write(tmp_path / ("x" * 100), Ports())


def test_the_music_is_made_once_and_is_soft(tmp_path: Path) -> None:
    file = music.ensure(tmp_path)
    made = file.read_bytes()
    assert len(made) == 16 * music.RATE
    assert music.ensure(tmp_path).stat().st_mtime_ns == file.stat().st_mtime_ns


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xD5), (-8, 0x55), (32767, 0xAA), (-32768, 0x2A), (1000, 0xFA)]
)
def test_alaw(sample: int, code: int) -> None:
    assert music.alaw(sample) == code


def test_one_of_several_nodes_is_reached_by_the_others_and_by_the_proxy_alone(state: Path) -> None:
    ports = Ports(
        node="n1", commands_host="192.0.2.11", commands_from="192.0.2.11,192.0.2.12", proxy="192.0.2.10:5060"
    )
    etc = configuration.write(state, ports)
    assert etc == state / "asterisk" / "n1" / "etc"
    assert setting(etc / "asterisk.conf", "systemname") == "n1"
    assert setting(etc / "asterisk.conf", "astspooldir") == str(state / "asterisk" / "spool")
    assert setting(etc / "http.conf", "bindaddr") == "192.0.2.11"
    permitted = re.findall(r"^permit = (.*)$", (etc / "manager.conf").read_text(), re.MULTILINE)
    assert permitted == ["192.0.2.11/255.255.255.255", "192.0.2.12/255.255.255.255"]
    text = (etc / "pjsip.conf").read_text()
    assert "match_header = X-Hanvisa-From: carrier\n" in text
    assert re.findall(r"^match = (.*)$", text, re.MULTILINE) == ["127.0.0.3"], "no address is the carrier's"
    assert "outbound_proxy = sip:192.0.2.10:5060\\;lr\n" in text
