# A client that connects again when it loses its server, after a time that doubles with each failure.
#
# Usage: python examples/node/reconnect.py [port or path [ms [attempts]]]      (8124, 100 and 10 by default)

from netuv.node import EventEmitter, clearTimeout, net, process, run, setTimeout


class Reconnecting(EventEmitter):
    def __init__(self, where=8124, first=100, attempts=10, most=30000):
        super().__init__()
        self.where, self.first, self.attempts, self.most = where, int(first), int(attempts), most
        self.failures, self.timer, self.socket = 0, None, None
        self.open()

    def open(self):
        connected = False
        self.socket = net.connect(self.where)

        def onConnect():
            nonlocal connected
            connected, self.failures = True, 0
            self.emit("connect", self.socket)

        def onClose(hadError):
            if connected:
                self.emit("disconnect", hadError)
            self.failures += 1
            if self.where is None:
                self.emit("close")
            elif self.failures > self.attempts:
                self.emit("failed", self.attempts)
            else:
                ms = min(self.first * 2 ** (self.failures - 1), self.most)
                self.emit("reconnect", self.failures, ms)
                self.timer = setTimeout(lambda: self.open(), ms)

        self.socket.on("error", lambda error: self.emit("trouble", error))
        self.socket.once("connect", onConnect).once("close", onClose)

    def close(self):
        self.where = None
        clearTimeout(self.timer)
        self.socket.end()


client = Reconnecting(*process.argv[2:])
client.on("trouble", lambda error: print(error.code))
client.on("reconnect", lambda number, delay: print(f"attempt {number} in {delay} ms"))
client.on("failed", lambda: print("no more attempts"))
client.on("disconnect", lambda: print("lost"))
client.on("close", lambda: print("closed"))


@client.on("connect")
def onConnect(socket):
    def onData(text):
        print("server:", text.strip())
        if text.startswith("enough"):
            client.close()

    print("connected")
    socket.setEncoding("utf8").on("data", onData)


run()
