# bytesRead and bytesWritten are those of the clear data.
# rows: T30

from prelude import lane, run
from prelude_tls import connect, serve_one


def serving(peer, say):
    peer.remove_all_listeners("data").resume()

    @peer.on("end")
    def ended():
        peer.end("answer")
        say(peer.bytes_read, peer.bytes_written)


def listening(server):
    client = connect(server, {}, "data end close")
    say = lane("client")
    client.write("early")
    say(client.bytes_written)

    @client.on("secureConnect")
    def secure():
        client.end("later")
        say(client.bytes_written)

    client.on("close", lambda had_error: say(client.bytes_read, client.bytes_written))


server = serve_one({"allow_half_open": True}, serving, listening)

run()
