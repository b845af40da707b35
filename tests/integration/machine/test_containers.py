"""The compose file's parts: they can't be built here, but they can be held against what they refer to."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from provisioning import command, configuration
from provisioning.configuration import Ports

from hanvisa.config import Settings, read_settings
from hanvisa.lab.asterisk import REPOSITORY
from hanvisa.variables import OF_DOCKER_COMPOSE


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return read


def test_the_images_are_built_from_files_that_exist(compose: dict[str, Any]) -> None:
    for name in ("asterisk", "service"):
        dockerfile = REPOSITORY / compose["services"][name]["build"]["dockerfile"]
        sources = re.findall(r"^COPY (\S+) ", dockerfile.read_text(), re.MULTILINE)
        assert sources
        assert [source for source in sources if not (REPOSITORY / source).exists()] == []


def test_asterisk_is_configured_as_the_service_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each port that the two share: where it is set, where all are derived, and where nothing is."""
    one_by_one = {
        "HANVISA_SIP_HOST": "192.0.2.1",
        "HANVISA_SIP_PORT": "5070",
        "HANVISA_ARI_URL": "http://127.0.0.1:8089",
        "HANVISA_AMI_PORT": "5039",
        "HANVISA_CARRIER_HOST": "192.0.2.7",
        "HANVISA_CARRIER_PORT": "5071",
        "HANVISA_RTP_FIRST": "12000",
        "HANVISA_RTP_LAST": "12399",
        "HANVISA_PROXY": "192.0.2.9:5060",
    }
    provisioned: list[Ports] = []
    monkeypatch.setattr(configuration, "write", lambda _, ports, *__: provisioned.append(ports))
    for name in [name for name in os.environ if name.startswith("HANVISA_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HANVISA_STATE", str(tmp_path))
    for given in ({}, {"HANVISA_BASE_PORT": "21000"}, one_by_one):
        with monkeypatch.context() as set_:
            for name, value in given.items():
                set_.setenv(name, value)
            settings = read_settings()
            assert command.main(options_of_provision()) == 0
        assert provisioned.pop() == Ports(
            sip_host=settings.sip_host,
            sip_port=settings.sip_port,
            ari_port=urlsplit(settings.ari_url).port or 0,
            ami_port=settings.ami_port,
            carrier_host=settings.carrier_host,
            carrier_port=settings.carrier_port,
            rtp_first=settings.rtp_first,
            rtp_last=settings.rtp_last,
            proxy=settings.proxy,
        )


def options_of_provision() -> list[str]:
    """With which the container calls it, in this environment."""
    started = (REPOSITORY / "containers/asterisk.Dockerfile").read_text().partition("CMD ")[2]
    called = started.partition(" \\\n    && ")[0].replace(
        "/hanvisa/asterisk-conf/provision", "printf '%s\\n'"
    )
    told = subprocess.run(["/bin/sh", "-c", called], capture_output=True, text=True, check=True)  # noqa: S603
    return told.stdout.splitlines()


def test_another_instance_of_the_service_stands_by(compose: dict[str, Any]) -> None:
    """It takes the turn by a lock in the state folder, which both have (adr/0111)."""
    assert compose["services"]["standby"] == compose["services"]["service"]
    assert "state:/state" in compose["services"]["standby"]["volumes"]


def test_every_setting_can_be_set_and_nothing_else(compose: dict[str, Any]) -> None:
    """One that is not there counts for nothing, whoever has it in their shell; one that is none is refused."""
    known = {f"HANVISA_{name.upper()}" for name in Settings.model_fields}
    given = compose["services"]["service"]["environment"]
    assert set(given) == known
    its_own = {name for name, value in given.items() if value is not None}
    assert its_own == {
        "HANVISA_STATE",
        "HANVISA_DATABASE_URL",
        "HANVISA_SIP_TLS_CERTIFICATE",
        "HANVISA_SIP_TLS_KEY",
    }
    told = (REPOSITORY / "docker-compose.yml").read_text().partition("\nname: ")[0]
    assert its_own <= set(re.findall(r"HANVISA_\w+", told))


def test_asterisk_has_the_service_s_settings_and_no_password(compose: dict[str, Any]) -> None:
    its = compose["services"]["asterisk"]["environment"]
    assert its.items() <= compose["services"]["service"]["environment"].items()
    used = set(re.findall(r"HANVISA_\w+", (REPOSITORY / "containers/asterisk.Dockerfile").read_text()))
    assert set(its) == used
    assert [name for name in its if re.search("PASSWORD|TOKEN|DATABASE", name)] == []


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
