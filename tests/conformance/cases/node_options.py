# Options as programs have them: none of their values is asked for more than Node asks.
# rows: N08 N14

from functools import partial

from prelude import attempt, log, run

from netuv.node import net

VALUES = {
    "nothing": None, "false": False, "zero": 0, "empty text": "", "text": "x", "five": 5, "five as text": "5", "true": True,
    "not a number": float("nan"), "less than zero": -1,
}  # fmt: skip
OPTIONS = {
    "socket": """allowHalfOpen keepAlive noDelay onread readable signal type writable rejectUnauthorized objectMode
        decodeStrings encoding autoDestroy timeout keepAliveInitialDelay""",
    "connect": "allowHalfOpen host localAddress path port timeout rejectUnauthorized family hints lookup",
    "server": "allowHalfOpen keepAlive keepAliveInitialDelay noDelay pauseOnConnect highWaterMark requestCert",
    "listen": "backlog exclusive host ipv6Only path readableAll writableAll ALPNProtocols",
}
HERE = {"port": 0, "host": "127.0.0.1"}
CALLS = {
    "socket": net.Socket,
    "connect": lambda options: (
        net.connect({**HERE, "port": 1, **options}).on("error", lambda: None).destroy()
    ),
    "server": net.createServer,
    "listen": lambda options: net.createServer().listen({**HERE, **options}).close(),
}
for call, names in OPTIONS.items():
    for option in names.split():
        for name, value in VALUES.items():
            if option == "host" and "text" in name:
                continue  # some would be looked up
            attempt(log, f"{call} {option} {name}", partial(CALLS[call], {option: value}))

run()
