# What either end knows of the connection.
# rows: T11

import re

from prelude import lane, run
from prelude_tls import connect, serve_one


def answer(peer, say):
    cipher = peer.get_cipher()
    say(peer.encrypted, peer.authorized, peer.authorization_error, peer.alpn_protocol, peer.servername)
    say(peer.get_protocol(), cipher["name"], cipher["standardName"], cipher["version"])
    say(len(peer.get_peer_certificate()), peer.is_session_reused())
    peer.end()


def plain(key, value):
    return re.fullmatch("[A-Za-z0-9:, .-]{1,39}", value) and not re.search("valid|serial", key)


def listening(server):
    say = lane("client")
    client = connect(server, {"servername": "localhost"})
    say(
        client.encrypted,
        client.authorized,
        client.secure_connecting,
        client.connecting,
        client.is_session_reused(),
    )

    @client.on("secureConnect")
    def secure():
        say(client.authorized, client.authorization_error, client.alpn_protocol, client.servername)
        say(client.get_protocol(), client.get_cipher()["name"], client.secure_connecting, client.ready_state)
        found = client.get_peer_certificate()
        for key in sorted(found):
            if key in ("raw", "pubkey"):
                say(key, len(found[key]) > 50)
            elif key in ("subject", "issuer"):
                say(key, [*found[key]], [*found[key].values()])
            elif not isinstance(found[key], str) or plain(key, found[key]):
                say(key, found[key])
            else:
                say(key, "a text")


serve_one({}, answer, listening)

run()
