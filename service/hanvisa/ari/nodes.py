"""Several Asterisks commanded as one: each command goes to the node that the ids in it name (docs/adr/0112)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

import structlog

from hanvisa.ari.client import Client
from hanvisa.calls.signals import NodeLost, Reconnected, Signal
from hanvisa.errors import Gone, TelephonyError, Unavailable
from hanvisa.ids import node_of

log = structlog.get_logger()


class Nodes:
    """The clients by node. What is at a node that is lost is gone, until it is back."""

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self._clients = clients
        self._away = set(clients)
        self._lost: set[str] = set()
        self._silent: set[str] = set()  # there, and the last that was asked of them they did not answer

    def heed(self, signal: Signal) -> None:
        """Which nodes are there, their streams tell."""
        match signal:
            case Reconnected(node):
                self._away.discard(node)
                self._lost.discard(node)
            case NodeLost(node):
                self._away.add(node)
                self._lost.add(node)

    def some_node(self) -> str:
        """The first that is there and answers."""
        return min(self._clients, key=lambda node: (node in self._away, node in self._silent))

    async def command(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """As the node's client does it. Raises `Gone` where the node is lost."""
        node = next(self._named(path, query or {}), None) or self.some_node()
        if node in self._lost:
            raise Gone(f"{method} {path}: the node {node} is lost.")
        with self._asking(node):
            return await self._clients[node].command(method, path, query, body)

    async def listing(self, path: str, node: str) -> list[dict[str, Any]]:
        """Of the node, or of all that answer. Raises as a client does where it is one node's."""
        if node:
            return await self._list(path, node)
        listed = await asyncio.gather(*(self._listed(path, one) for one in self._clients))
        return list(chain.from_iterable(listed))

    async def _listed(self, path: str, node: str) -> list[dict[str, Any]]:
        if node in self._away:
            return []
        try:
            return await self._list(path, node)
        except Unavailable as error:
            log.warning("ari.node_left_out", node=node, path=path, why=str(error))
            return []

    async def _list(self, path: str, node: str) -> list[dict[str, Any]]:
        with self._asking(node):
            return await self._clients[node].listing(path, node)

    @contextmanager
    def _asking(self, node: str) -> Iterator[None]:
        try:
            yield
        except Unavailable:
            self._silent.add(node)
            raise
        except TelephonyError:
            self._silent.discard(node)
            raise
        self._silent.discard(node)

    def _named(self, path: str, query: Mapping[str, str]) -> Iterator[str]:
        for id_ in (query.get("channelId", ""), *path.split("/")):
            if (node := node_of(id_)) in self._clients:
                yield node
