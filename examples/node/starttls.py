# Lines in the clear, and after STARTTLS in secret: a server, and its client.
#
# Usage: python examples/node/starttls.py folder [port [line ...]]      (8124; with lines it is the client)
#
# The folder has key.pem and cert.pem, of the server.

from pathlib import Path

from netuv.node import net, process, run, tls

folder, port, *lines = [*process.argv[2:], *[8124][len(process.argv) - 3 :]]
cert = Path(folder, "cert.pem").read_bytes()


def each_line(stream, hear):
    rest = b""

    @stream.on("data")
    def on_data(data):
        nonlocal rest
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            hear(line.decode())


def serve(plain):
    @plain.once("data")
    def on_data(data):
        print("in the clear:", data.decode().strip())
        if data != b"STARTTLS\n":
            plain.end("STARTTLS FIRST\n")
            return
        plain.write("GO AHEAD\n")
        key = Path(folder, "key.pem").read_bytes()
        secure = tls.TLSSocket(plain, {"isServer": True, "key": key, "cert": cert})
        each_line(secure, lambda line: (print("in secret:", line), secure.write(line.upper() + "\n")))
        secure.on("close", lambda had_error: print("closed"))


def ask(plain):
    secure = tls.connect({"socket": plain, "ca": cert, "servername": "localhost"})
    secure.on("secureConnect", lambda: print("authorized", "true" if secure.authorized else "false"))
    for line in lines:
        secure.write(line + "\n")
    heard = []

    def hear(line):
        print(line)
        heard.append(line)
        if len(heard) == len(lines):
            secure.end()

    each_line(secure, hear)
    secure.on("close", lambda had_error: print("closed"))


if lines:
    plain = net.connect(port, "localhost", lambda: plain.write("STARTTLS\n"))
    plain.once("data", lambda data: (print(data.decode().strip()), ask(plain)))
else:
    server = net.createServer(serve)
    server.listen(port, "localhost", lambda: print("starttls on", server.address().port))
run()
