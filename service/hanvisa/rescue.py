"""Brings the calls of a dead service into the dialplan's fallback: a program of its own (python -m hanvisa.rescue).

When the service dies, Asterisk keeps its channels in Stasis for as long as they like, in whatever they were in. Here
callers who wait or listen go on in the fallback, legs that ring are taken away, and those who talk are left to talk;
when one of them hangs up, nobody would tell the other (seen: they stay in the bridge, in silence), so this stays until
the last has hung up, or until a new start of the service takes the calls over.

It needs nothing of the service but where it was, so that what killed the service, or keeps it from starting, does not
stop this.
"""

import argparse
import base64
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from hanvisa.config import read_settings
from hanvisa.errors import ConfigurationError
from hanvisa.whereabouts import Whereabouts, read

APP_PREFIX = "hanvisa-"
ENTERED = "StasisBroadcast"  # the dialplan's application in which our callers are
INSIDE = (ENTERED, "Stasis", "")  # "": a leg of ours that is not answered yet
PAUSE = 0.5  # seconds between two looks
TIMEOUT = 5.0  # seconds for one command


class Asterisk:
    """The few commands of ARI that are needed, one after another."""

    def __init__(self, url: str, password: str) -> None:
        self._address = urlsplit(url).netloc
        token = base64.b64encode(f"hanvisa:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def command(self, method: str, path: str, **query: str) -> Any:
        """The JSON answer, None where there is none or the thing is gone. Raises OSError and HTTPException."""
        connection = HTTPConnection(self._address, timeout=TIMEOUT)
        try:
            connection.request(method, f"/ari{path}?{urlencode(query)}", headers=self._headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status in (401, 403):
            raise PermissionError("Asterisk refuses the password in secrets.json; is this its state folder?")
        return json.loads(body) if answer.status == 200 else None


class Rescue:
    """``alive`` is the application of a service whose calls are left alone.

    ARI tells a dead application from a living one in nothing (seen), so all others that exist now count as dead.
    ``has_come`` tells whether a service is there now, which takes the calls over.
    """

    def __init__(self, asterisk: Asterisk, has_come: Callable[[], bool], alive: str = "") -> None:
        self._asterisk = asterisk
        self._has_come = has_come
        self._alive = alive
        self._dead = {app["name"] for app in self._apps()} - {alive}
        self._talked: dict[str, str] = {}  # the bridge of each channel that talked on
        self._brought_out: set[str] = set()

    def run(self) -> None:
        """Until no call of a dead service is left, or a service has come that takes them over."""
        say(f"Looking after the calls of {', '.join(sorted(self._dead)) or 'nobody'}.")
        while self._look():
            time.sleep(PAUSE)

    def _look(self) -> bool:
        """Do what is to be done now; whether to look again."""
        apps = self._apps()
        if {app["name"] for app in apps} - self._dead - {self._alive} or self._has_come():
            say("A service has started, and takes the calls over.")
            return False
        channels = list(self._left_behind(apps))
        talking = self._talking()
        for channel in channels:
            if channel["id"] in talking:
                if channel["id"] not in self._talked:
                    say(f"{channel['name']} talks on.")
                self._talked[channel["id"]] = talking[channel["id"]]
            elif channel["id"] in self._talked or channel["dialplan"]["app_name"] != ENTERED:
                self._command_channel("DELETE", channel, "")
                say(f"{channel['name']} was alone, and is hung up.")
            else:
                self._bring_out(channel)
        if not channels:
            for bridge in set(self._talked.values()):
                self._asterisk.command("DELETE", f"/bridges/{quote(bridge)}")
        return bool(channels)

    def _apps(self) -> list[dict[str, Any]]:
        listed = self._asterisk.command("GET", "/applications") or []
        return [app for app in listed if app["name"].startswith(APP_PREFIX)]

    def _left_behind(self, apps: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The channels of dead services. An application lists what it follows: some of that has long gone elsewhere."""
        followed = {id_ for app in apps if app["name"] in self._dead for id_ in app["channel_ids"]}
        adopted = {id_ for app in apps if app["name"] == self._alive for id_ in app["channel_ids"]}
        for channel in self._asterisk.command("GET", "/channels") or []:
            mine = channel["id"] in followed - adopted - self._brought_out
            if mine and channel["dialplan"]["app_name"] in INSIDE:
                yield channel

    def _talking(self) -> dict[str, str]:
        """The channels that are in a bridge with somebody, and which."""
        return {
            channel: bridge["id"]
            for bridge in self._asterisk.command("GET", "/bridges") or []
            if bridge["bridge_type"] == "mixing" and len(bridge["channels"]) > 1
            for channel in bridge["channels"]
        }

    def _bring_out(self, channel: dict[str, Any]) -> None:
        self._brought_out.add(channel["id"])
        # Ended first: a channel leaves Stasis only when its playback, or its recording, is over.
        self._asterisk.command("DELETE", f"/playbacks/hv-play-{quote(channel['id'])}")
        self._asterisk.command("POST", f"/recordings/live/hv-rec-{quote(channel['id'])}/stop")
        self._command_channel("POST", channel, "/continue", label="rescued")
        say(f"{channel['name']} goes on without the service.")

    def _command_channel(self, method: str, channel: dict[str, Any], what: str, **query: str) -> None:
        self._asterisk.command(method, f"/channels/{quote(channel['id'])}{what}", **query)


def say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - a program that speaks to whoever runs it


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 when no call is left behind, 1 when it could not be done."""
    parser = argparse.ArgumentParser(
        prog="hanvisa rescue", description="Bring a dead service's calls into the fallback."
    )
    parser.add_argument(
        "--alive", default="", help="the application of a service that is alive and keeps its calls"
    )
    chosen = parser.parse_args(arguments)
    try:
        read_settings()
    except ConfigurationError as error:
        say(
            f"{error}\nNo service starts with that (docs/reliability.md). The rescue needs less, and goes on."
        )
    try:
        where = read(Whereabouts)
    except ConfigurationError:
        say("It needs where the service and Asterisk are, though, and that is what is wrong.")
        return 1

    def has_come() -> bool:
        return not chosen.alive and _answers(where.web_host, where.web_port)

    if where.nodes:
        say(
            "With several nodes another's service takes the calls on (docs/scaling.md): nothing is brought out."
        )
        return 1
    try:
        if has_come():
            say(
                "The service is alive and keeps its calls. If another died, name this one's application: --alive."
            )
            return 1
        password = json.loads((where.state / "secrets.json").read_text())["ari"]
        Rescue(Asterisk(where.ari_url, password), has_come, chosen.alive).run()
    except (OSError, HTTPException, KeyError, TypeError, ValueError) as error:
        say(f"The calls can't be rescued: {error} (ARI at {where.ari_url}, state folder {where.state}).")
        return 1
    say("No call is left behind.")
    return 0


def _answers(host: str, port: int) -> bool:
    """Whether a service is alive there. What it is not ready for is its own: it brings callers out itself (ADR 115)."""
    connection = HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
