# The socket below is destroyed with an error during the handshake.
# rows: T24 T21
# differs: client: error below | client: close false => client: error below | client: close true
# because: An error of the socket below is one of the TLSSocket, so 'close' says so

from prelude import lane, netuv, place, run, watch, where
from prelude_tls import ca, tls


def serving(raw):
    raw.resume()
    server.close()


server = netuv.create_server(serving)


def listening():
    def connected():
        watch(lane("raw"), raw, "error close")
        client = tls.connect({"socket": raw, "ca": ca, "servername": "localhost"})
        watch(lane("client"), client, "secureConnect end finish error close")
        netuv.set_immediate(raw.destroy, Exception("below"))

    raw = netuv.connect(where(server), connected)


server.listen(place(), listening)

run()
