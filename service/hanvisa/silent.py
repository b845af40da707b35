"""The Asterisks that don't answer, by what of theirs, and what is to be done: for the service's health.

Whoever reads it need not be known: nodes are told by name, and nobody's address (adr/0148).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

_ARI, _AMI = "REST interface (ARI, port {})", "manager interface (AMI, port {})"


class Silent:
    """``nodes`` are the names of all that there are; none: there is one."""

    def __init__(self, nodes: Collection[str], ari_port: int, ami_port: int) -> None:
        self._nodes = nodes
        self._ari, self._ami = _ARI.format(ari_port), _AMI.format(ami_port)

    def ari(self) -> str:
        """No ARI answers."""
        return _told(self._ari, self._nodes)

    def ami(self) -> str:
        return _told(self._ami, self._nodes)

    def away(self, without_ari: Iterable[str], without_ami: Iterable[str]) -> Mapping[str, str]:
        """Of several nodes those that lack something, which the others do without: a sentence on each."""
        lacking: dict[str, list[str]] = {}
        for what, nodes in ((self._ari, without_ari), (self._ami, without_ami)):
            for node in nodes:
                lacking.setdefault(node, []).append(what)
        return {node: _told(" and its ".join(what), [node]) for node, what in lacking.items() if node}


def _told(what: str, nodes: Collection[str]) -> str:
    at = f" at {', '.join(nodes)}" if nodes else ""
    return (
        f"Not connected to Asterisk's {what}{at}. See whether it runs there, and answers its own command line "
        "(asterisk -C .../asterisk.conf -rx 'core show uptime'): one that hangs is to be killed and started anew."
    )
