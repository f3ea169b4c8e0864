"""A server for browsers and curl: what it is asked for comes back, over TLS.

Usage: python examples/https_server.py [port [key.pem [cert.pem]]]      (8443 by default)

A key and a certificate for this machine alone:

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost
    -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem
"""

import sys
from pathlib import Path

import netuv
from netuv import tls

PORT, KEY, CERT = [*sys.argv[1:], *("8443", "key.pem", "cert.pem")[len(sys.argv) - 1 :]]


def on_secure(socket):
    request = b""

    @socket.on("data")
    def on_data(data):
        nonlocal request
        request += data
        head, whole, _ = request.partition(b"\r\n\r\n")
        if whole:
            socket.remove_listener("data", on_data)
            first = head.partition(b"\r\n")[0].decode("latin-1")
            answer(socket, f"{first} by {socket.get_protocol()}\n".encode())

    socket.on("error", lambda error: print("connection:", error))


def answer(socket, body):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    socket.end(head.encode() + body)
    socket.resume()


server = tls.create_server({"key": Path(KEY).read_text(), "cert": Path(CERT).read_text()}, on_secure)
server.on("tlsClientError", lambda error, socket: print("handshake:", error.code))
server.listen(int(PORT), lambda: print("https server bound to port", server.address().port))
netuv.run()
