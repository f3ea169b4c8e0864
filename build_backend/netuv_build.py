"""The build of netuv: setuptools, after fetching what its pyuv is compiled from.

The newest pyuv on the index is 1.4.0, from 2017. It does not compile on today's
CPythons and carries a libuv of its age. So netuv's wheel brings a pyuv along:

1. pip downloads two source archives, pinned by version and SHA-256: pyuv 1.4.0,
   and uvloop 0.23.0, which carries the whole tree of libuv 1.52.1. pip's
   configuration file and PIP_* variables apply (index, proxy, find-links ...).
2. What is needed of them is unpacked under build/, and used again next time
   (netuv_sources.py).
3. setuptools compiles pyuv (with pyuv_today.h beside this file, which lets a pyuv of
   2017 meet a CPython of today) and libuv into one extension module, optimised
   across the two, and puts it in the wheel as the package `pyuv`.

Environment variables change this. Two are meant for packagers:

NETUV_USE_INSTALLED_PYUV=1
    Compile nothing. The wheel is pure Python (py3-none-any) and requires pyuv;
    pyuv_today.h tells how one is compiled by itself.
NETUV_USE_SYSTEM_LIBUV=1
    Compile pyuv alone and link the system's libuv: the one that pkg-config names,
    else plain -luv. $PKG_CONFIG names another pkg-config.

And one for whoever works on the C code:

NETUV_SANITIZE=1
    Compile with -fsanitize=address,undefined, without link-time optimisation. Python has to
    load the sanitizer first; its own allocator would hide errors, and its leaks are not ours:
    export LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
    ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc python -m pytest tests/uv

The hooks at the end of this file are PEP 517's and PEP 660's. An sdist contains
neither pyuv nor libuv, so build_sdist fetches nothing.
"""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from setuptools import Extension, build_meta, find_packages
from setuptools.build_meta import build_sdist as build_sdist
from setuptools.command.build_ext import build_ext
from setuptools.errors import CCompilerError

from netuv_sources import LIBUV, PYUV, prepare, say, stop

# What libuv's CMakeLists.txt lists for these systems.
LIBUV_SOURCES = """
    fs-poll idna inet random strscpy strtok thread-common threadpool timer uv-common
    uv-data-getter-setters version
    unix/async unix/core unix/dl unix/fs unix/getaddrinfo unix/getnameinfo unix/loop
    unix/loop-watcher unix/pipe unix/poll unix/process unix/proctitle
    unix/random-devurandom unix/signal unix/stream unix/tcp unix/thread unix/tty unix/udp
""".split()
LIBUV_ON: dict[str, dict[str, list[str]]] = {
    "linux": {
        "sources": "unix/linux unix/procfs-exepath unix/random-getrandom unix/random-sysctl-linux".split(),
        "ours": ["build_backend/cpyuv_events.c"],
        "macros": ["_GNU_SOURCE", "epoll_pwait=netuv_epoll_pwait"],  # see _cpyuv.c
        "libraries": ["pthread", "dl", "rt", "m"],
    },
    "darwin": {
        "sources": "unix/bsd-ifaddrs unix/darwin unix/darwin-proctitle unix/fsevents unix/kqueue "
        "unix/random-getentropy".split(),
        "macros": ["_DARWIN_UNLIMITED_SELECT=1", "_DARWIN_USE_64_BIT_INODE=1"],
        "libraries": ["pthread", "m"],
    },
}

SANITIZE = "-fsanitize=address,undefined"


def switched_on(variable: str) -> bool:
    return os.environ.get(variable, "") not in ("", "0")


def pyuv_extension(sources: Path) -> Extension:
    """pyuv's extension module, with libuv inside unless the system's is to be linked."""
    extension = Extension(
        "pyuv._cpyuv",
        ["build_backend/_cpyuv.c"],
        include_dirs=[f"{sources}/src"],
        # The sources are others', so their warnings are of no use here. -fno-strict-aliasing
        # is what libuv is compiled with.
        extra_compile_args=["-O3", "-g0", "-w", "-fno-strict-aliasing", "-fvisibility=hidden"],
    )
    if switched_on("NETUV_SANITIZE"):
        extension.extra_compile_args += ["-O1", "-g", "-fno-omit-frame-pointer", SANITIZE, "-UNDEBUG"]
        extension.extra_link_args.append(SANITIZE)
    if switched_on("NETUV_USE_SYSTEM_LIBUV"):
        compile_args, link_args = system_libuv()
        extension.extra_compile_args += compile_args
        extension.extra_link_args += link_args
        return extension
    system = LIBUV_ON.get(sys.platform)
    if system is None:
        stop(
            f"it does not know how to compile libuv on {sys.platform}",
            "Set NETUV_USE_SYSTEM_LIBUV=1 or NETUV_USE_INSTALLED_PYUV=1.",
        )
    src = f"{sources}/libuv/src"
    extension.sources += [f"{src}/{n}.c" for n in LIBUV_SOURCES + system["sources"]]
    extension.sources += system.get("ours", [])
    extension.include_dirs += [f"{sources}/libuv/include", src]
    macros = ["_FILE_OFFSET_BITS=64", "_LARGEFILE_SOURCE", *system["macros"]]
    # Without UV_EXTERN libuv's functions stay inside the module, free to be inlined.
    extension.extra_compile_args += [f"-D{macro}" for macro in ["UV_EXTERN=", *macros]]
    extension.libraries += system["libraries"]
    return extension


def system_libuv() -> tuple[list[str], list[str]]:
    """The compiler's and the linker's arguments for the libuv that is installed."""
    pkg_config = shlex.split(os.environ.get("PKG_CONFIG", "pkg-config"))
    try:
        found = [
            shlex.split(subprocess.check_output([*pkg_config, what, "libuv"], text=True))
            for what in ("--cflags", "--libs")
        ]
    except (OSError, subprocess.CalledProcessError):
        say("pkg-config does not name a libuv; trying -luv")
        return [], ["-luv"]
    say("linking the system's libuv: " + shlex.join(found[1]))
    return found[0], found[1]


class BuildExt(build_ext):
    """build_ext with link-time optimisation where it works, on every core."""

    def initialize_options(self) -> None:
        super().initialize_options()
        self.force = True  # a few seconds; time stamps do not know of flags and switches

    def build_extension(self, ext: Extension) -> None:
        flags = [] if switched_on("NETUV_SANITIZE") else self.link_time_optimisation()
        ext.extra_compile_args += flags
        ext.extra_link_args += flags
        command = [*self.compiler.compiler_so, *ext.extra_compile_args]
        say(f"compiling {ext.name} from {len(ext.sources)} C files: " + shlex.join(command))
        compile_all = self.compiler.compile

        def compile_in_parallel(sources: list[str], **options: Any) -> list[str]:
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                jobs = pool.map(lambda source: compile_all([source], **options), sources)
                return [built for objects in jobs for built in objects]

        self.compiler.compile = compile_in_parallel
        logging.disable(logging.INFO)  # a line of 600 characters for each file
        try:
            super().build_extension(ext)
        except CCompilerError as error:
            stop(f"{error} (see above)", "Set NETUV_USE_INSTALLED_PYUV=1 to build without pyuv.")
        finally:
            logging.disable(logging.NOTSET)

    def link_time_optimisation(self) -> list[str]:
        """The flags for it that this compiler takes; stops if no compiler works at all."""
        # In one partition: gcc would run make for several.
        for flags in (["-flto", "-flto-partition=one"], ["-flto"]):
            if self.try_flags(flags) is None:
                return flags
        problem = self.try_flags([])
        if problem is not None:
            print(problem, flush=True)
            stop(
                f"{self.compiler.compiler_so[0]} does not compile an extension module (see above)",
                "Install a C compiler and Python's headers (Debian: apt-get install gcc libc6-dev "
                "python3-dev),\n  or set NETUV_USE_INSTALLED_PYUV=1 to build without pyuv.",
            )
        return []

    def try_flags(self, flags: list[str]) -> str | None:
        """Compile and link an empty module: None if that works, else what was said."""
        with tempfile.TemporaryDirectory(prefix="netuv-") as scratch:
            source, built, module = (str(Path(scratch, f"probe.{s}")) for s in ("c", "o", "so"))
            Path(source).write_text("#include <Python.h>\n")
            include = [f"-I{folder}" for folder in self.compiler.include_dirs]
            for command in (
                [*self.compiler.compiler_so, *flags, *include, "-c", source, "-o", built],
                [*self.compiler.linker_so, *flags, built, "-o", module],
            ):
                try:
                    subprocess.run(command, check=True, capture_output=True, text=True)
                except OSError as error:
                    return str(error)
                except subprocess.CalledProcessError as error:
                    return str(error.stderr)
        return None


# What setup.py passes to setup(), and the hooks.

_sources: Path | None = None  # set while a wheel is built that is to contain pyuv


def setup_arguments() -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "packages": find_packages(include=["netuv", "netuv.*"]),
        "package_data": {"netuv": ["py.typed"]},
        "install_requires": ["pyee>=13"],
        # One folder for each Python, so that two can build at the same time.
        "options": {"build": {"build_base": str(build_base())}},
    }
    if switched_on("NETUV_USE_INSTALLED_PYUV"):
        arguments["install_requires"].append(f"pyuv>={PYUV.version}")
    if _sources:
        arguments["packages"].append("pyuv")
        arguments["package_dir"] = {"pyuv": f"{_sources}/pyuv"}
        arguments["package_data"]["pyuv"] = ["LICENSE*"]
        arguments["ext_modules"] = [pyuv_extension(_sources)]
        arguments["cmdclass"] = {"build_ext": BuildExt}
    return arguments


def build_base() -> Path:
    return Path("build", str(sys.implementation.cache_tag))


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    return [] if switched_on("NETUV_USE_INSTALLED_PYUV") else ["pip"]


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Any = None) -> str:
    return build_meta.prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def build_wheel(
    wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None
) -> str:
    get_ready()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


get_requires_for_build_editable = get_requires_for_build_wheel


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Any = None) -> str:
    return build_meta.prepare_metadata_for_build_editable(metadata_directory, config_settings)


def build_editable(
    wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None
) -> str:
    get_ready()
    return build_meta.build_editable(wheel_directory, config_settings, metadata_directory)


def get_ready() -> None:
    """What comes before setuptools builds a wheel, editable or not."""
    global _sources
    shutil.rmtree(build_base(), ignore_errors=True)  # else files deleted since come along
    if switched_on("NETUV_USE_INSTALLED_PYUV"):
        say("compiling nothing; the wheel requires an installed pyuv")
    elif switched_on("NETUV_USE_SYSTEM_LIBUV"):
        _sources = prepare([PYUV])
    else:
        _sources = prepare([PYUV, LIBUV])
