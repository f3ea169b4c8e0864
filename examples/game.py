"""netuv in the frame loop of a game: each frame takes what has come from the players, and moves them.

Usage: python examples/game.py [port] [frames]      (8124, 0 for a free one; 0 frames: without end)
"""

import itertools
import sys
import time

import netuv

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 8124
FRAMES = int(sys.argv[2]) if len(sys.argv) > 2 else 0
STEPS = {b"l": -1, b"r": 1}  # what a player sends: a letter for each step

loop = netuv.default_loop()
places = {}  # socket -> where its player stands


def on_connection(c):
    places[c] = 0
    c.on("data", lambda data: move(c, data))
    c.on("error", lambda error: None)
    c.on("close", lambda had_error: places.pop(c))


def move(c, data):
    places[c] += sum(STEPS.get(data[i : i + 1], 0) for i in range(len(data)))


def draw():
    for c, place in places.items():
        c.write(f"{place}\n")  # to each player its own place, in every frame


server = netuv.create_server(on_connection)
server.listen(PORT, lambda: print("listening on port", server.address().port))

for frame in itertools.count(1):
    loop.run_nowait()  # what a listener raises is raised here
    draw()
    if frame == FRAMES:
        break
    time.sleep(1 / 60)
loop.close()  # and with it the server, and the players' sockets
print(frame, "frames")
