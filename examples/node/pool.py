# A connection pool: many calls to json_server over a few connections, opened when needed and kept.
#
# Usage: python examples/node/pool.py [port or path [calls [connections]]]      (8124, 100 and 4 by default)

import json

from netuv.node import EventEmitter, net, process, run

where, calls, most = process.argv[2] or 8124, int(process.argv[3] or 100), int(process.argv[4] or 4)


class Pool(EventEmitter):
    def __init__(self):
        super().__init__()
        self.opened, self.idle = 0, []
        self.waiting = []  # (question, callback)

    def ask(self, question, callback):
        self.waiting.append((question, callback))
        if self.idle:
            self.next(self.idle.pop())
        elif self.opened < most:
            self.open()

    def open(self):
        rest = ""
        socket = net.connect(where, lambda: self.next(socket))
        self.opened += 1
        socket.setEncoding("utf8")
        socket.on("error", lambda error: self.emit("error", error))

        @socket.on("data")
        def on_data(text):
            nonlocal rest
            rest += text
            if rest.endswith("\n"):
                answer, rest = json.loads(rest), ""
                socket.callback(answer["result"])
                self.next(socket)

    def next(self, socket):
        if self.waiting:
            question, callback = self.waiting.pop(0)
            socket.callback = callback
            socket.write(json.dumps(question) + "\n")
        else:
            self.idle.append(socket)
            if len(self.idle) == self.opened:
                self.emit("idle")


pool, results = Pool(), []
for id in range(calls):
    pool.ask({"id": id, "call": "add", "with": [id, 1]}, results.append)


@pool.on("idle")
def on_idle():
    print(f"{len(results)} calls, {pool.opened} connections, sum {sum(results)}")
    for socket in pool.idle:
        socket.end()


run()
