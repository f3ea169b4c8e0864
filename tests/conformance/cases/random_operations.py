# Forty random sequences of operations: each write callback is called once, 'close' comes once.
# rows: S16 S17 S18 N10 N12
# over: tcp unix

from prelude import log, netuv, place, run, watch, where

# The same sequences in both languages, by a generator of one line.
state = 1


def random(limit):
    global state
    state = (state * 16807) % 2147483647
    return state % limit


server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    peer.on("error", lambda error: None)
    peer.on("end", lambda: peer.end())
    peer.resume()


def next_run(seed):
    if seed == 40:
        server.close()
        return
    counts = []
    left = 4 + random(12)
    client = netuv.connect(where(server))

    def written(index):
        counts[index] += 1

    def step():
        nonlocal left
        while left > 0:
            kind = random(12)
            if kind < 5:
                counts.append(0)
                client.write(bytes(10 ** random(7)), lambda error, index=len(counts) - 1: written(index))
            elif kind == 5:
                client.cork()
            elif kind == 6:
                client.uncork()
            elif kind == 7:
                client.pause()
            elif kind == 8:
                left -= 1
                netuv.next_tick(step)
                return
            elif kind == 9 and left < 4:
                client.end("bye")
            elif kind == 10 and left < 3:
                client.destroy()
            elif kind == 11 and left < 3:
                client.destroy(Exception("boom"))
            left -= 1
        client.end()
        client.resume()

    if seed % 2:
        client.on("ready", step)
    else:
        step()
    watch(log, client, "finish end error")

    @client.on("close")
    def close(had_error):
        @netuv.set_immediate
        def report():
            log(seed, "close", had_error, len(counts), all(count == 1 for count in counts))
            next_run(seed + 1)


server.listen(place(), lambda: next_run(0))

run()
