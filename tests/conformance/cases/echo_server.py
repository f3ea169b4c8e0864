# The echo server and its client.
# rows: S02 S05 S28
# over: tcp unix

from prelude import lane, netuv, place, run, where

server = netuv.create_server()


@server.on("connection")
def connection(c):
    say = lane("server")
    say("client connected")
    c.on("end", lambda: say("client disconnected"))
    c.write("hello\r\n")
    c.pipe(c)
    server.close()


def listening():
    lane("server")("bound")
    say = lane("client")

    def connected():
        say("connected")
        client.write("world!\r\n")

    client = netuv.connect(where(server), connected)
    text = ""

    @client.on("data")
    def data(data):
        nonlocal text
        text += data.decode()
        if len(text) < 15:
            return
        say("data", text)
        client.end()

    client.on("end", lambda: say("disconnected"))


server.listen(place(), listening)

run()
