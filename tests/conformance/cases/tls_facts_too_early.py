# What is asked for before there is an answer.
# rows: T11 T26
# differs: client: TLSv1.3 no session null false false | client: Object Object Object null | client: TLSv1.3 no session null false false => client: null no session null false false | client: null null null null | client: null no session null false false
# differs: client: TLSv1.3 Session false true false => client: TLSv1.3 no session false true false
# because: ``get_protocol()`` is None until a version is agreed on
# because: ``get_session()`` of TLS 1.3 is None before there is a ticket

from prelude import lane, run
from prelude_tls import connect, serve_one


def listening(server):
    def tell(*args):
        session = "no session" if client.get_session() is None else "Session"
        facts = (client.alpn_protocol, client.authorized, client.is_session_reused())
        say(client.get_protocol(), session, *facts)
        certificates = [client.get_peer_certificate(), client.get_peer_certificate(True)]
        found = [*certificates, client.get_certificate(), client.get_cipher()]
        say(*(None if each is None else "Object" for each in found))

    client = connect(server, {}, "close")
    say = lane("client")
    tell()
    for event in "connect", "secureConnect", "close":
        client.on(event, tell)
    client.resume()


server = serve_one({}, lambda peer, say: peer.end(), listening)

run()
