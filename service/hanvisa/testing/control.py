"""Asterisk's side of a call, which does what it is told, and fails when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanvisa.calls.ports import LiveChannel, TransferProgress
from hanvisa.errors import Gone, HanvisaError
from hanvisa.ids import node_of
from hanvisa.testing.slow import Slow


@dataclass
class FakeCallControl(Slow):
    """Remembers every command, and which channels and bridges there are.

    ``fail_at`` makes the n-th command (from 1) raise ``failure``; with ``fails_late`` it has been carried out all the
    same, as when only the answer was lost. ``alive`` are the channels that exist: those that come in are put there by
    the test. ``bridges`` are those that exist with who is in them.
    """

    commands: list[tuple[Any, ...]] = field(default_factory=list)
    fail_at: int | None = None
    failure: HanvisaError = field(default_factory=lambda: Gone("made to fail"))
    fails_late: bool = False
    alive: set[str] = field(default_factory=set)
    bridges: dict[str, set[str]] = field(default_factory=dict)
    registered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # dial strings by account
    variables: dict[tuple[str, str], str] = field(default_factory=dict)
    existing: tuple[LiveChannel, ...] = ()
    orphaned: tuple[str, ...] = ()
    is_proxy_away: bool = False  # the one before several nodes: no phone is told that it is rung
    ours: tuple[str, ...] = ()  # of them, those that this very application has

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """The commands of that name, their arguments only."""
        return [command[1:] for command in self.commands if command[0] == name]

    def is_gone(self, channel: str) -> None:
        """The channel exists no more."""
        self.alive.discard(channel)
        for inside in self.bridges.values():
            inside.discard(channel)

    async def _do(self, *command: Any, then: Callable[[], object] = lambda: None) -> None:
        await self._travels()
        try:
            await self._arrives(*command, then=then)
        finally:
            await self._travels()

    async def _arrives(self, *command: Any, then: Callable[[], object]) -> None:
        self.commands.append(command)
        fails = len(self.commands) == self.fail_at
        if not fails or self.fails_late:
            then()
        if fails:
            raise self.failure

    def some_node(self) -> str:
        return ""

    async def claim(self, channel: str) -> bool:
        await self._do("claim", channel)
        return True

    async def answer(self, channel: str) -> None:
        await self._do("answer", channel)

    async def hang_up(self, channel: str, reason: str = "normal") -> None:
        await self._do("hang_up", channel, reason, then=lambda: self.is_gone(channel))

    async def play(self, channel: str, files: Sequence[str], playback: str) -> None:
        await self._do("play", channel, tuple(files), playback)

    async def play_in_bridge(self, bridge: str, files: Sequence[str], playback: str) -> None:
        await self._do("play_in_bridge", bridge, tuple(files), playback)

    async def stop_playing(self, playback: str) -> None:
        await self._do("stop_playing", playback)

    async def is_playing(self, playback: str) -> bool:
        await self._do("is_playing", playback)
        return False

    async def record(self, channel: str, recording: str, *, longest: int, silence: int) -> None:
        await self._do("record", channel, recording, longest, silence)

    async def record_bridge(self, bridge: str, recording: str) -> None:
        await self._do("record_bridge", bridge, recording)

    async def stop_recording(self, recording: str) -> None:
        await self._do("stop_recording", recording)

    async def is_recording(self, recording: str) -> bool:
        await self._do("is_recording", recording)
        return False

    async def set_variable(self, channel: str, name: str, value: str) -> None:
        written = {(channel, name): value}
        await self._do("set_variable", channel, name, then=lambda: self.variables.update(written))

    async def variable(self, channel: str, name: str) -> str:
        return await self._ask(lambda: self.variables.get((channel, name), ""))

    async def dial_strings(self, channel: str, account: str) -> tuple[str, ...]:
        await self._do("dial_strings", channel, account)
        return self.registered.get(account, (f"PJSIP/{account}",))

    async def create(
        self, channel: str, dial_string: str, variables: Mapping[str, str], originator: str
    ) -> None:
        await self._do(
            "create",
            channel,
            dial_string,
            dict(variables),
            originator,
            then=lambda: self._created(channel, variables),
        )

    def _created(self, channel: str, variables: Mapping[str, str]) -> None:
        self.alive.add(channel)
        self.variables |= {(channel, name): value for name, value in variables.items()}

    async def originate(
        self, channel: str, dial_string: str, *, name: str, number: str, within: float
    ) -> None:
        await self._do(
            "originate",
            channel,
            dial_string,
            name,
            number,
            within,
            then=lambda: self.alive.add(channel),
        )

    async def dial(self, channel: str) -> None:
        await self._do("dial", channel)

    async def has_rung(self, channel: str) -> bool:
        await self._do("has_rung", channel)
        return not self.is_proxy_away

    async def ring(self, channel: str) -> None:
        await self._do("ring", channel)

    async def stop_ringing(self, channel: str) -> None:
        await self._do("stop_ringing", channel)

    async def send_text(self, account: str, text: str, sender: str) -> None:
        await self._do("send_text", account, text, sender)

    async def start_music(self, channel: str) -> None:
        await self._do("start_music", channel)

    async def stop_music(self, channel: str) -> None:
        await self._do("stop_music", channel)

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        await self._do(
            "bridge",
            bridge,
            tuple(channels),
            then=lambda: self.bridges.update({bridge: set(channels)}),
        )

    async def add_to_bridge(self, bridge: str, channel: str) -> None:
        await self._do(
            "add_to_bridge",
            bridge,
            channel,
            then=lambda: self.bridges.setdefault(bridge, set()).add(channel),
        )

    async def remove_from_bridge(self, bridge: str, channel: str) -> None:
        await self._do(
            "remove_from_bridge",
            bridge,
            channel,
            then=lambda: self.bridges.get(bridge, set()).discard(channel),
        )

    async def destroy_bridge(self, bridge: str) -> None:
        await self._do("destroy_bridge", bridge, then=lambda: self.bridges.pop(bridge, None))

    async def tell_transferor(self, channel: str, progress: TransferProgress) -> None:
        await self._do("tell_transferor", channel, progress)

    async def channels(self, node: str = "") -> tuple[LiveChannel, ...]:
        return await self._ask(
            lambda: tuple(one for one in self.existing if not node or node_of(one.id) == node)
        )

    async def bridged(self, node: str = "") -> Mapping[str, frozenset[str]]:
        return await self._ask(
            lambda: {
                bridge: frozenset(inside)
                for bridge, inside in self.bridges.items()
                if not node or node_of(bridge) == node
            }
        )

    async def held_by_our_apps(self, node: str = "") -> Mapping[str, bool]:
        return await self._ask(
            lambda: {one: one in self.ours for one in self.orphaned if not node or node_of(one) == node}
        )

    async def move_here(self, channel: str, args: Sequence[str]) -> None:
        await self._do("move_here", channel, tuple(args))
