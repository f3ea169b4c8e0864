"""netuv within Tk's loop: an echo server and its client beside what a window does.

Usage: python examples/tk.py [port]      (8124 by default, 0 for a free one)

Without a display there is no window, and Tk's loop runs all the same.
"""

import sys
import tkinter

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124
FRAME = 20  # ms that netuv waits for its next turn at most

loop = netuv.default_loop()
try:
    root = tkinter.Tk()
except tkinter.TclError:
    root = tkinter.Tcl()
done = tkinter.BooleanVar(root)


def turn():
    if loop.run_nowait():  # False when nothing is left, where netuv.run() would return
        wait = loop.timeout()
        root.after(FRAME if wait is None else min(wait, FRAME), turn)
    else:
        done.set(True)


def on_listening():
    port = server.address().port
    print("listening on port", port)
    client = netuv.connect(port)
    client.end("from within Tk")
    client.on("data", lambda data: print("received", data))
    client.on("close", lambda had_error: server.close())


server = netuv.create_server(lambda c: c.pipe(c))
server.listen(PORT, on_listening)
root.after(0, turn)
root.after(0, lambda: print("a timer of Tk's"))
root.eval(f"vwait {done}")  # root.mainloop(), where there is a window
print("done")
