"""Hosts of their own: a network namespace each, linked to ours by two interfaces, which go when the block ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from .services import Missing, program


@dataclass(frozen=True, slots=True)
class Host:
    """`address` is where we reach it, `gate` our end of its link; `before` goes before what is started on it."""

    name: str
    address: str
    gate: str
    before: Sequence[str]

    def link_up(self) -> None:
        """Let it be reached, and reach us."""
        _ip("-n", self.name, "link", "set", "eth0", "up")
        _ip("-n", self.name, "route", "add", "default", "via", self.gate)

    def link_down(self) -> None:
        """Cut it off from everybody: nobody is told, and nothing comes back."""
        _ip("-n", self.name, "link", "set", "eth0", "down")


@contextmanager
def several_hosts(count: int) -> Iterator[tuple[list[Host], str]]:
    """Give so many for the block, and the address at which they reach us. Raises `Missing` where it is not allowed."""
    mark = os.getpid()
    net = f"10.{128 + mark % 100}.{mark // 100 % 250}"  # of this run alone: others may be at it beside us
    ours = f"{net}.254"
    with ExitStack() as ending:
        _ip("address", "add", f"{ours}/32", "dev", "lo")
        ending.callback(_ip, "address", "del", f"{ours}/32", "dev", "lo")
        hosts = []
        for number in range(count):
            name, outside = f"rapport-{mark}-{number}", f"rp{mark}-{number}"
            gate, address = f"{net}.{4 * number + 1}", f"{net}.{4 * number + 2}"
            _ip("netns", "add", name)
            ending.callback(_ip, "netns", "del", name)
            _ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name)
            ending.callback(_ip, "link", "del", outside)
            _ip("address", "add", f"{gate}/30", "dev", outside)
            _ip("link", "set", outside, "up")
            _ip("-n", name, "address", "add", f"{address}/30", "dev", "eth0")
            _ip("-n", name, "link", "set", "lo", "up")
            hosts.append(Host(name, address, gate, (program("ip"), "netns", "exec", name)))
            hosts[-1].link_up()
        yield hosts, ours


def _ip(*words: str) -> None:
    done = subprocess.run([program("ip"), *words], capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise Missing(f"the right to have hosts of one's own ({done.stderr.strip()})")
