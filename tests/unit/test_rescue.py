"""Whose calls the rescue leaves alone: those of a service that is alive, whatever it is not ready for."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hanvisa import rescue


class Machine(ThreadingHTTPServer):
    """The service's web, and beside it Asterisk's ARI with a caller who waits in the service's queue."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.is_alive = True
        self.missing: dict[str, str] = {}
        self.brought_out: list[str] = []


class Answers(BaseHTTPRequestHandler):
    server: Machine

    def do_GET(self) -> None:
        waiting = [] if self.server.brought_out else ["c1"]
        match self.path.partition("?")[0]:
            case "/health/live" if self.server.is_alive:
                self._answer(200, {"status": "live"})
            case "/health/ready" if self.server.is_alive:
                self._answer(503 if self.server.missing else 200, {"missing": self.server.missing})
            case "/ari/applications":
                self._answer(200, [{"name": "hanvisa-1", "channel_ids": waiting}])
            case "/ari/channels":
                dialplan = {"app_name": "StasisBroadcast"}
                self._answer(
                    200, [{"id": id_, "name": "PJSIP/carrier-1", "dialplan": dialplan} for id_ in waiting]
                )
            case "/ari/bridges":
                self._answer(200, [])
            case _:
                self._answer(404, None)

    def do_POST(self) -> None:
        if "/continue" in self.path:
            self.server.brought_out.append(self.path)
        self._answer(204, None)

    do_DELETE = do_POST  # noqa: N815 - the server's name for it

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the server's name for it
        """To nobody."""

    def _answer(self, status: int, body: object) -> None:
        written = b"" if status == 204 else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    (tmp_path / "secrets.json").write_text('{"ari": "x"}')
    with Machine() as server:
        port = server.server_address[1]
        monkeypatch.setenv("HANVISA_STATE", str(tmp_path))
        monkeypatch.setenv("HANVISA_ARI_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("HANVISA_WEB_PORT", str(port))
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


@pytest.mark.parametrize("missing", ["", "database", "texts", "calls"])
def test_the_calls_of_a_service_that_is_alive_are_not_brought_out(machine: Machine, missing: str) -> None:
    """A service that has lost ARI brings its callers out itself (docs/adr/0115)."""
    machine.missing = {missing: "It does not answer."} if missing else {}
    assert rescue.main([]) == 1
    assert machine.brought_out == []


def test_the_calls_of_a_service_that_is_dead_are(machine: Machine) -> None:
    machine.is_alive = False
    assert rescue.main([]) == 0
    assert machine.brought_out == ["/ari/channels/c1/continue?label=rescued"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HANVISA_KEEP_CALL", "3"),
        ("HANVISA_WRAP_UP", "7200"),
        ("HANVISA_CALENDAR_NETWORKS", "10.0.0.1/8"),
        ("HANVISA_SIP_PORT", "0"),
    ],
    ids=["no setting", "above the most", "no network", "no port"],
)
def test_settings_that_no_service_starts_with_do_not_end_the_rescue(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
) -> None:
    """Both have the same environment: the callers of yesterday's service are there still (docs/adr/0143)."""
    machine.is_alive = False
    monkeypatch.setenv(name, value)
    assert rescue.main([]) == 0
    assert machine.brought_out == ["/ari/channels/c1/continue?label=rescued"]
    assert capsys.readouterr().out.startswith(name)


def test_a_state_folder_that_no_service_starts_in_has_the_password_still(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine.is_alive = False
    (state := tmp_path / "a,b").mkdir()
    (state / "secrets.json").write_text('{"ari": "x"}')
    monkeypatch.setenv("HANVISA_STATE", str(state))
    assert rescue.main([]) == 0
    assert machine.brought_out == ["/ari/channels/c1/continue?label=rescued"]


def test_what_the_rescue_needs_ends_it_with_a_sentence(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.is_alive = False
    monkeypatch.setenv("HANVISA_WEB_PORT", "web")
    assert rescue.main([]) == 1
    assert "HANVISA_WEB_PORT is “web”, which won't do" in capsys.readouterr().out
    assert machine.brought_out == []
