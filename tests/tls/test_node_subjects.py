"""What Node's own tests of tls are about and no other test here: see docs/tls_tests.rst."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from helpers import MiB, MustCall, Run
from tls.certificates import Certificates
from tls.recorder import Ends

import netuv
from netuv import errors, tls

ROOT = Path(__file__).parents[2]


@pytest.mark.row("T24")
def test_over_a_socket_that_is_connected_later(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end(b"hello"))
    port = ends.recorder.port(server)
    raw = netuv.Socket()
    client = tls.connect(socket=raw, host="localhost", ca=ends.certs.ca.cert)
    assert client.connecting
    ends.watch("client", client, "connect", "secureConnect", "data", "end", "error", "close")
    raw.connect(port, "127.0.0.1")
    run()
    assert ends.of("client") == ["connect", "secureConnect", ("data", b"hello"), "end", ("close", False)]


@pytest.mark.row("T24")
def test_over_what_is_no_stream(loop: netuv.Loop) -> None:
    for wrong in (netuv.EventEmitter(), object(), netuv.create_server()):
        with pytest.raises(errors.ArgTypeError) as caught:
            tls.TLSSocket(wrong)  # type: ignore[arg-type]
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.row("T01")
def test_a_path_goes_before_a_port(
    run: Run, certs: Certificates, short_path: Path, must_call: MustCall
) -> None:
    path = str(short_path / "s")
    server = tls.create_server(certs.server.own, lambda socket: socket.end()).listen(path)
    options = {"path": path, "port": 1, "host": "localhost", "ca": certs.ca.cert}
    client = tls.connect(options, must_call()).resume()
    client.on("close", lambda had_error: server.close())
    run()


@pytest.mark.row("T01")
def test_a_high_water_mark(ends: Ends, run: Run) -> None:
    server = ends.serve(lambda socket: socket.end())
    client = ends.connect(server, high_water_mark=100)
    run()
    assert (client.readable_high_water_mark, client.writable_high_water_mark) == (100, 100)


@pytest.mark.row("T13")
def test_a_context_without_a_certificate_for_a_name(ends: Ends, run: Run) -> None:
    server = ends.serve(sni_callback=lambda name, answer: answer(None, tls.create_secure_context()))
    ends.connect(server, servername="localhost")
    run()
    assert ends.of("server")[0] == ("tlsClientError", "ERR_SSL_NO_SHARED_CIPHER", "TLSSocket")


@pytest.mark.row("T13", "T24")
def test_an_sni_callback_of_a_socket_without_server(run: Run, certs: Certificates) -> None:
    server = netuv.create_server()
    asked: list[str] = []

    def choose(name: str, answer: Any) -> None:
        asked.append(name)
        answer(None, tls.create_secure_context(certs.elsewhere.own))

    def on_connection(raw: Any) -> None:
        server.close()
        secure = tls.TLSSocket(raw, {**certs.server.own, "is_server": True}, sni_callback=choose)
        secure.on("secure", secure.end)
        secure.resume()

    def go() -> None:
        address = server.address()
        assert isinstance(address, netuv.AddressInfo)
        options = {"servername": "other.example", "ca": certs.ca.cert}
        tls.connect(address.port, "127.0.0.1", options).resume()

    server.on("connection", on_connection)
    server.listen(0, "127.0.0.1", go)
    run()
    assert asked == ["other.example"]


@pytest.mark.row("T14")
def test_writes_of_nothing(ends: Ends, run: Run, must_call: MustCall) -> None:
    """They send no record, before the handshake and after it; their callbacks come in order."""
    order: list[int] = []

    def on_secure() -> None:
        client.write(b"", must_call(lambda error: order.append(3)))
        client.write(b"more")
        client.end(b"")

    server = ends.serve()
    client = ends.connect(server)
    client.write(b"", must_call(lambda error: order.append(1)))
    client.write(b"some", must_call(lambda error: order.append(2)))
    client.on("secureConnect", on_secure)
    run()
    assert order == [1, 2, 3]
    assert b"".join(each[1] for each in ends.of("accepted") if each[0] == "data") == b"somemore"


@pytest.mark.row("T31")
@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("curve", ["P-384", "secp521r1", "X25519"])
def test_a_curve(ends: Ends, run: Run, version: str, curve: str) -> None:
    if curve == "X25519" and sys.version_info < (3, 11):
        with pytest.raises(ValueError, match="ecdh_curve"):
            tls.create_secure_context(ecdh_curve=curve)
        return
    server = ends.serve(lambda socket: socket.end(b"hello"), ecdh_curve=curve, max_version=version)
    ends.connect(server)
    run()
    assert ("data", b"hello") in ends.of("client")


@pytest.mark.row("T31")
def test_parameters_for_diffie_hellman(ends: Ends, run: Run) -> None:
    dhparam = ends.certs.openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048")
    options = {"max_version": "TLSv1.2", "ciphers": "DHE-RSA-AES128-GCM-SHA256"}
    server = ends.serve(lambda socket: socket.end(), **ends.certs.rsa.own, dhparam=dhparam, **options)
    client = ends.connect(server, **options)
    client.on("secureConnect", lambda: ends.seen.append(("cipher", client.get_cipher()["name"])))
    run()
    assert ("cipher", "DHE-RSA-AES128-GCM-SHA256") in ends.seen


@pytest.mark.row("T31")
@pytest.mark.parametrize("honor", [True, False])
def test_whose_order_of_ciphers_counts(ends: Ends, run: Run, honor: bool) -> None:
    ours, theirs = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"
    server = ends.serve(
        lambda socket: socket.end(),
        ciphers=f"{ours}:{theirs}",
        honor_cipher_order=honor,
        max_version="TLSv1.2",
    )
    client = ends.connect(server, ciphers=f"{theirs}:{ours}")
    client.on("secureConnect", lambda: ends.seen.append(("cipher", client.get_cipher()["name"])))
    run()
    assert ("cipher", ours if honor else theirs) in ends.seen


@pytest.mark.row("T31")
@pytest.mark.parametrize("low", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("high", ["TLSv1.2", "TLSv1.3"])
def test_the_highest_version_that_both_have(ends: Ends, run: Run, low: str, high: str) -> None:
    server = ends.serve(lambda socket: socket.end(), max_version=high)
    client = ends.connect(server, max_version=low)
    client.on("secureConnect", lambda: ends.seen.append(("version", client.get_protocol())))
    run()
    assert ("version", min(low, high)) in ends.seen


@pytest.mark.row("T15")
def test_a_write_in_the_end(ends: Ends, run: Run, must_call: MustCall) -> None:
    """destroy_soon() lets go what was written, all of it."""
    size = 4 * MiB
    got = bytearray()

    def on_secure(socket: Any) -> None:
        socket.write(bytes(size), must_call())
        socket.destroy_soon()

    server = ends.serve(on_secure)
    client = ends.connect(server)
    client.remove_all_listeners("data")
    client.on("data", got.extend)
    run()
    assert len(got) == size


def test_the_page_names_what_there_is() -> None:
    """docs/tls_tests.rst: its cases, functions and files exist."""
    page = (ROOT / "docs" / "tls_tests.rst").read_text("utf-8")
    named = set(re.findall(r"``((?:tls|test)_\w+)``", page))
    cases = {each.stem for each in (ROOT / "tests" / "conformance" / "cases").glob("tls_*.py")}
    sources = "".join(each.read_text("utf-8") for each in (ROOT / "tests").rglob("test_*.py"))
    functions = set(re.findall(r"^def (test_\w+)", sources, re.MULTILINE))
    assert named - cases - functions == set()
    assert [each for each in re.findall(r"``(tests/\S+\.py)``", page) if not (ROOT / each).exists()] == []
