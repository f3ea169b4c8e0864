"""Streams of one's own: a Transform that makes lines of chunks, between an iterable and a file.

Usage: python examples/lines.py [from]      (this program by default)
"""

import sys

import netuv
from netuv.stream import Transform, Writable, pipeline


class Lines(Transform):
    """Bytes are written, lines are read: a line that two chunks have cut comes whole."""

    def __init__(self):
        super().__init__(readable_object_mode=True)
        self.rest = b""

    def _transform(self, chunk, encoding, callback):
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        for line in lines:
            self.push(line)
        callback()

    def _flush(self, callback):
        callback(None, self.rest or None)


class Printer(Writable):
    def __init__(self):
        super().__init__(object_mode=True)
        self.count = 0

    def _write(self, line, encoding, callback):
        self.count += 1
        print(f"{self.count:4}  {line.decode()}")
        callback()


printer = Printer()
with open(sys.argv[1] if len(sys.argv) > 1 else __file__, "rb") as file:
    chunks = iter(lambda: file.read(100), b"")  # short ones, which end within a line
    pipeline(chunks, Lines(), printer, lambda error: print(error or f"{printer.count} lines"))
    netuv.run()
