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

/* send(data, on_sent): one attempt, and what the kernel did not take is queued. The number of bytes that are. */
#define SMALL_CHUNK 4096       /* fewer bytes are cheaper to copy than to hand over by themselves */
#define JOIN_LIMIT (64 * 1024) /* small ones are joined until they are that many bytes */
#define MOST_BUFFERS (1 << 20) /* that libuv takes at a time */

typedef struct {
    uv_write_t request;
    Stream *stream;
    PyObject *on_sent;
    int count;
    PyObject *kept[]; /* bytes objects, which the queued bytes are in */
} Sending;

static void forget_kept(Sending *sending)
{
    while (sending->count > 0)
        Py_DECREF(sending->kept[--sending->count]);
}

static void on_rest_sent(uv_write_t *request, int status)
{
    PyGILState_STATE state = PyGILState_Ensure();
    Sending *sending = (Sending *) request;
    Stream *self = sending->stream;
    PyObject *on_sent = sending->on_sent;
    PyObject *reason = status < 0 ? PyLong_FromLong(status) : Py_NewRef(Py_None), *result = NULL;

    forget_kept(sending); /* before more is written */
    PyMem_Free(sending);
    if (reason != NULL)
        result = PyObject_CallFunctionObjArgs(on_sent, self, reason, NULL);
    if (result == NULL)
        note_failure(HANDLE(self)->loop);
    Py_XDECREF(result);
    Py_XDECREF(reason);
    Py_DECREF(on_sent);
    Py_DECREF(self);
    PyGILState_Release(state);
}

/* The bytes object that the buffer is in. Of what its owner could change meanwhile that is a copy. */
static PyObject *keep(PyObject *object, uv_buf_t *buffer)
{
    PyObject *owner = PyMemoryView_Check(object) ? PyMemoryView_GET_BASE(object) : object, *copy;

    if (owner != NULL && PyBytes_CheckExact(owner))
        return Py_NewRef(owner);
    copy = PyBytes_FromStringAndSize(buffer->base, buffer->len);
    if (copy != NULL)
        buffer->base = PyBytes_AS_STRING(copy);
    return copy;
}

/* After the attempt: `sent` is what uv_try_write() answered. No Python code runs in between, or it could
 * write what then comes first. */
__attribute__((noinline)) static PyObject *queue_rest(Stream *self, PyObject *const *objects, uv_buf_t *buffers,
                                                      int count, int sent, PyObject *on_sent)
{
    uv_stream_t *stream = (uv_stream_t *) UV_HANDLE(self);
    size_t taken = sent > 0 ? sent : 0, left = 0;
    int status, waits;
    Sending *sending;

    if (sent < 0 && sent != UV_EAGAIN && sent != UV_ENOBUFS) {
        RAISE_STREAM_EXCEPTION(sent, UV_HANDLE(self));
        return NULL;
    }
    for (; count > 0 && taken >= buffers->len; count--, buffers++, objects++)
        taken -= buffers->len;
    if (count == 0)
        return PyLong_FromLong(0);
    buffers->base += taken;
    buffers->len -= taken;

    sending = PyMem_Malloc(sizeof *sending + count * sizeof *sending->kept);
    if (sending == NULL)
        return PyErr_NoMemory();
    for (sending->count = 0; sending->count < count; sending->count++) {
        sending->kept[sending->count] = keep(objects[sending->count], &buffers[sending->count]);
        if (sending->kept[sending->count] == NULL)
            goto failed;
        left += buffers[sending->count].len;
    }
    sending->stream = self;
    sending->on_sent = on_sent;
    /* When libuv sees that something is queued it waits until the kernel takes more, and does not try once
     * more now. Of a terminal that blocks it would expect that nothing is ever queued. */
    waits = stream->type != UV_TTY;
    stream->write_queue_size += waits;
    status = uv_write(&sending->request, stream, buffers, count, on_rest_sent);
    stream->write_queue_size -= waits;
    if (status < 0) {
        RAISE_STREAM_EXCEPTION(status, UV_HANDLE(self));
        goto failed;
    }
    Py_INCREF(self); /* both until the callback */
    Py_INCREF(on_sent);
    return PyLong_FromSize_t(left);
failed:
    forget_kept(sending);
    PyMem_Free(sending);
    return NULL;
}

/* A new reference to what holds one chunk of a list: bytes, or a memoryview when it is large. */
static PyObject *hold(PyObject *chunk, uv_buf_t *buffer, size_t small)
{
    PyObject *view, *copy;
    Py_buffer *of_view;

    if (PyBytes_CheckExact(chunk)) {
        buffer->base = PyBytes_AS_STRING(chunk);
        buffer->len = PyBytes_GET_SIZE(chunk);
        return Py_NewRef(chunk);
    }
    view = PyMemoryView_FromObject(chunk);
    if (view == NULL)
        return NULL;
    of_view = PyMemoryView_GET_BUFFER(view);
    if (!PyBuffer_IsContiguous(of_view, 'C')) {
        PyErr_SetString(PyExc_BufferError, "a chunk is not C-contiguous");
        Py_DECREF(view);
        return NULL;
    }
    buffer->base = of_view->buf;
    buffer->len = of_view->len;
    if (buffer->len >= small)
        return view;
    copy = PyBytes_FromStringAndSize(buffer->base, buffer->len);
    if (copy != NULL)
        buffer->base = PyBytes_AS_STRING(copy);
    Py_DECREF(view);
    return copy;
}

static PyObject *join(const uv_buf_t *buffers, Py_ssize_t count, size_t size)
{
    PyObject *joined = PyBytes_FromStringAndSize(NULL, size);
    char *end = joined ? PyBytes_AS_STRING(joined) : NULL;

    for (; joined != NULL && count > 0; count--, buffers++) {
        memcpy(end, buffers->base, buffers->len);
        end += buffers->len;
    }
    return joined;
}

/* Joins small neighbours, in place: how many chunks there are then, none of which is empty; -1 is an error. */
static Py_ssize_t join_small(PyObject **objects, uv_buf_t *buffers, Py_ssize_t count, size_t small)
{
    Py_ssize_t from, to, i, n = 0;
    PyObject *object;

    for (from = 0; from < count; from = to) {
        size_t size = 0;
        char *start = buffers[from].base;
        for (to = from; to < count && buffers[to].len < small && size < JOIN_LIMIT; to++)
            size += buffers[to].len;
        if (to == from) /* a large one */
            size = buffers[to++].len;
        object = to - from > 1 && size > 0 ? join(buffers + from, to - from, size) : Py_NewRef(objects[from]);
        if (object == NULL)
            return -1;
        if (to - from > 1)
            start = PyBytes_AS_STRING(object);
        for (i = from; i < to; i++)
            Py_CLEAR(objects[i]);
        if (size == 0) {
            Py_DECREF(object);
            continue;
        }
        objects[n] = object;
        buffers[n].base = start;
        buffers[n++].len = size;
    }
    return n;
}

static int is_open(Stream *self)
{
    if (!uv_is_closing(UV_HANDLE(self)))
        return 1;
    PyErr_SetString(PyExc_HandleClosedError, "Handle is closing/closed");
    return 0;
}

static PyObject *send_list(Stream *self, PyObject *data, PyObject *on_sent)
{
    PyObject *chunks = PySequence_Tuple(data), *result = NULL; /* that nobody changes meanwhile */
    Py_ssize_t count = chunks ? PyTuple_GET_SIZE(chunks) : 0, n, i;
    size_t small = count < MOST_BUFFERS ? SMALL_CHUNK : JOIN_LIMIT;
    PyObject **objects;
    uv_buf_t *buffers;

    if (chunks == NULL)
        return NULL;
    objects = PyMem_RawCalloc(count, sizeof *objects);
    buffers = PyMem_RawCalloc(count, sizeof *buffers);
    if (objects == NULL || buffers == NULL) {
        PyErr_NoMemory();
        goto done;
    }
    for (i = 0; i < count; i++) {
        objects[i] = hold(PyTuple_GET_ITEM(chunks, i), &buffers[i], small);
        if (objects[i] == NULL)
            goto done;
    }
    n = join_small(objects, buffers, count, small);
    if (n > MOST_BUFFERS)
        PyErr_SetString(PyExc_ValueError, "iterable is too long");
    else if (n == 0)
        result = PyLong_FromLong(0);
    else if (n > 0 && is_open(self)) /* Python code may have run */
        result = queue_rest(self, objects, buffers, (int) n,
                            uv_try_write((uv_stream_t *) UV_HANDLE(self), buffers, (int) n), on_sent);
done:
    for (i = 0; objects != NULL && i < count; i++)
        Py_XDECREF(objects[i]);
    PyMem_Free(objects);
    PyMem_Free(buffers);
    Py_DECREF(chunks);
    return result;
}

__attribute__((noinline)) static PyObject *send_other(Stream *self, PyObject *data, PyObject *on_sent)
{
    PyObject *result = NULL;
    Py_buffer view;
    uv_buf_t buffer;

    if (!PyObject_CheckBuffer(data)) {
        if (!PyUnicode_Check(data) && PySequence_Check(data))
            return send_list(self, data, on_sent);
        PyErr_SetString(PyExc_TypeError, "only bytes and sequences are supported");
        return NULL;
    }
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    buffer.base = view.buf;
    buffer.len = view.len;
    if (is_open(self)) /* Python code may have run */
        result = queue_rest(self, &data, &buffer, 1, uv_try_write((uv_stream_t *) UV_HANDLE(self), &buffer, 1),
                            on_sent);
    PyBuffer_Release(&view);
    return result;
}

/* The common case is as short as try_write(): all of libuv's part is compiled into it, and nothing else. */
__attribute__((flatten)) static PyObject *stream_send(Stream *self, PyObject *const *args, Py_ssize_t count)
{
    uv_buf_t buffer;
    int sent;

    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "send() takes 2 arguments (%zd given)", count);
        return NULL;
    }
    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (Py_TYPE(args[1])->tp_call == NULL) {
        PyErr_SetString(PyExc_TypeError, "'on_sent' must be a callable");
        return NULL;
    }
    if (!PyBytes_CheckExact(args[0]))
        return send_other(self, args[0], args[1]);
    buffer.base = PyBytes_AS_STRING(args[0]);
    buffer.len = PyBytes_GET_SIZE(args[0]);
    sent = uv_try_write((uv_stream_t *) UV_HANDLE(self), &buffer, 1);
    if (sent == (Py_ssize_t) buffer.len)
        return PyLong_FromLong(0);
    return queue_rest(self, args, &buffer, 1, sent, args[1]);
}
