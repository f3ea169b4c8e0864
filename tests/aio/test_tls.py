"""TLS with await: start_tls(), and connections of a tls.Server on demand."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

import pytest

import netuv
from netuv import tls
from netuv.testing import memory_pair
from tests.aio.conftest import RunMain
from tests.tls.certificates import Certificates
from tests.tls.conftest import certs as certs

HOST = "127.0.0.1"


async def pair_of_sockets() -> tuple[Any, Any]:
    """A client and the socket that its server has accepted."""
    server = await netuv.create_server().listen(0, HOST)
    address = server.address()
    assert isinstance(address, netuv.AddressInfo)
    client = await netuv.connect(address.port, HOST)
    accepted = await server.__anext__()
    server.close()
    return client, accepted


@pytest.mark.row("T24")
def test_start_tls(run_main: RunMain, certs: Certificates) -> None:
    async def serve(raw: Any) -> None:
        assert await raw.receive_until() == b"STARTTLS\n"
        await raw.send(b"GO\n")
        secure = await raw.start_tls(certs.server.own, is_server=True)
        async for chunk in secure:
            await secure.send(chunk.upper())

    async def main() -> None:
        async with netuv.create_server(serve).listen(0, HOST) as server:
            address = server.address()
            assert isinstance(address, netuv.AddressInfo)
            async with netuv.connect(address.port, HOST) as raw:
                await raw.send(b"STARTTLS\n")
                assert await raw.receive_until() == b"GO\n"
                async with await raw.start_tls({"servername": "localhost", "ca": certs.ca.cert}) as secure:
                    assert isinstance(secure, tls.TLSSocket)
                    assert (secure.authorized, secure.secure_connecting) == (True, False)
                    await secure.send(b"question")
                    assert await secure.receive() == b"QUESTION"
                assert raw.destroyed
            assert (await server.shutdown(1)).clean

    run_main(main())


@pytest.mark.row("T24")
def test_start_tls_has_what_was_received_ahead(run_main: RunMain, certs: Certificates) -> None:
    """A server that has its client's hello in the same segment as the line before."""

    async def serve(raw: Any) -> None:
        assert await raw.receive_until() == b"STARTTLS\n"
        assert raw.readable_length > 0
        secure = await raw.start_tls(is_server=True, **certs.server.own)
        await secure.send(b"hello")

    async def main() -> None:
        async with netuv.create_server(serve).listen(0, HOST) as server:
            address = server.address()
            assert isinstance(address, netuv.AddressInfo)
            context = ssl.create_default_context(cadata=certs.ca.cert)
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            peer = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
            async with netuv.connect(address.port, HOST) as raw:
                before = b"STARTTLS\n"
                while True:
                    try:
                        assert peer.read(100) == b"hello"
                        break
                    except ssl.SSLWantReadError:
                        await raw.send(before + outgoing.read())
                        before = b""
                        incoming.write(await raw.receive())

    run_main(main())


@pytest.mark.row("T24")
@pytest.mark.parametrize("side", ["client", "server"])
def test_start_tls_fails(run_main: RunMain, certs: Certificates, side: str) -> None:
    async def main() -> None:
        client, accepted = await pair_of_sockets()
        options = {"ca": certs.other_ca.cert, "servername": "localhost"}
        answers = await asyncio.gather(
            client.start_tls(options),
            accepted.start_tls(certs.server.own, is_server=True),
            return_exceptions=True,
        )
        codes = [getattr(each, "code", each) for each in answers]
        assert codes == ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"]
        assert (client.destroyed, accepted.destroyed) == (True, True)

    run_main(main())


@pytest.mark.row("T24")
@pytest.mark.parametrize("is_server", [False, True])
def test_start_tls_is_cancelled(run_main: RunMain, certs: Certificates, is_server: bool) -> None:
    async def main() -> None:
        client, accepted = await pair_of_sockets()
        options = {**certs.server.own, "is_server": True} if is_server else {}
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.start_tls(options), 0.005)
        assert client.destroyed
        async for _ in accepted:  # its hello, and then the end
            pass
        await accepted.aclose()

    run_main(main())


@pytest.mark.row("T24")
def test_what_start_tls_refuses(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        near, far = memory_pair()
        with pytest.raises(TypeError, match="colour"):
            await near.start_tls(colour="blue")
        reading = asyncio.ensure_future(near.receive())
        await asyncio.sleep(0)
        with pytest.raises(netuv.NetError) as caught:
            await near.start_tls()
        assert caught.value.code == "ERR_STREAM_BUSY"
        await far.send(b"still clear")
        assert await reading == b"still clear"
        await asyncio.gather(
            near.start_tls(ca=certs.ca.cert), far.start_tls(certs.server.own, is_server=True)
        )
        for call in (near.receive(), near.receive_exactly(1), near.start_tls(), anext_of(near)):
            with pytest.raises(netuv.NetError) as caught:
                await call
            assert caught.value.code == "ERR_STREAM_BUSY"
        await near.aclose()  # with what works on it
        assert near.destroyed
        with pytest.raises(netuv.NetError) as caught:
            await near.start_tls()
        assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"
        await far.aclose()

    async def anext_of(stream: Any) -> Any:
        return await stream.__anext__()

    run_main(main())


@pytest.mark.row("T24")
def test_tls_in_tls_by_start_tls(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        pair = memory_pair()
        for _ in range(2):
            near, far = await asyncio.gather(
                pair[0].start_tls(ca=certs.ca.cert), pair[1].start_tls(certs.server.own, is_server=True)
            )
            pair = near, far
        await near.send(b"deep")
        assert await far.receive() == b"deep"
        await asyncio.gather(near.aclose(), far.aclose())

    run_main(main())


# -- async for socket in server ----------------------------------------------------------------------------


def client_of(server: Any, certs: Certificates) -> tls.TLSSocket:
    return tls.connect(server.address().port, HOST, {"ca": certs.ca.cert})


@pytest.mark.row("T03", "A08")
def test_secured_sockets_on_demand(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        server = await tls.create_server(certs.server.own).listen(0, HOST)
        clients = [await client_of(server, certs) for _ in range(3)]
        for client in clients:
            await client.send(b"early")
        count = 0
        async for accepted in server:
            assert isinstance(accepted, tls.TLSSocket)
            assert not accepted.secure_connecting
            assert await accepted.receive() == b"early"
            await accepted.send(b"answer")
            count += 1
            if count == 3:
                break
        for client in clients:
            assert await client.receive() == b"answer"
            await client.aclose()
        await server.shutdown(0)

    run_main(main())


@pytest.mark.row("T03", "T04")
def test_who_does_not_finish_the_handshake_holds_up_nobody(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        server = await tls.create_server(certs.server.own).listen(0, HOST)
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        silent = [socket.create_connection((HOST, address.port)) for _ in range(3)]
        plain = await netuv.connect(address.port, HOST)
        await plain.send(b"GET / HTTP/1.0\r\n\r\n")
        client = client_of(server, certs)
        async for accepted in server:
            await accepted.send(b"you")
            break
        assert await client.receive() == b"you"
        await client.aclose()
        await server.shutdown(0)
        plain.destroy()
        for each in silent:
            each.close()

    run_main(main())


@pytest.mark.row("T03", "A08")
def test_more_connections_than_wait_to_be_asked_for(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        server = await tls.create_server(certs.server.own).listen(0, HOST)
        clients = [client_of(server, certs) for _ in range(16)]
        await asyncio.gather(*clients)
        while len(server._secured) < 16:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
        clients += [client_of(server, certs) for _ in range(4)]
        await asyncio.sleep(0.005)
        assert server._connections == 16
        assert [client.secure_connecting for client in clients[16:]] == [True] * 4
        clients[3].destroy()
        seen = []
        async for accepted in server:
            seen.append(accepted)
            if len(seen) == 19:
                break
        for client in clients[:3] + clients[4:]:
            await client
            client.destroy()
        for each in seen:
            each.destroy()
        await server.shutdown(0)

    run_main(main())


@pytest.mark.row("T03", "A08")
def test_the_iteration_ends_with_the_tls_server(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        server = await tls.create_server(certs.server.own).listen(0, HOST)

        async def accept() -> list[Any]:
            return [each async for each in server]

        task = asyncio.ensure_future(accept())
        await asyncio.sleep(0.001)
        assert (await server.shutdown()).clean
        assert await task == []

    run_main(main())


@pytest.mark.row("T03", "A08")
def test_who_waits_to_be_asked_for_goes_with_the_server(run_main: RunMain, certs: Certificates) -> None:
    async def main() -> None:
        server = await tls.create_server(certs.server.own).listen(0, HOST)
        client = await client_of(server, certs)
        while not server._secured:  # type: ignore[attr-defined]
            await asyncio.sleep(0)
        closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        server.close(lambda error: closed.set_result(None))
        await closed
        with pytest.raises(StopAsyncIteration):
            await server.__anext__()
        client.destroy()

    run_main(main())


# -- tls.connect() -----------------------------------------------------------------------------------------


@pytest.mark.row("T01")
def test_async_with_connect(run_main: RunMain, certs: Certificates) -> None:
    async def echo(socket: Any) -> None:
        async for chunk in socket:
            await socket.send(chunk.upper())

    async def main() -> None:
        async with tls.create_server(certs.server.own, echo).listen(0, HOST) as server:
            async with client_of(server, certs) as client:
                assert (client.authorized, client.secure_connecting) == (True, False)
                await client.send(b"question")
                assert await client.receive() == b"QUESTION"
            assert client.destroyed
            with pytest.raises(tls.CertificateError):
                async with tls.connect(server.address().port, HOST, {"ca": certs.other_ca.cert}):  # type: ignore[union-attr]
                    raise AssertionError("entered")
            assert (await server.shutdown(1)).clean

    run_main(main())


@pytest.mark.row("T01", "T21")
@pytest.mark.parametrize("speaks", [False, True])
def test_a_handshake_is_cancelled(run_main: RunMain, speaks: bool) -> None:
    """By a time-out, with a server that says nothing, and with one that begins and goes no further."""

    async def main() -> None:
        server = await netuv.create_server().listen(0, HOST)
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        client = tls.connect(address.port, HOST)
        waiting = asyncio.ensure_future(asyncio.wait_for(client, 0.02))
        accepted = await server.__anext__()
        if speaks:
            await accepted.send(b"\x16\x03\x03\x00\x7a\x02")
        with pytest.raises(asyncio.TimeoutError):
            await waiting
        assert client.destroyed
        async for _ in accepted:
            pass
        await accepted.aclose()
        await server.shutdown(0)

    run_main(main())
