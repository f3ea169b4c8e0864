/* The extension module pyuv._cpyuv. pyuv's sources are one translation unit: its
 * pyuv.c includes all the others. libuv's files do not see the header. */

#include "pyuv_today.h"

/* The GIL changes hands when the loop waits, not at every callback.
 *
 * pyuv gives the GIL up for the whole of uv_run() and takes it back in each callback. Where
 * libuv is compiled along (netuv_build.py then renames its epoll_pwait to ours), uv_run() keeps
 * it instead, and only waiting gives it up. A thread that is not in uv_run(), such as one of
 * libuv's pool, takes it as ever. While callbacks run, the interpreter lets other threads in. */
#ifdef epoll_pwait
#undef epoll_pwait
#include <errno.h>
#include <sys/epoll.h>
#include <uv.h>

static __thread int gil_is_kept; /* how many uv_run() this thread is in */

int netuv_epoll_pwait(int epoll, struct epoll_event *events, int size, int timeout,
                      const sigset_t *mask)
{
    if (!gil_is_kept || timeout == 0)
        return epoll_pwait(epoll, events, size, timeout, mask);
    PyThreadState *saved = PyEval_SaveThread();
    int count = epoll_pwait(epoll, events, size, timeout, mask);
    int error = errno;
    PyEval_RestoreThread(saved);
    errno = error;
    return count;
}

static int run_with_gil(uv_loop_t *loop, uv_run_mode mode, PyThreadState **saved)
{
    PyEval_RestoreThread(*saved);
    gil_is_kept++;
    int alive = uv_run(loop, mode);
    gil_is_kept--;
    *saved = PyEval_SaveThread();
    return alive;
}

/* Loop.run() calls it between Py_BEGIN_ALLOW_THREADS, which declares _save, and its END. */
#define uv_run(loop, mode) run_with_gil(loop, mode, &_save)
#define PyGILState_Ensure() (gil_is_kept ? PyGILState_LOCKED : PyGILState_Ensure())
#define PyGILState_Release(state) (gil_is_kept ? (void) 0 : PyGILState_Release(state))
#endif

#include "pyuv.c"
