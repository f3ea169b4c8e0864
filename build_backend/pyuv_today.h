/* Lets pyuv 1.4.0, released in 2017, compile for CPython 3.10 and later.
 *
 * It makes the interpreter's API look the way pyuv expects and is included before
 * pyuv's own sources, which stay as they were released. _cpyuv.c does that for the
 * pyuv in netuv's wheel; for a pyuv built by itself the compiler can be told to:
 *
 *     CFLAGS="-include $PWD/build_backend/pyuv_today.h" pip install pyuv
 */

#ifndef PYUV_TODAY_H
#define PYUV_TODAY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* handle.c keeps a handle alive by assigning to its reference count; since
 * Python 3.10 Py_REFCNT() is a function, to which nothing can be assigned. */
#undef Py_REFCNT
#define Py_REFCNT(object) (((PyObject *) (object))->ob_refcnt)

/* common.c encodes file names from the Py_UNICODE array that strings had until
 * 3.11. The string itself takes the array's place, and the size is not used. */
#undef PyUnicode_AS_UNICODE
#undef PyUnicode_GET_SIZE
#undef PyUnicode_EncodeUTF8
#define PyUnicode_AS_UNICODE(string) (string)
#define PyUnicode_GET_SIZE(string) 0
#define PyUnicode_EncodeUTF8(string, size, errors) \
    PyUnicode_AsEncodedString((string), "utf-8", (errors))

/* The interpreter has set up the GIL by itself since 3.7; 3.13 dropped the call. */
#undef PyEval_InitThreads
#define PyEval_InitThreads() ((void) 0)

/* abstract.c frees memory without the GIL, which the PyMem allocator does not
 * allow: from 3.12 on the interpreter crashes there. The raw one allows it. */
#undef PyMem_Malloc
#undef PyMem_Free
#define PyMem_Malloc PyMem_RawMalloc
#define PyMem_Free PyMem_RawFree

#endif
