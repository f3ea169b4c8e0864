"""The build, and what it installs: versions, `python -m netuv`, archives that are refused."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import io
import os
import platform
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
import pyuv

import netuv

ROOT = Path(__file__).parent.parent


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "build_backend")
    return importlib.import_module("netuv_sources")


@pytest.fixture
def build(sources: ModuleType) -> ModuleType:
    pytest.importorskip("setuptools", reason="only a build needs setuptools")
    return importlib.import_module("netuv_build")


def write_archive(path: Path, files: dict[str, bytes]) -> str:
    """Write a tar.gz of these files, plus a link that leads out of it; return its SHA-256."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("thing-1.0/src/link.c")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    return hashlib.sha256(path.read_bytes()).hexdigest()


# What is installed.


def test_the_version_is_one():
    assert importlib.metadata.version("netuv") == netuv.__version__


def test_pyuv_and_libuv_are_the_pinned_ones(sources):
    if not (Path(pyuv.__file__).parent / "LICENSE.libuv").exists():
        pytest.skip("this pyuv or its libuv is a packager's own")
    assert pyuv.__version__ == sources.PYUV.version == "1.4.0"
    assert pyuv.LIBUV_VERSION == "1.52.1"


def test_python_dash_m_netuv():
    python = os.path.abspath(sys.executable)
    command = [python, "-W", "error", "-m", "netuv"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True)
    versions = dict(line.split(maxsplit=1) for line in printed.stdout.splitlines())
    assert versions == {
        "netuv": netuv.__version__,
        "Python": f"{platform.python_version()} ({python})",
        "pyuv": pyuv.__version__,
        "libuv": pyuv.LIBUV_VERSION,
        "pyee": importlib.metadata.version("pyee"),
        "platform": platform.platform(),
    }
    assert printed.stderr == ""


def test_it_is_marked_as_typed():
    assert (Path(netuv.__file__).parent / "py.typed").is_file()


# How it is built.


def test_an_altered_archive_is_refused(sources, tmp_path, capsys):
    path = tmp_path / "thing-1.0.tar.gz"
    digest = write_archive(path, {"thing-1.0/src/a.c": b"int a;"})
    archive = sources.Archive("thing", "1.0", digest, {"src/": "src/"})
    sources.verify(archive, path)
    assert capsys.readouterr().out == f"netuv: verified thing-1.0.tar.gz: sha256 {digest}\n"

    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        sources.verify(archive, path)
    message = str(stopped.value)
    assert "thing-1.0.tar.gz has the SHA-256" in message
    assert f"not {digest}" in message
    assert "Do not use it." in message


def test_only_what_is_wanted_is_unpacked(sources, tmp_path):
    path = tmp_path / "thing-1.0.tar.gz"
    files = {
        "thing-1.0/src/a.c": b"int a;",
        "thing-1.0/src/unix/b.c": b"int b;",
        "thing-1.0/src/../../escaped.c": b"int c;",
        "thing-1.0/setup.py": b"raise SystemExit",
        "thing-1.0/LICENSE": b"MIT",
    }
    digest = write_archive(path, files)
    wanted = {"src/": "c/", "LICENSE": "thing/LICENSE.thing"}
    sources.unpack(sources.Archive("thing", "1.0", digest, wanted), path, tmp_path / "out")
    unpacked = {
        str(file.relative_to(tmp_path)): file.read_bytes()
        for file in tmp_path.rglob("*")
        if file.is_file() and file != path
    }
    assert unpacked == {
        "out/c/a.c": b"int a;",
        "out/c/unix/b.c": b"int b;",
        "out/thing/LICENSE.thing": b"MIT",
    }


def test_when_pip_cannot_download_the_message_says_what_to_do(sources, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with pytest.raises(SystemExit) as stopped:
        sources.download([sources.PYUV, sources.LIBUV], tmp_path)
    message = str(stopped.value)
    assert "pip could not download the source archives" in message
    assert "put pyuv-1.4.0.tar.gz and uvloop-0.23.0.tar.gz into a folder" in message


def test_without_a_compiler_the_message_says_what_to_do(build, monkeypatch):
    import setuptools

    monkeypatch.setenv("CC", "no-such-compiler")
    nothing = setuptools.Extension("nothing", ["nothing.c"])
    command = build.BuildExt(setuptools.Distribution({"ext_modules": [nothing]}))
    command.ensure_finalized()
    with pytest.raises(SystemExit) as stopped:
        command.run()
    message = str(stopped.value)
    assert "no-such-compiler does not compile an extension module" in message
    assert "Install a C compiler" in message


def test_the_switches_are_read_from_the_environment(build, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("NETUV_USE_INSTALLED_PYUV", raising=False)
    assert build.get_requires_for_build_wheel() == ["pip"]
    assert build.setup_arguments()["install_requires"] == ["pyee>=13"]
    monkeypatch.setenv("NETUV_USE_INSTALLED_PYUV", "1")
    assert build.get_requires_for_build_wheel() == []
    assert build.setup_arguments()["install_requires"] == ["pyee>=13", "pyuv>=1.4.0"]
