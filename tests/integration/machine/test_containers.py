"""The compose file's parts: they can't be built here, but they can be held against what they refer to."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hanvisa.config import Settings
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.variables import OF_DOCKER_COMPOSE


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return read


def default(setting: str) -> str:
    """The value of "${NAME:-value}"."""
    found = re.fullmatch(r"\$\{\w+:-(.*)\}", setting)
    assert found, setting
    return found[1]


def test_the_images_are_built_from_files_that_exist(compose: dict[str, Any]) -> None:
    for name in ("asterisk", "service"):
        dockerfile = REPOSITORY / compose["services"][name]["build"]["dockerfile"]
        sources = re.findall(r"^COPY (\S+) ", dockerfile.read_text(), re.MULTILINE)
        assert sources
        assert [source for source in sources if not (REPOSITORY / source).exists()] == []


def test_the_ports_are_the_settings_own(compose: dict[str, Any]) -> None:
    given = compose["services"]["asterisk"]["environment"]
    assert given == compose["services"]["service"]["environment"]
    usual = Settings(state=Path("/state"))
    assert default(given["HANVISA_SIP_HOST"]) == usual.sip_host
    assert int(default(given["HANVISA_SIP_PORT"])) == usual.sip_port
    assert default(given["HANVISA_CARRIER_HOST"]) == usual.carrier_host
    assert int(default(given["HANVISA_CARRIER_PORT"])) == usual.carrier_port


def test_another_instance_of_the_service_stands_by(compose: dict[str, Any]) -> None:
    """It takes the turn by a lock in the state folder, which both have (adr/0111)."""
    assert compose["services"]["standby"] == compose["services"]["service"]
    assert "state:/state" in compose["services"]["standby"]["volumes"]


def test_every_environment_variable_is_a_setting(compose: dict[str, Any]) -> None:
    known = {f"HANVISA_{name.upper()}" for name in Settings.model_fields}
    assert set(compose["services"]["service"]["environment"]) <= known


def test_what_it_is_started_with_is_a_setting_or_known_to_be_none() -> None:
    """Whoever has it in their shell also starts `./dev`, which refuses what it does not know."""
    asked = set(re.findall(r"\$\{(HANVISA_\w+)", (REPOSITORY / "docker-compose.yml").read_text()))
    settings = {f"HANVISA_{name.upper()}" for name in Settings.model_fields}
    assert asked - settings == set(OF_DOCKER_COMPOSE)


def test_the_certificate_for_phones_is_where_asterisk_is_told_that_it_is(compose: dict[str, Any]) -> None:
    given, volumes = (
        compose["services"]["asterisk"]["environment"],
        compose["services"]["asterisk"]["volumes"],
    )
    for name in ("HANVISA_SIP_TLS_CERTIFICATE", "HANVISA_SIP_TLS_KEY"):
        assert f"${{{name}:-/dev/null}}:{given[name]}:ro" in volumes


def test_asterisk_and_the_service_are_one_user(compose: dict[str, Any]) -> None:
    """What one keeps in the state folder is its owner's alone, and the other reads it."""
    for name in ("asterisk", "service"):
        part = compose["services"][name]
        assert "user" not in part
        assert "\nUSER " not in (REPOSITORY / part["build"]["dockerfile"]).read_text()


def test_no_password_is_in_the_files() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text()
    assert re.findall(r"PASSWORD: (?!\$\{)", text) == []
    assert "hanvisa:${HANVISA_DATABASE_PASSWORD:?" in text


def test_both_images_use_what_the_script_uses() -> None:
    assert "provision --install-here" in (REPOSITORY / "containers/asterisk.Dockerfile").read_text()
    assert (
        "--require-hashes -r requirements/service.txt"
        in (REPOSITORY / "containers/service.Dockerfile").read_text()
    )


def test_asterisk_is_started_with_what_it_is_elsewhere() -> None:
    started = (REPOSITORY / "containers/asterisk.Dockerfile").read_text().partition("CMD ")[2]
    assert "exec env $(grep -v '^#' /hanvisa/asterisk-conf/environment) asterisk -f" in started
