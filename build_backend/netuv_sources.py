"""The sources of pyuv and libuv: pip fetches them, here they are verified and unpacked.

Nothing but the standard library is imported, so the test suite can try this anywhere.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple, NoReturn


class Archive(NamedTuple):
    """A source archive on the package index, and what is taken from it."""

    name: str
    version: str
    sha256: str
    wanted: dict[str, str]
    """Path in the archive -> path in the folder of sources; a folder's ends in '/'."""

    @property
    def stem(self) -> str:
        return f"{self.name}-{self.version}"


PYUV = Archive(
    "pyuv",
    "1.4.0",
    "caea2004d1125fe17cbde3c211c8abc72844e9b8dd7dfa007711e98fbc96fbc2",
    {"pyuv/": "pyuv/", "src/": "src/", "LICENSE": "pyuv/LICENSE"},
)
LIBUV = Archive(  # 1.52.1, in vendor/libuv
    "uvloop",
    "0.23.0",
    "28d160f51ab4da3b187063652e643dea6831072add4adc1e6d62afbe73b6be27",
    {
        "vendor/libuv/include/": "libuv/include/",
        "vendor/libuv/src/": "libuv/src/",
        # Beside pyuv's modules, since the wheel contains libuv, too.
        "vendor/libuv/LICENSE": "pyuv/LICENSE.libuv",
        "vendor/libuv/LICENSE-extra": "pyuv/LICENSE-extra.libuv",
    },
)


def say(what: str) -> None:
    """One line for each step; `pip install -v` shows them."""
    print(f"netuv: {what}", flush=True)


def stop(problem: str, remedy: str) -> NoReturn:
    """End the build; what a front end shows last are these two lines, not a traceback."""
    raise SystemExit(f"\nnetuv cannot be built: {problem}.\n  {remedy}")


def prepare(archives: list[Archive]) -> Path:
    """Return the folder in which the wanted files of these archives are unpacked."""
    recipe = hashlib.sha256(repr(archives).encode()).hexdigest()
    folder = Path("build", "sources", "-".join(a.stem for a in archives) + f"-{recipe[:8]}")
    if folder.is_dir():
        say(f"using {folder}, verified and unpacked earlier")
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        download(archives, Path(scratch))
        new = Path(scratch, "new")
        for archive in archives:
            path = Path(scratch, f"{archive.stem}.tar.gz")
            verify(archive, path)
            unpack(archive, path, new)
        try:
            new.rename(folder)  # as the last step, so that a folder of that name is complete
        except OSError:
            if not folder.is_dir():  # else another build was faster
                raise
    return folder


def download(archives: list[Archive], target: Path) -> None:
    """Let pip fetch the archives into target. It compares the hashes, too."""
    requirements = target / "requirements.txt"
    pins = [f"{a.name}=={a.version} --hash=sha256:{a.sha256}" for a in archives]
    requirements.write_text("\n".join(pins) + "\n")
    say("fetching the sources of " + " and ".join(a.stem for a in archives) + " with pip")
    # pip insists on reading an sdist's metadata, which runs its setup.py. Without build
    # isolation the setuptools of this build does that, and nothing else is downloaded.
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "--no-color"]
    command += ["--no-deps", "--no-binary=:all:", "--no-build-isolation", "--require-hashes"]
    command += [f"--dest={target}", f"--requirement={requirements}"]
    # The front end tells its hooks which backend to load in variables that its pip would read, too.
    hooks = ("_PYPROJECT_HOOKS_", "PEP517_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(hooks)}
    pip = subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if pip.returncode == 0:
        return
    print(pip.stdout, flush=True)
    if "DO NOT MATCH THE HASHES" in pip.stdout:
        stop(
            "an archive that the package index served is not the pinned one (see above)",
            "Do not use it. Check which index or mirror pip is set up to use.",
        )
    if "No module named pip" in pip.stdout:
        stop("it needs pip", "Install pip into the environment that builds.")
    stop(
        "pip could not download the source archives (see above)",
        "Check the network and pip's index and proxy settings; or put "
        + " and ".join(f"{a.stem}.tar.gz" for a in archives)
        + " into a folder and name it in PIP_FIND_LINKS.",
    )


def verify(archive: Archive, path: Path) -> None:
    """Stop unless path is the pinned archive, byte for byte."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != archive.sha256:
        stop(
            f"{path.name} has the SHA-256 {digest}, not {archive.sha256}",
            "Do not use it. Check which index or mirror pip is set up to use.",
        )
    say(f"verified {path.name}: sha256 {digest}")


def unpack(archive: Archive, path: Path, folder: Path) -> None:
    """Write those files of the archive at path that the build needs into folder."""
    with tarfile.open(path) as tar:
        for member in tar:
            target = wanted_path(archive, member.name)
            content = tar.extractfile(member) if target and member.isfile() else None
            if target and content:
                file = folder / target
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content.read())


def wanted_path(archive: Archive, name: str) -> str | None:
    """Where the archive's member of that name goes, or None if it is not needed."""
    _, _, inner = name.partition("/")
    if ".." in inner.split("/"):
        return None
    for source, target in archive.wanted.items():
        if inner == source:
            return target
        if source.endswith("/") and inner.startswith(source):
            return target + inner[len(source) :]
    return None
