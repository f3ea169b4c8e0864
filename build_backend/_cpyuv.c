/* The extension module pyuv._cpyuv. pyuv's sources are one translation unit: its
 * pyuv.c includes all the others. libuv's files do not see the header.
 *
 * pyuv stays what it is. What runs for each message is done anew here, the same but cheaper
 * (waiting, reading, try_write()), and write() without a leak. */

#include "pyuv_today.h"
#include <uv.h>

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

static __thread int gil_is_kept; /* how many uv_run() this thread is in */
static void forget_big(void);

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
    if (--gil_is_kept == 0 && !alive)
        forget_big();
    *saved = PyEval_SaveThread();
    return alive;
}

/* Loop.run() calls it between Py_BEGIN_ALLOW_THREADS, which declares _save, and its END. */
#define uv_run(loop, mode) run_with_gil(loop, mode, &_save)
#define PyGILState_Ensure() (gil_is_kept ? PyGILState_LOCKED : PyGILState_Ensure())
#define PyGILState_Release(state) (gil_is_kept ? (void) 0 : PyGILState_Release(state))
#else
enum { gil_is_kept = 0 };
#endif

static void on_alloc(uv_handle_t *, size_t, uv_buf_t *);
static void on_read(uv_stream_t *, ssize_t, const uv_buf_t *);
#define uv_read_start(stream, alloc, read) uv_read_start(stream, on_alloc, on_read)
#define PyInit__cpyuv PyInit_of_pyuv
#include "pyuv.c"
#undef PyInit__cpyuv

/* Reading. pyuv reads up to 64 KiB into a buffer of the loop and copies them into a bytes object.
 *
 * Here a stream reads straight into a bytes object, which serves again once nobody else refers
 * to it: no copy, and memory that is warm in the cache. When that was full and more is wanted, the
 * next read is for 256 KiB: fewer system calls and wake-ups. There are a few of these objects, so
 * what a program keeps of them is bounded; while it keeps them all, and for what is small, it is
 * as in pyuv. They need the GIL, and live until uv_run() has nothing left to do. */
#define READ PYUV_SLAB_SIZE
#define BIG_READ (4 * READ)
#define SMALL_READ 8192 /* up to here a copy costs less than what it would keep */
#define READ_WAS_FULL (1 << 8) /* a flag of a pyuv handle, which has one of its own, 1 << 1 */
static __thread PyObject *big[4];

static PyObject *find_big(void)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(big); i++) {
        if (big[i] == NULL)
            big[i] = PyBytes_FromStringAndSize(NULL, BIG_READ);
        if (big[i] == NULL)
            PyErr_Clear(); /* the loop's own buffer will do */
        else if (Py_REFCNT(big[i]) == 1)
            return big[i];
    }
    return NULL;
}

static void forget_big(void)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(big); i++)
        Py_CLEAR(big[i]);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    PyObject *data = gil_is_kept ? find_big() : NULL;
    int flags = HANDLE(handle->data)->flags;
    if (data != NULL)
        *buffer = uv_buf_init(PyBytes_AS_STRING(data), flags & READ_WAS_FULL ? BIG_READ : READ);
    else
        pyuv__alloc_cb(handle, suggested, buffer);
}

static PyObject *bytes_of(Loop *loop, const uv_buf_t *buffer, ssize_t size)
{
    PyObject *data;
    loop->buffer.in_use = False;
    if (size < 0)
        return Py_NewRef(Py_None);
    if (buffer->base == loop->buffer.slab || size <= SMALL_READ)
        return PyBytes_FromStringAndSize(buffer->base, size);
    data = (PyObject *) (buffer->base - offsetof(PyBytesObject, ob_sval));
    Py_SET_SIZE(data, size);
    ((PyBytesObject *) data)->ob_shash = -1; /* the hash is not known any more */
    ((PyBytesObject *) data)->ob_sval[size] = 0;
    return Py_NewRef(data);
}

static void on_read(uv_stream_t *handle, ssize_t size, const uv_buf_t *buffer)
{
    PyGILState_STATE state = PyGILState_Ensure();
    Stream *self = handle->data;
    Loop *loop = handle->loop->data;
    PyObject *callback = self->on_read_cb;
    PyObject *arguments[4] = {NULL, (PyObject *) self};
    PyObject *result = NULL;

    Py_INCREF(self);
    Py_INCREF(callback);
    arguments[2] = bytes_of(loop, buffer, size);
    if (size >= 0) {
        arguments[3] = Py_NewRef(Py_None);
    } else {
        uv_read_stop(handle); /* as pyuv does: it would not stop by itself */
        arguments[3] = PyLong_FromSsize_t(size);
    }
    if (arguments[2] != NULL && arguments[3] != NULL)
        result = PyObject_Vectorcall(callback, arguments + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (result == NULL)
        handle_uncaught_exception(loop);
    if (size >= READ && self->on_read_cb != NULL)
        HANDLE(self)->flags |= READ_WAS_FULL;
    else
        HANDLE(self)->flags &= ~READ_WAS_FULL;
    Py_XDECREF(result);
    Py_XDECREF(arguments[2]);
    Py_XDECREF(arguments[3]);
    Py_DECREF(callback);
    Py_DECREF(self);
    PyGILState_Release(state);
}

/* try_write(data), without a tuple and a format to parse. */
static PyObject *try_write(Stream *self, PyObject *data)
{
    Py_buffer view = {0};
    uv_buf_t buffer; /* not by uv_buf_init(), whose sizes have 32 bits */
    int sent;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (PyBytes_CheckExact(data)) {
        buffer.base = PyBytes_AS_STRING(data);
        buffer.len = PyBytes_GET_SIZE(data);
    } else {
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
            return NULL;
        buffer.base = view.buf;
        buffer.len = view.len;
    }
    sent = uv_try_write((uv_stream_t *) UV_HANDLE(self), &buffer, 1);
    PyBuffer_Release(&view);
    if (sent < 0) {
        RAISE_STREAM_EXCEPTION(sent, UV_HANDLE(self));
        return NULL;
    }
    return PyLong_FromLong(sent);
}

/* write(chunks, ...): pyuv does not give back its reference to a list that it has written. */
static PyObject *give_back(PyObject *result, PyObject *args)
{
    if (result != NULL && PyList_CheckExact(PyTuple_GET_ITEM(args, 0)))
        Py_DECREF(PyTuple_GET_ITEM(args, 0));
    return result;
}

static PyObject *stream_write(Stream *self, PyObject *args)
{
    return give_back(Stream_func_write(self, args), args);
}

static PyObject *pipe_write(Pipe *self, PyObject *args)
{
    return give_back(Pipe_func_write(self, args), args);
}

static void replace(PyMethodDef *methods, const char *name, PyCFunction function, int flags)
{
    while (strcmp(methods->ml_name, name) != 0)
        methods++;
    methods->ml_meth = function;
    methods->ml_flags = flags;
}

PyMODINIT_FUNC PyInit__cpyuv(void)
{
    replace(Stream_tp_methods, "try_write", (PyCFunction) try_write, METH_O);
    replace(Stream_tp_methods, "write", (PyCFunction) stream_write, METH_VARARGS);
    replace(Pipe_tp_methods, "write", (PyCFunction) pipe_write, METH_VARARGS);
    return PyInit_of_pyuv();
}
