# The client destroys in 'secureConnect', with a write queued.
# rows: T21
# differs: client: written EBADF => client: written ECANCELED
# because: A write that ``destroy()`` cuts off is ECANCELED
# differs: server: tlsClientError ECONNRESET TLSSocket =>
# differs: server: close => peer: end | peer: finish | peer: close false | server: close
# because: A client's last message of the handshake is sent before 'secureConnect'

from prelude import called, lane, run
from prelude_tls import connect, serve_one


def listening(server):
    client = connect(server)
    client.write("x", called(lane("client"), "written"))
    client.on("secureConnect", lambda: client.destroy())


serve_one({}, None, listening)

run()
