# renegotiate() of TLS 1.3.
# rows: T28
# differs: client: ERR_SSL_WRONG_SSL_VERSION => client: ERR_TLS_RENEGOTIATION_DISABLED
# because: ``renegotiate()`` always hears ERR_TLS_RENEGOTIATION_DISABLED

from prelude import attempt, lane, run
from prelude_tls import connect, serve_one


def listening(server):
    say = lane("client")
    client = connect(server)

    @client.on("secureConnect")
    def secure():
        attempt(say, "nothing", lambda: client.renegotiate(None))
        attempt(say, "options", lambda: client.renegotiate(5))
        client.disable_renegotiation()

        def refused(error):
            say(error.code)
            client.end()

        say("renegotiate", client.renegotiate({}, refused))


serve_one({}, None, listening)

run()
