"""Wrong settings are told by the variable's name, with what to do."""

from pathlib import Path

import pytest
from annotated_types import Ge, Gt, Le, Lt

from hanvisa.config import Settings, read_settings
from hanvisa.errors import ConfigurationError
from hanvisa.lab import run
from hanvisa.lab.system import environment
from hanvisa.passwords import read_text_token
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
        ("HANVISA_ARI_URL", "http://192.0.2.1:8088"),
        ("HANVISA_ARI_URL", "http://127.0.0.1.example.org:8088"),
        ("HANVISA_RING_PERSON", "long"),
        ("HANVISA_FORWARDING_DAYS", "32"),
        ("HANVISA_GREETING_FROM", "early"),
        ("HANVISA_SESSION_HOURS", "0"),
        ("HANVISA_SIGN_IN_LOCKED", "-1"),
        ("HANVISA_EXTRACT_KEPT", "0"),
        ("HANVISA_KEEP_CALLS", "99999"),
        ("HANVISA_KEEP_RECORDINGS", "999999"),
        ("HANVISA_KEEP_AUDIT", "9999"),
        ("HANVISA_KEY_WAIT", "-1"),
        ("HANVISA_LOG_LINGER", "inf"),
        ("HANVISA_CALENDAR_EVERY", "nan"),
        ("HANVISA_SMTP_PORT", "0"),
        ("HANVISA_ARI_URL", "http://127.0.0.1:abc"),
        ("HANVISA_ARI_URL", "http://127.0.0.1:65536"),
        ("HANVISA_CALENDAR_WORDS", "möte"),
        ("HANVISA_CALENDAR_NETWORKS", "10.2.0.0/16, kalender.intern"),
        ("HANVISA_LDAP_DEPARTMENTS", "7"),
        ("HANVISA_OUTSIDE_PREFIX", "9x"),
        ("HANVISA_PRIVATE_PREFIX", "9 9"),
        ("HANVISA_NODES", '{"n1": "192.0.2.1"}'),
        ("HANVISA_NODE", "n1"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=f"{variable} is “{value}”.*leave it out"):
        read_settings()


def test_every_number_has_a_least_and_a_most() -> None:
    numbers = {
        name: {type(bound) for bound in field.metadata}
        for name, field in Settings.model_fields.items()
        if field.annotation in (int, float) and name != "base_port"
    }
    unbounded = [name for name, bounds in numbers.items() if not (bounds & {Ge, Gt} and bounds & {Le, Lt})]
    assert len(numbers) > 50
    assert unbounded == []


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_LANGUAGE", "xx")
    monkeypatch.setenv("HANVISA_SIP_PORT", "five")
    with pytest.raises(ConfigurationError) as told:
        read_settings()
    assert [line.split()[0] for line in str(told.value).splitlines()] == [
        "HANVISA_LANGUAGE",
        "HANVISA_SIP_PORT",
    ]


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("HANVISA_KEEP_CALL", "HANVISA_KEEP_CALLS"),
        ("hanvisa_keep_audits", "HANVISA_KEEP_AUDIT"),
        ("HANVISA_RECORD_THREAT", "HANVISA_RECORD_THREATS"),
        ("HANVISA_X", "HANVISA_"),
    ],
)
def test_a_variable_that_is_no_setting_is_named_with_the_nearest_that_is(
    monkeypatch: pytest.MonkeyPatch, variable: str, meant: str
) -> None:
    """It counted for nothing: calls were kept for thirteen months instead of three."""
    monkeypatch.setenv(variable, "3")
    monkeypatch.setenv("HANVISA_LANGUAGE", "xx")
    with pytest.raises(ConfigurationError, match=f"{variable} is no setting.* Is {meant}") as told:
        read_settings()
    assert "HANVISA_LANGUAGE is “xx”" in str(told.value)


def test_what_a_setting_is_called_in_small_letters_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("hanvisa_keep_calls", "3")
    assert read_settings().keep_calls == 3


def test_networks_stand_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().own_calendar_networks == ()
    monkeypatch.setenv("HANVISA_CALENDAR_NETWORKS", "10.2.0.0/16, 2001:db8::/32,192.0.2.7")
    networks = map(str, read_settings().own_calendar_networks)
    assert list(networks) == ["10.2.0.0/16", "2001:db8::/32", "192.0.2.7/32"]


def test_settings_by_name_are_json_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_LDAP_DEPARTMENTS", '{"Park & natur": "park"}')
    settings = read_settings()
    assert settings.ldap_departments == {"Park & natur": "park"}
    monkeypatch.setenv("HANVISA_LDAP_DEPARTMENTS", environment(settings)["HANVISA_LDAP_DEPARTMENTS"])
    assert read_settings().ldap_departments == {"Park & natur": "park"}


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


def test_the_token_of_the_text_gateway_is_shown_nowhere_and_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HANVISA_TEXT_TOKEN", "user:secret")
    settings = read_settings()
    assert "secret" not in repr(settings)
    assert read_text_token(settings) == "user:secret"
    assert environment(settings).get("HANVISA_TEXT_TOKEN") == read_text_token(settings)


def test_the_token_may_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("user:secret\n")
    monkeypatch.setenv("HANVISA_TEXT_TOKEN_FILE", str(file))
    assert read_text_token(read_settings()) == "user:secret"
    file.write_bytes(b"secret\xff")
    with pytest.raises(ConfigurationError, match=r"HANVISA_TEXT_TOKEN_FILE is .*it is not UTF-8"):
        read_text_token(read_settings())
    file.unlink()
    with pytest.raises(ConfigurationError, match="Set it to a file with the token"):
        read_text_token(read_settings())


@pytest.mark.parametrize("prefix", ["7", "77"])
def test_a_prefix_of_private_calls_is_never_the_beginning_of_an_extension(
    monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    """docs/adr/0147."""
    monkeypatch.setenv("HANVISA_PRIVATE_PREFIX", prefix)
    with pytest.raises(ConfigurationError, match="HANVISA_PRIVATE_PREFIX"):
        read_settings()
    for allowed in (f"*{prefix}*", f"{prefix}#", f"#{prefix}"):
        monkeypatch.setenv("HANVISA_PRIVATE_PREFIX", allowed)
        assert read_settings().private_prefix == allowed


def test_several_nodes_have_an_address_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANVISA_DATABASE_URL", "postgresql+asyncpg://hanvisa@192.0.2.9/hanvisa")
    monkeypatch.setenv("HANVISA_PROXY", "192.0.2.10:5060")
    monkeypatch.setenv("HANVISA_NODES", '{"n1": "192.0.2.11", "n2": "192.0.2.12"}')
    settings = read_settings()
    assert (settings.ari_of("n2"), settings.ami_of("n2")) == ("http://192.0.2.12:8088", "192.0.2.12")
    monkeypatch.setenv("HANVISA_NODES", '{"1": "192.0.2.11"}')
    with pytest.raises(ConfigurationError, match=r"HANVISA_NODES is .* a letter first"):
        read_settings()
