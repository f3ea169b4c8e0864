/* The extension module pyuv._cpyuv. pyuv's sources are one translation unit: its
 * pyuv.c includes all the others. libuv's files do not see the header. */

#include "pyuv_today.h"
#include "pyuv.c"
