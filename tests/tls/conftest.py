"""Fixtures of the tests of TLS."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tls.certificates import Certificates
from tls.recorder import Ends, Recorder

import netuv


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates, made now: none has an end date that could come near."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not on PATH")
    folder: Path = tmp_path_factory.mktemp("certificates")
    return Certificates(folder)


@pytest.fixture
def recorder(loop: netuv.Loop) -> Iterator[Recorder]:
    """Between the ends; at last each byte that went through it has to be part of a TLS record."""
    made = Recorder()
    try:
        yield made
    finally:
        made.close()
    if made.expect_tls:
        made.check()


@pytest.fixture
def ends(recorder: Recorder, certs: Certificates) -> Ends:
    """Servers and clients of netuv's, with the recorder between them."""
    return Ends(recorder, certs)
