"""Wrong settings are told by the variable's name, with what to do."""

from pathlib import Path

import pytest

from hanvisa.config import read_settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab import run
from hanvisa.rescue import main as rescue


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANVISA_STATE", str(tmp_path))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HANVISA_BASE_PORT", "abc"),
        ("HANVISA_BASE_PORT", "80"),
        ("HANVISA_BASE_PORT", "-1"),
        ("HANVISA_LANGUAGE", "xx"),
        ("HANVISA_RING_PERSON", "long"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=f"{variable} is “{value}”.*leave it out"):
        read_settings()


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_LANGUAGE", "xx")
    monkeypatch.setenv("HANVISA_SIP_PORT", "five")
    with pytest.raises(ConfigurationError) as told:
        read_settings()
    assert [line.split()[0] for line in str(told.value).splitlines()] == [
        "HANVISA_LANGUAGE",
        "HANVISA_SIP_PORT",
    ]


def test_every_port_derives_from_the_base_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_BASE_PORT", "21000")
    settings = read_settings()
    assert (settings.sip_port, settings.ami_port, settings.web_port, settings.rtp_first) == (
        21000,
        21002,
        21003,
        21100,
    )


def test_dev_run_tells_it_as_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANVISA_BASE_PORT", "abc")
    assert run.main() == 1
    assert capsys.readouterr().out.startswith("dev run: HANVISA_BASE_PORT is “abc”")


def test_the_rescue_tells_it_as_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HANVISA_LANGUAGE", "xx")
    assert rescue([]) == 1
    assert capsys.readouterr().out.startswith("HANVISA_LANGUAGE is “xx”")
