"""``await`` on TLSSockets and a tls.Server."""

from __future__ import annotations

from typing import Any

import pytest
from tls.certificates import Certificates

import netuv
from netuv import tls


def test_client_and_server_as_tasks(certs: Certificates) -> None:
    async def echo(socket: Any) -> None:
        async for chunk in socket:
            await socket.send(chunk.upper())

    async def main() -> list[Any]:
        seen: list[Any] = []
        async with tls.create_server(certs.server.own, echo).listen(0, "127.0.0.1") as server:
            address = server.address()
            assert isinstance(address, netuv.AddressInfo)
            async with tls.connect(address.port, "127.0.0.1", {"ca": certs.ca.cert}) as client:
                seen.append((client.secure_connecting, client.authorized))
                await client.send(b"question")
                seen.append(await client.receive())
                client.end()
                seen.append(await client.receive())
        return seen

    assert netuv.run(main()) == [(False, True), b"QUESTION", b""]


@pytest.mark.parametrize("trust", ["ca", "other_ca"])
def test_a_handshake_that_fails_is_raised(certs: Certificates, trust: str) -> None:
    async def main() -> Any:
        async with tls.create_server(certs.server.own).listen(0, "127.0.0.1") as server:
            address = server.address()
            assert isinstance(address, netuv.AddressInfo)
            options = {"ca": getattr(certs, trust).cert, "servername": "other.example"}
            with pytest.raises(tls.CertificateError) as caught:
                await tls.connect(address.port, "127.0.0.1", options)
            return caught.value.code

    expected = {"ca": "ERR_TLS_CERT_ALTNAME_INVALID", "other_ca": "UNABLE_TO_VERIFY_LEAF_SIGNATURE"}
    assert netuv.run(main()) == expected[trust]
