"""A client of https_server.py, written with await.

Usage: python examples/https_client.py [port [path [cert.pem]]]      (8443, / and cert.pem by default)
"""

import sys
from pathlib import Path

import netuv
from netuv import tls

PORT, PATH, CERT = [*sys.argv[1:], *("8443", "/", "cert.pem")[len(sys.argv) - 1 :]]


async def main():
    options = {"ca": Path(CERT).read_text(), "servername": "localhost"}
    async with tls.connect(int(PORT), "localhost", options) as socket:
        print("the server is", socket.get_peer_certificate()["subject"]["CN"])
        await socket.send(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        response = b"".join([chunk async for chunk in socket])
    head, _, body = response.partition(b"\r\n\r\n")
    print(head.partition(b"\r\n")[0].decode())
    print(body.decode(), end="")


try:
    netuv.run(main())
except (OSError, tls.TLSError) as error:
    sys.exit(f"{error.code}: {error}")
