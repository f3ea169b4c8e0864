"""How much a stream holds back where its options do not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netuv import checks, misuse

DEFAULT = 64 * 1024
_default = {False: DEFAULT, True: 16}

changed = False  # the classes have the defaults of the start; once one was changed, each stream asks


def get_default_high_water_mark(object_mode: bool) -> int:
    """What a new stream has; in objects when ``object_mode`` is True, else in bytes.

    Node's ``stream.getDefaultHighWaterMark()``.
    """
    return _default[bool(object_mode)]


def set_default_high_water_mark(object_mode: bool, value: int) -> None:
    """Change it, for the streams that are made from now on; Sockets too.

    :param value: 0 or more. Raises ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE.

    Node's ``stream.setDefaultHighWaterMark()``.
    """
    global changed
    _default[bool(object_mode)] = checks.check_int("value", value, 0, 2**53 - 1)
    changed = True


def of_options(given: Mapping[str, Any], half: str, object_mode: bool) -> int:
    """What the options of a stream say, or the default.

    :param half: 'readable_high_water_mark' or 'writable_high_water_mark': the option of a Duplex that counts
        where high_water_mark is not given.

    Raises ERR_INVALID_ARG_VALUE.
    """
    for name in ("high_water_mark", half):
        mark = given.get(name)
        if mark is not None:
            if not isinstance(mark, int) or isinstance(mark, bool) or mark < 0:
                raise misuse.invalid_arg_value(name, mark, "must be an int, 0 or more")
            return mark
    return get_default_high_water_mark(object_mode)
