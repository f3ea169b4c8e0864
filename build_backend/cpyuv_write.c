/* Writing. */

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

/* What one write() holds until it is done. pyuv's own pyuv__stream_write_cb() gives it back. */
static void free_write(stream_write_ctx *context)
{
    for (int i = 0; i < context->view_count; i++)
        PyBuffer_Release(&context->views[i]);
    if (context->views != context->viewsml)
        PyMem_Free(context->views);
    Py_XDECREF(context->callback);
    Py_XDECREF(context->send_handle);
    PyMem_Free(context);
}

static int start_write(Stream *self, stream_write_ctx *context, uv_buf_t *buffers, int count)
{
    uv_stream_t *stream = (uv_stream_t *) UV_HANDLE(self);
    if (context->send_handle == NULL)
        return uv_write(&context->req, stream, buffers, count, pyuv__stream_write_cb);
    return uv_write2(&context->req, stream, buffers, count,
                     (uv_stream_t *) UV_HANDLE(context->send_handle), pyuv__stream_write_cb);
}

/* Writes `count` objects. Both arrays are on the heap when they are large: a queue has as many chunks as the
 * peer leaves unread, and in pyuv, which has one on the stack, that many end the process. */
static PyObject *write_all(Stream *self, PyObject **chunks, int count, PyObject *callback, PyObject *send_handle)
{
    stream_write_ctx *context = PyMem_Malloc(sizeof *context);
    uv_buf_t few[ARRAY_SIZE(context->viewsml)], *buffers = few;
    PyObject *result = NULL;
    int i, status;

    if (context == NULL)
        return PyErr_NoMemory();
    context->obj = self;
    context->callback = Py_NewRef(callback);
    context->send_handle = Py_XNewRef(send_handle);
    context->views = context->viewsml;
    context->view_count = 0;
    if (count > (int) ARRAY_SIZE(few)) {
        context->views = PyMem_Malloc(count * sizeof *context->views);
        buffers = PyMem_Malloc(count * sizeof *buffers);
        if (context->views == NULL || buffers == NULL) {
            PyErr_NoMemory();
            goto done;
        }
    }
    for (i = 0; i < count; i++) {
        if (PyObject_GetBuffer(chunks[i], &context->views[i], PyBUF_SIMPLE) < 0)
            goto done;
        context->view_count++;
        buffers[i].base = context->views[i].buf;
        buffers[i].len = context->views[i].len;
    }
    if (uv_is_closing(UV_HANDLE(self))) { /* taking a buffer may have run Python code */
        PyErr_SetString(PyExc_HandleClosedError, "Handle is closing/closed");
        goto done;
    }
    status = start_write(self, context, buffers, count);
    if (status < 0) {
        RAISE_STREAM_EXCEPTION(status, UV_HANDLE(self));
        goto done;
    }
    Py_INCREF(self); /* until the callback */
    context = NULL;
    result = Py_NewRef(Py_None);
done:
    if (buffers != few)
        PyMem_Free(buffers); /* libuv has copied them */
    if (context != NULL)
        free_write(context);
    return result;
}

static PyObject *write_data(Stream *self, PyObject *data, PyObject *callback, PyObject *send_handle)
{
    PyObject *chunks, *result = NULL;

    if (callback != Py_None && !PyCallable_Check(callback)) {
        PyErr_SetString(PyExc_TypeError, "'callback' must be a callable or None");
        return NULL;
    }
    if (PyObject_CheckBuffer(data))
        return write_all(self, &data, 1, callback, send_handle);
    if (PyUnicode_Check(data) || !PySequence_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "only bytes and sequences are supported");
        return NULL;
    }
    chunks = PySequence_Tuple(data); /* that nobody changes meanwhile */
    if (chunks == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(chunks) == 0)
        PyErr_SetString(PyExc_ValueError, "iterable is empty");
    else if (PyTuple_GET_SIZE(chunks) > INT_MAX)
        PyErr_SetString(PyExc_ValueError, "iterable is too long");
    else
        result = write_all(self, &PyTuple_GET_ITEM(chunks, 0), (int) PyTuple_GET_SIZE(chunks), callback,
                           send_handle);
    Py_DECREF(chunks);
    return result;
}

/* write(data, callback=None) */
static PyObject *stream_write(Stream *self, PyObject *args)
{
    PyObject *data, *callback = Py_None;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (!PyArg_ParseTuple(args, "O|O:write", &data, &callback))
        return NULL;
    return write_data(self, data, callback, NULL);
}

/* A Pipe's write(data, callback=None, send_handle=None) */
static PyObject *pipe_write(Pipe *self, PyObject *args)
{
    PyObject *data, *callback = Py_None, *send_handle = Py_None;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (!PyArg_ParseTuple(args, "O|OO:write", &data, &callback, &send_handle))
        return NULL;
    if (send_handle == Py_None) {
        send_handle = NULL;
    } else if (PyObject_TypeCheck(send_handle, &StreamType)) {
        RAISE_IF_HANDLE_NOT_INITIALIZED(send_handle, NULL);
        if (UV_HANDLE(send_handle)->type != UV_TCP && UV_HANDLE(send_handle)->type != UV_NAMED_PIPE) {
            PyErr_SetString(PyExc_TypeError, "Only TCP and Pipe objects are supported");
            return NULL;
        }
    } else if (!PyObject_TypeCheck(send_handle, &UDPType)) {
        PyErr_SetString(PyExc_TypeError, "Only Stream and UDP objects are supported");
        return NULL;
    }
    return write_data((Stream *) self, data, callback, send_handle);
}

/* UDP's send(address, data, callback=None). A list is one datagram, so its parts are joined: pyuv would put
 * an array of their number on the stack, and never give the list back. */
static PyObject *udp_send(UDP *self, PyObject *args)
{
    PyObject *address, *data, *callback = Py_None, *empty, *result = NULL;

    if (!PyArg_ParseTuple(args, "OO|O:send", &address, &data, &callback))
        return NULL;
    if (PyObject_CheckBuffer(data) || PyUnicode_Check(data) || !PySequence_Check(data))
        return UDP_func_send(self, args);
    if (PySequence_Size(data) == 0) {
        PyErr_SetString(PyExc_ValueError, "iterable is empty");
        return NULL;
    }
    empty = PyBytes_FromStringAndSize(NULL, 0);
    data = empty ? PyObject_CallMethod(empty, "join", "O", data) : NULL;
    args = data ? PyTuple_Pack(3, address, data, callback) : NULL;
    if (args != NULL)
        result = UDP_func_send(self, args);
    Py_XDECREF(args);
    Py_XDECREF(data);
    Py_XDECREF(empty);
    return result;
}
