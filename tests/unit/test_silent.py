"""Which Asterisk does not answer, by what, and what to do about it: in the service's health."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from hanvisa.config import Settings
from hanvisa.disk_writer import AT_ONCE
from hanvisa.service import Service

WHAT_TO_DO = "See whether it runs there, and answers its own command line"


def service(
    state: Path, *, ari: Mapping[str, bool], ami: Mapping[str, bool], taken_on: bool = True, nodes: str = "{}"
) -> Service:
    """``ari`` and ``ami``: whether each node's is connected, "" for the only one."""
    settings = Settings(
        state=state,
        base_port=21000,
        nodes=nodes,
        proxy="192.0.2.9:5060",
        database_url="postgresql+asyncpg://hanvisa@192.0.2.5/hanvisa",
    )
    nothing: Any = SimpleNamespace(run=None, hangs=False, trouble=None, healthy=True, name="phones")
    parts = dict.fromkeys((name for name, one in Service.__dataclass_fields__.items() if one.init), nothing)
    parts |= {
        "settings": settings,
        "disk": AT_ONCE,
        "followers": (),
        "later": (),
        "projections": (nothing,) * len(ami),
        "streams": tuple(SimpleNamespace(node=node, connected=is_) for node, is_ in ari.items()),
        "managers": tuple(SimpleNamespace(connected=is_) for is_ in ami.values()),
        "registry": MagicMock(beside=()),
    }
    parts["registry"].synced.is_set.return_value = taken_on
    return Service(**parts)


def missing(of: Service) -> dict[str, str]:
    return {name: what for name, what in of.health().items() if what}


def test_the_only_one_is_told_by_its_ports(tmp_path: Path) -> None:
    told = missing(service(tmp_path, ari={"": False}, ami={"": False}))
    assert list(told) == ["calls", "manager"]
    assert told["calls"].startswith("Not connected to Asterisk's REST interface (ARI, port 21001). ")
    assert told["manager"].startswith("Not connected to Asterisk's manager interface (AMI, port 21002). ")
    assert all(WHAT_TO_DO in what for what in told.values())


def test_calls_that_have_not_been_taken_on_are_no_lost_connection(tmp_path: Path) -> None:
    told = missing(service(tmp_path, ari={"": True}, ami={"": True}, taken_on=False))
    assert told == {"calls": "The calls that there are have not been taken on yet."}


@pytest.mark.parametrize(
    ("ari", "ami", "lacks"),
    [
        ({"n1": True, "n2": False}, {"n1": True, "n2": True}, "REST interface (ARI, port 21001) at n2."),
        ({"n1": True, "n2": True}, {"n1": True, "n2": False}, "manager interface (AMI, port 21002) at n2."),
        (
            {"n1": True, "n2": False},
            {"n1": True, "n2": False},
            "REST interface (ARI, port 21001) and its manager interface (AMI, port 21002) at n2.",
        ),
    ],
)
def test_of_several_the_one_that_is_away_is_named_and_the_others_will_do(
    tmp_path: Path, ari: dict[str, bool], ami: dict[str, bool], lacks: str
) -> None:
    of = service(tmp_path, ari=ari, ami=ami, nodes='{"n1": "192.0.2.11", "n2": "192.0.2.12"}')
    assert missing(of) == {}
    assert list(of.away()) == ["n2"]
    assert of.away()["n2"].startswith(f"Not connected to Asterisk's {lacks} {WHAT_TO_DO}")


def test_nobody_s_address_is_told(tmp_path: Path) -> None:
    gone = {"n1": False, "n2": False}
    of = service(tmp_path, ari=gone, ami=gone, nodes='{"n1": "192.0.2.11", "n2": "192.0.2.12"}')
    told = [*missing(of).values(), *of.away().values()]
    assert len(told) == 4
    assert " at n1, n2. " in told[0]
    assert not any("192.0.2" in one for one in told)
