# destroySoon() sends what is queued, then closes without waiting for the peer's FIN.
# rows: N10
# over: tcp unix

from prelude import gather, lane, netuv, place, run, watch, where

server = netuv.create_server(allow_half_open=True)


@server.on("connection")
def connection(peer):
    gather(lane("server"), peer)
    peer.on("end", lambda: peer.end())
    server.close()


@server.on("listening")
def listening():
    client = netuv.connect(where(server))
    watch(lane("client"), client, "connect finish end error close")
    client.write("one ")
    client.write("two")
    client.destroy_soon()
    lane("client")("destroyed", client.destroyed, "writable", client.writable)


server.listen(place())

run()
