"""`CallControl` on Asterisk's REST interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from hanvisa.ari.events import channel as decode_channel
from hanvisa.calls.ports import LiveChannel, TransferProgress
from hanvisa.errors import Gone, Refused
from hanvisa.ids import OUR_IDS

APP_PREFIX = "hanvisa-"
# The dialplan's applications in which callers of ours are, and legs before they are answered.
OURS = ("StasisBroadcast", "Stasis", "AppDial2", "")


class Commanded(Protocol):
    """One Asterisk (`Client`), or several (`Nodes`)."""

    def some_node(self) -> str: ...

    async def command(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any: ...

    async def listing(self, path: str, node: str) -> list[dict[str, Any]]: ...


class AriControl:
    """Commands in the name of one application, that of this process's start."""

    def __init__(self, client: Commanded, app: str) -> None:
        self._client = client
        self._app = app

    def some_node(self) -> str:
        return self._client.some_node()

    async def claim(self, channel: str) -> bool:
        try:
            await self._post("/events/claim", {"channelId": channel, "application": self._app})
        except (Refused, Gone):
            return False
        return True

    async def answer(self, channel: str) -> None:
        await self._post(f"/channels/{channel}/answer")

    async def hang_up(self, channel: str, reason: str = "normal") -> None:
        await self._client.command("DELETE", f"/channels/{channel}", {"reason": reason})

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        media = [f"sound:{file}" for file in files]
        await self._post(f"/channels/{channel}/play", {"playbackId": playback}, {"media": media})

    async def play_in_bridge(self, bridge: str, files: Sequence[str], playback: str) -> None:
        media = [f"sound:{file}" for file in files]
        await self._post(f"/bridges/{bridge}/play", {"playbackId": playback}, {"media": media})

    async def stop_playing(self, playback: str) -> None:
        await self._client.command("DELETE", f"/playbacks/{playback}")

    async def is_playing(self, playback: str) -> bool:
        try:
            await self._client.command("GET", f"/playbacks/{playback}")
        except Gone:
            return False
        return True

    async def record(self, channel: str, recording: str, *, longest: int, silence: int) -> None:
        await self._post(
            f"/channels/{channel}/record",
            {
                "name": recording,
                "format": "wav",
                "maxDurationSeconds": str(longest),
                "maxSilenceSeconds": str(silence),
                "ifExists": "overwrite",
                "terminateOn": "#",
            },
        )

    async def record_bridge(self, bridge: str, recording: str) -> None:
        await self._post(
            f"/bridges/{bridge}/record", {"name": recording, "format": "wav", "ifExists": "append"}
        )

    async def stop_recording(self, recording: str) -> None:
        await self._post(f"/recordings/live/{recording}/stop")

    async def is_recording(self, recording: str) -> bool:
        try:
            await self._client.command("GET", f"/recordings/live/{recording}")
        except Gone:
            return False
        return True

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        await self._post(f"/channels/{channel}/variable", body={"variable": name, "value": value})

    async def variable(self, channel: str, name: str) -> str:
        try:
            answer = await self._client.command("GET", f"/channels/{channel}/variable", {"variable": name})
        except Gone:
            # A variable that is not set is a 404 too: only a channel that is there has an empty one.
            await self._client.command("GET", f"/channels/{channel}")
            return ""
        return str(answer["value"])

    async def dial_strings(self, channel: str, account: str) -> tuple[str, ...]:
        strings = await self.variable(channel, f"PJSIP_DIAL_CONTACTS({account})")
        return tuple(string for string in strings.split("&") if string)

    async def create(
        self, channel: str, dial_string: str, variables: Mapping[str, str], originator: str
    ) -> None:
        query = {"endpoint": dial_string, "app": self._app, "appArgs": "rung", "channelId": channel}
        if originator:
            query["originator"] = originator
        await self._post("/channels/create", query, {"variables": dict(variables)})

    async def originate(
        self, channel: str, dial_string: str, *, name: str, number: str, within: float
    ) -> None:
        await self._post(
            "/channels",
            {
                "endpoint": dial_string,
                "app": self._app,
                "appArgs": "rung",
                "channelId": channel,
                "callerId": f'"{name.replace(chr(34), "")}" <{number}>',
                "timeout": str(max(1, round(within))),
            },
        )

    async def dial(self, channel: str) -> None:
        await self._post(f"/channels/{channel}/dial")

    async def has_rung(self, channel: str) -> bool:
        fields = await self._client.command("GET", f"/channels/{channel}")
        return fields["state"] in ("Ringing", "Up")

    async def ring(self, channel: str) -> None:
        await self._post(f"/channels/{channel}/ring")

    async def stop_ringing(self, channel: str) -> None:
        await self._client.command("DELETE", f"/channels/{channel}/ring")

    async def send_text(self, account: str, text: str, sender: str) -> None:
        query = {"from": f"sip:{sender}@hanvisa", "body": text}
        await self._client.command("PUT", f"/endpoints/PJSIP/{account}/sendMessage", query)

    async def start_music(self, channel: str) -> None:
        await self._post(f"/channels/{channel}/moh")

    async def stop_music(self, channel: str) -> None:
        await self._client.command("DELETE", f"/channels/{channel}/moh")

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        # dtmf_events: without it two PJSIP legs become native RTP and their keys are never reported.
        await self._post(f"/bridges/{bridge}", {"type": "mixing,dtmf_events"})
        await self._post(f"/bridges/{bridge}/addChannel", {"channel": ",".join(channels)})

    async def add_to_bridge(self, bridge: str, channel: str) -> None:
        await self._post(f"/bridges/{bridge}/addChannel", {"channel": channel})

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        await self._post(f"/bridges/{bridge}/removeChannel", {"channel": channel})

    async def destroy_bridge(self, bridge: str) -> None:
        await self._client.command("DELETE", f"/bridges/{bridge}")

    async def tell_transferor(self, channel: str, progress: TransferProgress) -> None:
        await self._post(f"/channels/{channel}/transfer_progress", {"states": progress})

    async def channels(self, node: str = "") -> tuple[LiveChannel, ...]:
        return tuple(_live(fields) for fields in await self._client.listing("/channels", node))

    async def bridged(self, node: str = "") -> Mapping[str, frozenset[str]]:
        bridges = await self._client.listing("/bridges", node)
        return {one["id"]: frozenset(one["channels"]) for one in bridges if one["id"].startswith(OUR_IDS)}

    async def held_by_our_apps(self, node: str = "") -> Mapping[str, bool]:
        apps = await self._client.listing("/applications", node)
        return {
            channel: app["name"] == self._app
            for app in apps
            if app["name"].startswith(APP_PREFIX)
            for channel in app["channel_ids"]
        }

    async def move_here(self, channel: str, args: Sequence[str]) -> None:
        await self._post(f"/channels/{channel}/move", {"app": self._app, "appArgs": ",".join(args)})

    async def _post(
        self, path: str, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> None:
        await self._client.command("POST", path, query, body)


def _live(fields: dict[str, Any]) -> LiveChannel:
    channel = decode_channel(fields)
    return LiveChannel(
        channel.id,
        channel.account,
        channel.caller_number,
        channel.dialled,
        channel.up,
        gone_on=fields["dialplan"]["app_name"] not in OURS,
    )
