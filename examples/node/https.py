# Texts of a folder over TLS, for clients with a certificate that it knows: a server, and its client.
#
# Usage: python examples/node/https.py folder [port [name ...]]      (8443; with names it is the client)
#
# The folder has key.pem and cert.pem, of both sides.

from pathlib import Path

from netuv.node import process, run, tls

folder, port, *names = [*process.argv[2:], *[8443][len(process.argv) - 3 :]]
key, cert = (Path(folder, name).read_bytes() for name in ("key.pem", "cert.pem"))
options = {"key": key, "cert": cert, "ca": cert, "ALPNProtocols": ["http/1.1"]}


def respond(socket, status, body):
    socket.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n")
    socket.end(body)


def serve(socket):
    @socket.once("data")
    def on_data(data):
        file = Path(folder, Path(data.decode().split(" ")[1]).name)
        print(socket.getPeerCertificate()["subject"]["CN"], socket.alpnProtocol, file.name)
        if file.suffix == ".txt" and file.exists():
            respond(socket, "200 OK", file.read_bytes())
        else:
            respond(socket, "404 Not Found", b"there is none\n")


def ask(names, session=None):
    if not names:
        return

    def on_secure():
        print("session", "reused" if socket.isSessionReused() else "new")
        socket.write(f"GET /{names[0]} HTTP/1.1\r\nHost: localhost\r\n\r\n")

    asking = {**options, "servername": "localhost", "session": session}
    socket = tls.connect(port, "localhost", asking, on_secure)
    parts, sessions = [], [session]
    socket.on("session", sessions.append)
    socket.on("data", parts.append)

    @socket.on("end")
    def on_end():
        head, body = b"".join(parts).decode().split("\r\n\r\n")
        print(head.split("\r\n")[0][9:], body.strip())

    socket.on("error", lambda error: print(error.code))
    socket.on("close", lambda had_error: ask(names[1:], sessions[-1]))


if names:
    ask(names)
else:
    server = tls.createServer({**options, "requestCert": True}, serve)
    server.on("tlsClientError", lambda error, socket: print(error.code))
    server.listen(port, "localhost", lambda: print("https on", server.address().port))
run()
