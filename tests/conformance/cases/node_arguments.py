# connect() and listen() with arguments that are left out, or are nothing that they know.
# rows: S07 S14 N14

from functools import partial

from prelude import attempt, lane, log, run

from netuv.node import net

LISTEN = [
    [0, "127.0.0.1", "5"], [0, "127.0.0.1", "x"], [0, "127.0.0.1", 5, "x"], [0, "127.0.0.1", None, None],
    [{"port": 0, "host": "127.0.0.1", "backlog": "5"}], [{"port": 0, "host": "127.0.0.1", "path": "/nowhere/s"}],
    [{"port": None, "path": "/nowhere/s", "host": "127.0.0.1"}], [{"port": 0, "host": "127.0.0.1", "fd": "x"}],
    [{}], [{"path": ""}], [""], [{"port": "x"}], [-1],
]  # fmt: skip


def listen(args, index):
    def listening():
        lane(f"listen {index}")("string" if isinstance(server.address(), str) else "object")
        server.close("no function")

    server = net.createServer().listen(*args)
    server.on("listening", listening)


for index, args in enumerate(LISTEN):
    attempt(log, f"listen {index}", partial(listen, args, index))


def connect(args, index):
    def closed():
        global left
        left -= 1
        if left == 0:
            target.close(lambda: lane("end")("closed"))

    client = net.connect(*args).resume()
    client.on("connect", lambda: lane(f"connect {index}")("is there"))
    client.on("close", closed)


def listening():
    port = target.address().port
    CONNECT = [
        [port, "127.0.0.1", "x"], [str(port), "127.0.0.1", None], [port, None], [port, 5],
        [{"port": port, "host": "", "path": ""}],
        [{"port": port, "host": "127.0.0.1", "family": "x", "hints": "y", "lookup": 5}],
        [target.address()], [], [{}], [""], [None], [{"path": 5}],
    ]  # fmt: skip
    for index, args in enumerate(CONNECT):
        attempt(log, f"connect {index}", partial(connect, args, index))


left = 7
target = net.createServer(lambda accepted: accepted.end()).listen(0, "127.0.0.1", listening)

run()
