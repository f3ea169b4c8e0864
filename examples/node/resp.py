# A client for Redis and whoever else speaks RESP: it sends all commands, and then prints the answers.
#
# Usage: python examples/node/resp.py [port or path] [command ...]      (6379 and PING by default)

import json

from netuv.node import EventEmitter, net, process, run


class Client(EventEmitter):
    def __init__(self, where):
        super().__init__()
        self.waiting, self.rest = [], b""  # callbacks, in the order of their commands; what is not parsed
        self.socket = net.connect(where)
        self.socket.on("data", lambda data: self.split(self.rest + data))
        self.socket.on("error", lambda error: self.emit("error", error))
        self.socket.on("close", lambda: self.emit("close", len(self.waiting)))

    def send(self, words, callback):
        parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
        self.socket.write(f"*{len(words)}\r\n{''.join(parts)}")
        self.waiting.append(callback)

    def split(self, data):
        at = 0
        while found := parse(data, at):
            value, at = found
            self.waiting.pop(0)(value)
        self.rest = data[at:]
        if not self.waiting:
            self.emit("idle")


SIMPLE = {b"+": str, b"-": lambda error: {"error": error}, b":": int}


def parse(data, at):  # (value, where it ends); None while it is not all there
    end = data.find(b"\r\n", at) + 2
    if end == 1:
        return None
    kind, text = data[at : at + 1], data[at + 1 : end - 2].decode()
    if kind in SIMPLE:
        return SIMPLE[kind](text), end
    if int(text) < 0:
        return None, end
    if kind == b"$":
        size = int(text) + 2
        return None if len(data) < end + size else (data[end : end + size - 2].decode(), end + size)
    values = []
    for _ in range(int(text)):
        if (found := parse(data, end)) is None:
            return None
        end = found[1]
        values.append(found[0])
    return values, end


where, *commands = process.argv[2:] or [6379]
client = Client(where)
client.on("error", lambda error: print(error.message))
client.on("close", lambda unanswered: print(f"closed, {unanswered} unanswered"))
client.on("idle", lambda: client.socket.end())
for command in commands or ["PING"]:
    client.send(command.split(" "), lambda value: print(json.dumps(value, ensure_ascii=False)))
run()
