/* How a Loop and its handles come and go. libuv's structs are inside the Python objects and linked to each
 * other, so a loop has to outlive its handles, and a handle the end of its closing. In pyuv the collector
 * may take the loop away first.
 *
 * Here a handle refers to its loop until it is closed. When a handle is dropped open, libuv is told to close
 * it and owns it from then on, without a reference to the loop. The loop, once nothing refers to it,
 * therefore has no handles left but such, and runs until they are closed. */

/* Loop(): an error of libuv, as at the limit of descriptors, has its status. */
static PyObject *loop_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *loop;

    loop_init_status = 0;
    loop = Loop_tp_new(type, args, keywords);
    if (loop != NULL)
        ((NetuvLoop *) loop)->forks = forks;
    else if (loop_init_status < 0)
        RAISE_UV_EXCEPTION(loop_init_status, PyExc_UVError);
    return loop;
}

/* Called by the collector, when the handle may still be open, and at the end. */
static int handle_clear(Handle *self)
{
    Py_CLEAR(self->on_close_cb);
    Py_CLEAR(self->dict);
    return 0;
}

static void handle_dealloc(Handle *self)
{
    Loop *loop = self->loop;

    if (self->initialized && !uv_is_closing(self->uv_handle)) {
        if (((NetuvLoop *) loop)->forks != forks)
            make_own(loop); /* or the parent's poll would lose the descriptor */
        self->loop = NULL;
        uv_close(self->uv_handle, pyuv__handle_dealloc_close_cb);
        Py_INCREF(self);
        resurrect_object((PyObject *) self);
        Py_DECREF(loop); /* which may close the handle, and free it, at once */
        return;
    }
    PyObject_GC_UnTrack(self);
    if (self->weakreflist != NULL)
        PyObject_ClearWeakRefs((PyObject *) self);
    subtype_clear((PyObject *) self);
    self->loop = NULL;
    Py_TYPE(self)->tp_free((PyObject *) self);
    Py_XDECREF(loop);
}

/* Nothing of Python's is called but the destructors of the handles. */
static int close_loop(Loop *self)
{
    struct run run = {.loop = self, .quiet = 1};
    int status;

    if (((NetuvLoop *) self)->forks != forks)
        make_own(self);
    status = uv_loop_close(self->uv_loop);
    /* The first turn may end at once by an old uv_stop(). */
    for (int i = 0; status == UV_EBUSY && i < 3; i++) {
        run_uv(&run, UV_RUN_NOWAIT);
        status = uv_loop_close(self->uv_loop);
    }
    return status;
}

static int loop_traverse(Loop *self, visitproc visit, void *arg)
{
    Py_VISIT(((NetuvLoop *) self)->ticks);
    return Loop_tp_traverse(self, visit, arg);
}

static int loop_clear(Loop *self)
{
    Py_CLEAR(((NetuvLoop *) self)->ticks);
    return Loop_tp_clear(self);
}

static void loop_dealloc(Loop *self)
{
    PyObject *type, *error, *trace;
    int status = 0;

    PyObject_GC_UnTrack(self);
    if (self->weakreflist != NULL)
        PyObject_ClearWeakRefs((PyObject *) self);
    PyErr_Fetch(&type, &error, &trace);
    Py_CLEAR(self->dict);
    Py_CLEAR(((NetuvLoop *) self)->ticks);
    if (self->uv_loop != NULL) {
        Py_SET_REFCNT((PyObject *) self, 1); /* or what happens meanwhile could free it a second time */
        status = close_loop(self);
        Py_SET_REFCNT((PyObject *) self, 0);
    }
    PyErr_Restore(type, error, trace);
    if (status == UV_EBUSY) {
        /* Somebody else's handles are open. Their links stay valid: the memory is never freed. */
        Py_INCREF(self);
        resurrect_object((PyObject *) self);
        return;
    }
    Py_TYPE(self)->tp_free((PyObject *) self);
}
