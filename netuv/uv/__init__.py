"""libuv, as pyuv has it: the only package of netuv that imports pyuv."""
