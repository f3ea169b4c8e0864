"""Fixtures of the tests of TLS."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tls.certificates import Certificates


@pytest.fixture(scope="session")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates, made now: none has an end date that could come near."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not on PATH")
    folder: Path = tmp_path_factory.mktemp("certificates")
    return Certificates(folder)
