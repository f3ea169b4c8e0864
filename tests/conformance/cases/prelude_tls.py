"""What the programs about TLS share besides prelude.py; prelude_tls.js is its twin."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from prelude import hide, lane, place, watch, where

from netuv import tls

__all__ = ["tls", "read", "own", "ca", "CLIENT", "PEER", "serve", "serve_one", "connect"]

# OpenSSL 3.2 and later have other words for some alerts; the recorded Nodes are of 3.5.
hide("SSL_SSLV3_ALERT", "SSL_SSL/TLS_ALERT")

CLIENT = "connect secureConnect data end finish error close"
PEER = "data end finish error close"


def read(name: str) -> str:
    return Path(os.environ["CERTIFICATES"], name).read_text()


def own(name: str) -> dict[str, str]:
    return {"key": read(f"{name}.key"), "cert": read(f"{name}.crt")}


ca = read("ca.crt")


def serve(options: Mapping[str, Any], listener: Any, go: Callable[[Any], object]) -> Any:
    """A server that listens; its sockets are watched as 'peer'. ``go`` hears when it does."""
    server = tls.create_server({**own("server"), **options})

    def secure(peer: Any) -> None:
        watch(lane("peer"), peer, PEER)
        if listener is not None:
            listener(peer, lane("peer"))

    server.on("secureConnection", secure)
    watch(lane("server"), server, "tlsClientError close")
    server.listen(place(), lambda: go(server))
    return server


def serve_one(options: Mapping[str, Any], listener: Any, go: Callable[[Any], object]) -> Any:
    """The same for one connection: it closes with the first that is there or has failed."""
    server = serve(options, listener, go)
    server.on("secureConnection", lambda peer: server.close())
    server.on("tlsClientError", lambda error, peer: server.listening and server.close())
    return server


def connect(server: Any, options: Mapping[str, Any] | None = None, events: str = CLIENT) -> Any:
    """A client, watched as 'client'. It trusts the authority, and asks for no name."""
    given = where(server, **{"ca": ca, **(options or {})})
    return watch(lane("client"), tls.connect(given), events)
