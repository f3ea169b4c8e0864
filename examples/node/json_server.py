# Calls as JSON, one a line: {"id": 1, "call": "add", "with": [1, 2]} is answered by {"id":1,"result":3}.
#
# Usage: python examples/node/json_server.py [port or path]      (8124 by default, 0 for a free port)

import json

from netuv.node import net, process, run

LONGEST_LINE = 65536

calls = {
    "add": lambda *numbers: sum(numbers),
    "reverse": lambda text: text[::-1],
}


def answer(line):
    id = None
    try:
        question = json.loads(line)
        id = question.get("id")
        if question["call"] not in calls:
            return {"id": id, "error": f"no call {question['call']}"}
        return {"id": id, "result": calls[question["call"]](*question["with"])}
    except Exception:
        return {"id": id, "error": "not understood"}


@net.createServer
def server(socket):
    rest = ""
    socket.setEncoding("utf8")

    @socket.on("data")
    def on_data(text):
        nonlocal rest
        *lines, rest = (rest + text).split("\n")
        socket.cork()
        for line in lines:
            socket.write(json.dumps(answer(line), separators=(",", ":"), ensure_ascii=False) + "\n")
        socket.uncork()
        if len(rest) > LONGEST_LINE:
            socket.destroy()

    socket.on("error", lambda error: print(error.message))


def on_listening():
    where = server.address()
    print("calls on", getattr(where, "port", where))


server.listen(process.argv[2] or 8124, on_listening)
run()
