"""A line protocol that goes over to TLS in the middle, and its client.

Usage: python examples/starttls.py [port [key.pem [cert.pem]]]      (a free port by default)

https_server.py says how to make a key and a certificate.
"""

import sys
from pathlib import Path

import netuv
from netuv import tls

PORT, KEY, CERT = [*sys.argv[1:], *("0", "key.pem", "cert.pem")[len(sys.argv) - 1 :]]
key, cert = Path(KEY).read_text(), Path(CERT).read_text()


@netuv.create_server
def server(socket):
    @socket.once("data")
    def on_command(data):
        print("server: in the clear,", data.decode().strip())
        socket.write("go ahead\n")
        secure = tls.TLSSocket(socket, is_server=True, key=key, cert=cert)
        secure.on("data", lambda data: print("server: in secret,", data.decode().strip()))
        secure.on("end", lambda: secure.end("goodbye\n"))
        secure.on("close", lambda had_error: server.close())


async def client():
    plain = await netuv.connect(server.address())
    await plain.send(b"STARTTLS\n")
    print("client: in the clear,", (await plain.receive()).decode().strip())
    async with tls.connect(socket=plain, ca=cert, servername="localhost", allow_half_open=True) as secure:
        await secure.send(b"the password\n")
        secure.end()
        print("client: in secret,", (await secure.receive()).decode().strip())


async def main():
    async with server.listen(int(PORT), "localhost"):
        await client()


netuv.run(main())
