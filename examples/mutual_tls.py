"""Both sides show a certificate, and each takes only the one that it knows.

Usage: python examples/mutual_tls.py [port]      (a free port by default)

The certificates are made by the command openssl, and gone when the program ends.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import netuv
from netuv import tls

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 0
MAKE = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN={0}"
MAKE += " -addext subjectAltName=DNS:{0} -keyout {0}.key -out {0}.crt"


def make(folder, name):
    subprocess.run(MAKE.format(name).split(), cwd=folder, check=True, capture_output=True)
    return {"key": Path(folder, f"{name}.key").read_text(), "cert": Path(folder, f"{name}.crt").read_text()}


with tempfile.TemporaryDirectory() as folder:
    localhost, friend, stranger = (make(folder, name) for name in ("localhost", "friend", "stranger"))


async def on_client(socket):
    await socket.send(f"hello, {socket.get_peer_certificate()['subject']['CN']}".encode())


async def ask(port, name, own):
    try:
        async with tls.connect(port, "localhost", {**own, "ca": localhost["cert"]}) as socket:
            print(f"{name} hears:", (await socket.receive()).decode())
    except tls.TLSError as error:
        print(f"{name} is refused:", error.reason)


async def main():
    options = {**localhost, "ca": friend["cert"], "request_cert": True}
    async with tls.create_server(options, on_client).listen(PORT, "localhost") as server:
        for name, own in {"friend": friend, "stranger": stranger, "nobody": {}}.items():
            await ask(server.address().port, name, own)


netuv.run(main())
