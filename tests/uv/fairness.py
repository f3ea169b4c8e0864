"""How long one quiet client waits while four others send at full speed.

``python tests/uv/fairness.py [SECONDS]`` runs the same server on netuv, asyncio, uvloop and Node, where
they are installed: it works 0.2 ms on each chunk it gets, and answers one byte with one. Printed is the
median round trip of the quiet client, and how many times asyncio's it is. Not a test: it measures time.
"""

from __future__ import annotations

import importlib.util
import shutil
import socket
import statistics
import subprocess
import sys
import time

WORK = 0.0002  # seconds a chunk

PYTHON = f"""
import sys, time
def work():
    end = time.perf_counter() + {WORK}
    while time.perf_counter() < end: pass
if sys.argv[1] == "netuv":
    import netuv
    def on_connection(s):
        s.on("data", lambda data: s.write(data) if len(data) < 10 else work())
        s.on("error", lambda error: None)
    server = netuv.create_server(on_connection)
    server.listen(0, "127.0.0.1", lambda: print(server.address().port, flush=True))
    netuv.run()
else:
    import asyncio
    class Protocol(asyncio.Protocol):
        def connection_made(self, transport): self.transport = transport
        def data_received(self, data): self.transport.write(data) if len(data) < 10 else work()
    async def main():
        server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(1000)
    if sys.argv[1] == "uvloop":
        import uvloop
        uvloop.install()
    asyncio.run(main())
"""

NODE = f"""
const server = require("net").createServer((s) => {{
  s.on("error", () => {{}});
  s.on("data", (data) => {{
    if (data.length < 10) return s.write(data);
    const end = performance.now() + {WORK * 1000};
    while (performance.now() < end);
  }});
}}).listen(0, "127.0.0.1", () => console.log(server.address().port));
"""

SENDERS = """
import select, socket, sys
senders = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(4)]
for sender in senders: sender.setblocking(False)
block = bytes(1 << 20)
sent = 0
while True:
    for sender in select.select([], senders, [])[1]:
        try: count = sender.send(block)
        except BlockingIOError: continue
        if sent < 100_000_000 <= sent + count: print("at full speed", flush=True)
        sent += count
"""


def measure(command: list[str], seconds: float) -> float:
    """The median round trip in seconds."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    senders: subprocess.Popen[str] | None = None
    try:
        port = int(server.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), timeout=20) as quiet:
            command = [sys.executable, "-c", SENDERS, str(port)]
            senders = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            assert senders.stdout is not None
            senders.stdout.readline()
            start = time.monotonic()
            times = []
            while time.monotonic() - start < seconds:
                before = time.monotonic()
                quiet.sendall(b"x")
                quiet.recv(1)
                times.append(time.monotonic() - before)
            return statistics.median(times)
    finally:
        for process in (senders, server):
            if process is not None:
                process.kill()
                process.wait()
                assert process.stdout is not None
                process.stdout.close()


def main() -> None:
    """Measure and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    commands = {
        "asyncio": [sys.executable, "-c", PYTHON, "asyncio"],
        "netuv": [sys.executable, "-c", PYTHON, "netuv"],
    }
    if importlib.util.find_spec("uvloop") is not None:
        commands["uvloop"] = [sys.executable, "-W", "ignore", "-c", PYTHON, "uvloop"]
    node = shutil.which("node")
    if node is not None:
        commands["node"] = [node, "-e", NODE]
    reference = 0.0
    for name, command in commands.items():
        median = measure(command, seconds)
        reference = reference or median
        print(f"{name:8} {median * 1000:8.2f} ms  {median / reference:6.2f} x asyncio", flush=True)


if __name__ == "__main__":
    main()
