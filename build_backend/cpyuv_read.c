/* Reading. pyuv reads up to 64 KiB into a buffer of the loop and copies them into a bytes object.
 *
 * Here a stream reads straight into a bytes object, which serves again once nobody else refers
 * to it: no copy, and memory that is warm in the cache. When that was full and more is wanted, the
 * next reads are for 256 KiB, until one is small: fewer system calls and wake-ups. What comes in blocks of
 * 64 KiB would otherwise fill each second read, after which libuv tries another in vain.
 *
 * There are a few of these objects for the whole process, so what a program keeps of them is bounded; while
 * it keeps them all, and for what is small, it is as in pyuv. They need the GIL, which a read holds from
 * on_alloc() to on_read(). */
#define READ PYUV_SLAB_SIZE
#define BIG_READ (4 * READ)
#define SMALL_READ 8192 /* up to here a copy costs less than what it would keep */
#define READS_MUCH (1 << 8) /* a flag of a pyuv handle, which has one of its own, 1 << 1 */
static PyObject *big[4];

/* Fairness. libuv reads from one stream up to 32 times in a row while reads are full, which would be 8 MiB.
 * After so many bytes on_alloc() gives no memory: libuv ends its turn by UV_ENOBUFS, on_read() keeps that
 * to itself, and since there is more to read, epoll names the stream again after the others. */
#define READ_IN_A_ROW BIG_READ

static void pyuv__alloc_cb(uv_handle_t *, size_t, uv_buf_t *);
static void on_alloc(uv_handle_t *, size_t, uv_buf_t *);
static void on_read(uv_stream_t *, ssize_t, const uv_buf_t *);
static int is_flow(PyObject *);
static PyObject *flow(Stream *, PyObject *, PyObject *, PyObject *);
#define uv_read_start(stream, alloc, read) uv_read_start(stream, on_alloc, on_read)

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

/* When a loop has nothing left to do. What the program still holds stays counted. */
static void forget_big(void)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(big); i++)
        if (big[i] != NULL && Py_REFCNT(big[i]) == 1)
            Py_CLEAR(big[i]);
}

static int has_read_enough(uv_handle_t *handle)
{
    NetuvLoop *loop = handle->loop->data;
    return loop->reads == handle && loop->reads_size >= READ_IN_A_ROW;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    PyObject *data;
    int flags = HANDLE(handle->data)->flags;

    if (has_read_enough(handle)) {
        *buffer = uv_buf_init(NULL, 0);
        return;
    }
    data = GIL_IS_KEPT ? find_big() : NULL;
    if (data != NULL)
        *buffer = uv_buf_init(PyBytes_AS_STRING(data), flags & READS_MUCH ? BIG_READ : READ);
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
    PyGILState_STATE state;
    Stream *self = handle->data;
    Loop *loop = handle->loop->data;
    NetuvLoop *own = (NetuvLoop *) loop;
    PyObject *callback;
    PyObject *arguments[4] = {NULL, (PyObject *) self};
    PyObject *result = NULL;

    if (size == UV_ENOBUFS && has_read_enough((uv_handle_t *) handle)) {
        own->reads = NULL;
        return;
    }
    /* A read that is not full ends the stream's turn by itself. */
    if (own->reads != (uv_handle_t *) handle)
        own->reads_size = 0;
    own->reads = size == (ssize_t) buffer->len ? (uv_handle_t *) handle : NULL;
    own->reads_size += size;
    if (size == 0) { /* there was nothing more after a read that was full */
        loop->buffer.in_use = False;
        return;
    }

    state = PyGILState_Ensure();
    Py_INCREF(self);
    arguments[2] = bytes_of(loop, buffer, size);
    if (self->on_read_cb == NULL) { /* a signal handler has stopped the reading meanwhile */
        Py_XDECREF(arguments[2]);
        Py_DECREF(self);
        PyGILState_Release(state);
        return;
    }
    callback = Py_NewRef(self->on_read_cb);
    if (size >= 0) {
        arguments[3] = Py_NewRef(Py_None);
    } else {
        uv_read_stop(handle); /* as pyuv does: it would not stop by itself */
        arguments[3] = PyLong_FromSsize_t(size);
    }
    if (arguments[2] == NULL || arguments[3] == NULL)
        result = NULL;
    else if (is_flow(callback))
        result = flow(self, callback, arguments[2], arguments[3]);
    else
        result = PyObject_Vectorcall(callback, arguments + 1, 3 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    if (result == NULL)
        note_failure(loop);
    if (size <= SMALL_READ || self->on_read_cb == NULL)
        HANDLE(self)->flags &= ~READS_MUCH;
    else if (size >= READ)
        HANDLE(self)->flags |= READS_MUCH;
    Py_XDECREF(result);
    Py_XDECREF(arguments[2]);
    Py_XDECREF(arguments[3]);
    Py_DECREF(callback);
    Py_DECREF(self);
    PyGILState_Release(state);
}
