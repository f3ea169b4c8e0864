"""Which connections a server takes, and what 'drop' tells of the others."""

from __future__ import annotations

from typing import Any

from netuv.address import DropInfo
from netuv.blocklist import BlockList
from netuv.uv import handles


def is_blocked(client: Any, block_list: BlockList) -> bool:
    """Whether the peer of an accepted handle is on the list."""
    if not handles.is_tcp(client):
        return False
    peer = handles.name_of(client.getpeername)
    return peer is not None and bool(block_list.check(peer.address, peer.family.lower()))


def drop_info(client: Any) -> DropInfo | None:
    """Both ends of an accepted handle that is to be closed; None on a Unix socket."""
    if not handles.is_tcp(client):
        return None
    local = handles.name_of(client.getsockname)
    remote = handles.name_of(client.getpeername)
    return DropInfo(
        local_address=local and local.address,
        local_port=local and local.port,
        local_family=local and local.family,
        remote_address=remote and remote.address,
        remote_port=remote and remote.port,
        remote_family=remote and remote.family,
    )
