"""The phones' accounts as Kamailio reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanvisa.ami.proxy import ProxyAccounts, digest
from hanvisa.errors import ConfigurationError
from integration.fallback.fallback_world import make_register


async def test_every_phone_has_the_digest_of_its_password(tmp_path: Path) -> None:
    accounts = ProxyAccounts(tmp_path)
    assert await accounts.publish(make_register())
    assert not await accounts.publish(make_register()), "nothing has changed"
    passwords = json.loads((tmp_path / "secrets.json").read_text())["phones"]
    columns, *rows = (tmp_path / "proxy" / "subscriber").read_text().splitlines()
    assert columns == "username(string) ha1(string)"
    assert rows == [f"{name}:{digest(name, passwords[name])}" for name in sorted(passwords)]
    assert rows


def test_the_digest_is_that_of_rfc_2617() -> None:
    # Its own example's user and password, in our realm: by md5sum.
    assert digest("Mufasa", "Circle Of Life") == "4e9e2c09d17bb6e21d4460e9f390bf0a"


async def test_a_folder_that_cant_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "proxy").write_text("")
    with pytest.raises(ConfigurationError, match=r"can't be written to .*/proxy"):
        await ProxyAccounts(tmp_path).publish(make_register())
