# Transforms that put its length in front of each message, and take it off: a server, and its client.
#
# Usage: python examples/node/frames.py [port or path [message ...]]      (8124 by default)

import json

from netuv.node import net, process, run
from netuv.node.stream import Transform, pipeline


class Encoder(Transform):  # of values, as JSON
    def __init__(self):
        super().__init__({"writableObjectMode": True})

    def _transform(self, message, encoding, done):
        body = json.dumps(message).encode()
        self.push(len(body).to_bytes(4, "big"))
        done(None, body)


class Decoder(Transform):
    def __init__(self, most=2**20):
        super().__init__({"readableObjectMode": True})
        self.rest, self.most = b"", most

    def _transform(self, data, encoding, done):
        self.rest += data
        while len(self.rest) >= 4:
            size = int.from_bytes(self.rest[:4], "big")
            if size > self.most:
                done(ValueError(f"a message of {size} bytes"))
                return
            if len(self.rest) < 4 + size:
                break
            self.push(json.loads(self.rest[4 : 4 + size]))
            self.rest = self.rest[4 + size :]
        done()

    def _flush(self, done):
        done(ValueError("the end of a message is missing") if self.rest else None)


def serve(socket):
    def transform(message, encoding, done):
        done(None, {"text": message, "length": len(message)})

    answers = Transform({"objectMode": True, "transform": transform})
    pipeline(socket, Decoder(), answers, Encoder(), socket, lambda error: print(error or "served"))


where, *messages = process.argv[2:] or [8124]
if not messages:
    server = net.createServer({"allowHalfOpen": True}, serve)
    server.listen(where, lambda: print("frames on", getattr(server.address(), "port", server.address())))
else:
    encoder = Encoder()
    answers = encoder.pipe(net.connect(where)).pipe(Decoder())
    answers.on("data", lambda answer: print(f"{answer['text']}: {answer['length']}"))
    for message in messages:
        encoder.write(message)
    encoder.end()
run()
