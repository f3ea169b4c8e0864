/* The names of Unix sockets, by the calls of libuv that take their length (from 1.46 on). pyuv has code of
 * its own for abstract ones: it cuts them at 107 bytes, lets children inherit the socket, and waits in
 * connect(), with the GIL, when the listener's queue is full. */
#if UV_VERSION_HEX >= 0x012e00
#define UV_PIPE_TAKES_LENGTH

/* bind(name) */
static PyObject *pipe_bind(Pipe *self, PyObject *args)
{
    const char *name;
    Py_ssize_t size;
    int status;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (!PyArg_ParseTuple(args, "s#:bind", &name, &size))
        return NULL;
    status = uv_pipe_bind2(&self->pipe_h, name, size, UV_PIPE_NO_TRUNCATE);
    if (status < 0) {
        RAISE_UV_EXCEPTION(status, PyExc_PipeError);
        return NULL;
    }
    Py_RETURN_NONE;
}

/* connect(name, callback). What the kernel says comes to the callback, what libuv refuses is raised. */
static PyObject *pipe_connect(Pipe *self, PyObject *args)
{
    const char *name;
    Py_ssize_t size;
    PyObject *callback;
    uv_connect_t *request;
    int status;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (!PyArg_ParseTuple(args, "s#O:connect", &name, &size, &callback))
        return NULL;
    if (!PyCallable_Check(callback)) {
        PyErr_SetString(PyExc_TypeError, "a callable is required");
        return NULL;
    }
    request = PyMem_Malloc(sizeof *request);
    if (request == NULL)
        return PyErr_NoMemory();
    request->data = callback;
    status = uv_pipe_connect2(request, &self->pipe_h, name, size, UV_PIPE_NO_TRUNCATE, pyuv__pipe_connect_cb);
    if (status < 0) {
        PyMem_Free(request);
        RAISE_UV_EXCEPTION(status, PyExc_PipeError);
        return NULL;
    }
    Py_INCREF(callback);
    Py_INCREF(self); /* both until the callback */
    Py_RETURN_NONE;
}
#endif
