/* accept_new(no_delay): accepts the connection that waits, and makes its handle, in one call. */

static PyObject *accept_new(Stream *self, PyObject *no_delay)
{
    Loop *loop;
    Stream *client;
    PyObject *nothing;
    int is_tcp, status, wants_no_delay;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    is_tcp = UV_HANDLE(self)->type == UV_TCP;
    if (!is_tcp && UV_HANDLE(self)->type != UV_NAMED_PIPE) {
        PyErr_SetString(PyExc_TypeError, "only TCP and Pipe handles accept");
        return NULL;
    }
    wants_no_delay = PyObject_IsTrue(no_delay);
    nothing = wants_no_delay < 0 ? NULL : PyTuple_New(0);
    if (nothing == NULL)
        return NULL;
    client = (Stream *) (is_tcp ? TCP_tp_new(&TCPType, nothing, NULL) : Pipe_tp_new(&PipeType, nothing, NULL));
    Py_DECREF(nothing);
    if (client == NULL)
        return NULL;
    loop = HANDLE(self)->loop;
    status = is_tcp ? uv_tcp_init(loop->uv_loop, &((TCP *) client)->tcp_h)
                    : uv_pipe_init(loop->uv_loop, &((Pipe *) client)->pipe_h, 0);
    if (status == 0) {
        initialize_handle(HANDLE(client), loop);
        status = uv_accept((uv_stream_t *) UV_HANDLE(self), (uv_stream_t *) UV_HANDLE(client));
    }
    if (status < 0) {
        RAISE_STREAM_EXCEPTION(status, UV_HANDLE(self));
        Py_DECREF(client); /* which closes it */
        return NULL;
    }
    if (is_tcp && wants_no_delay)
        uv_tcp_nodelay(&((TCP *) client)->tcp_h, 1); /* the connection works without, too */
    return (PyObject *) client;
}
