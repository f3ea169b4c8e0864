/* What a socket does for each message and each connection, where a Python function would cost more than all that
 * it does: the usual case of write(), the time stamp of an idle timer, and making the objects of its state.
 *
 * Nothing is decided here. What is not just as expected is done by the Python function that stands in netuv. */

/* like(object): another one of its type, with the same in its slots. The type has slots and nothing else. */
static PyObject *like(PyObject *module, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject *copy;

    if (type->tp_base != &PyBaseObject_Type || !(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || type->tp_itemsize != 0
        || type->tp_dictoffset != 0 || type->tp_weaklistoffset != 0) {
        PyErr_SetString(PyExc_TypeError, "an object with nothing but slots is required");
        return NULL;
    }
    copy = type->tp_alloc(type, 0);
    if (copy != NULL)
        for (Py_ssize_t offset = sizeof(PyObject); offset < type->tp_basicsize; offset += sizeof(PyObject *))
            *slot_of(copy, offset) = Py_XNewRef(*slot_of(object, offset));
    return copy;
}

/* A method that does the usual case of a Python function by itself: its name and its documentation are that one's. */
#define SHORT_HEAD \
    PyObject_HEAD \
    vectorcallfunc call; \
    PyObject *in_full;

typedef struct {
    SHORT_HEAD
} Short;

static PyObject *str_code;

static PyObject *Short_get(PyObject *self, PyObject *instance, PyObject *type)
{
    return instance == NULL || instance == Py_None ? Py_NewRef(self) : PyMethod_New(self, instance);
}

/* __name__, __code__, ... are the function's; the second is what netuv looks at when a listener is added. */
static PyObject *Short_getattro(Short *self, PyObject *name)
{
    PyObject *found = name == str_code ? NULL : PyObject_GenericGetAttr((PyObject *) self, name);

    if (found == NULL && (name == str_code || PyErr_ExceptionMatches(PyExc_AttributeError))) {
        PyErr_Clear();
        found = PyObject_GetAttr(self->in_full, name);
    }
    return found;
}

static PyObject *Short_repr(Short *self)
{
    return PyObject_Repr(self->in_full);
}

static PyObject *Short_doc(Short *self, void *nothing)
{
    return PyObject_GetAttrString(self->in_full, "__doc__");
}

static PyGetSetDef Short_getset[] = {{"__doc__", (getter) Short_doc}, {NULL}};

static PyMemberDef Short_members[] = {{"__wrapped__", T_OBJECT, offsetof(Short, in_full), READONLY}, {NULL}};

/* ShortWrite(in_full, left_over, not_sent, check_callback, writing, life): a method that is called as `in_full`,
 * a function with the parameters (stream, data, encoding, callback), and has its name and documentation.
 *
 * It sends by itself when the stream's ._writable_state and ._stream_life, of these two types, have nothing in
 * their slots that is in the way, their wire is one of pyuv's handles, data is bytes, or a str in UTF-8, and the
 * callback, if there is one, is a plain function. When the kernel has not taken all, left_over(stream, wire,
 * size, left, callback) goes on, and after an error not_sent(stream, error, callback). */
typedef struct {
    SHORT_HEAD
    PyObject *left_over, *not_sent, *check_callback;
    PyTypeObject *writing_type, *life_type;
    struct {
        Py_ssize_t phase, writing, queue, wire, sent;
    } writing;
    struct {
        Py_ssize_t phase, guard, errored;
    } life;
} ShortWrite;

static PyObject *str_writable_state, *str_stream_life, *str_idle, *str_on_sent, *str_check_callback,
    *str_default_encoding, *str_append, *zero, *only_none;

static int is_plain_function(PyObject *callback)
{
    PyObject *function = Py_IS_TYPE(callback, &PyMethod_Type) ? PyMethod_GET_FUNCTION(callback) : callback;
    return Py_IS_TYPE(function, &PyFunction_Type)
           && !(((PyCodeObject *) PyFunction_GET_CODE(function))->co_flags
                & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR));
}

/* Whether a tick that is queued now is run at the end of this callback, and the function is one to be called. */
static int can_call_back(ShortWrite *self, PyObject *stream, Stream *wire, PyObject *callback)
{
    PyObject *check;

    if (running == NULL || running->loop != HANDLE(wire)->loop || ((NetuvLoop *) running->loop)->ticks == NULL
        || !is_plain_function(callback))
        return 0;
    check = PyObject_GetAttr(stream, str_check_callback);
    Py_XDECREF(check);
    if (check == NULL)
        PyErr_Clear();
    return check == self->check_callback;
}

/* The bytes of a str in the stream's default encoding, if that is UTF-8 and can express it. */
static PyObject *encoded(PyObject *stream, PyObject *text)
{
    PyObject *encoding = PyObject_GetAttr(stream, str_default_encoding), *data = NULL;

    if (encoding != NULL && PyUnicode_Check(encoding) && PyUnicode_CompareWithASCIIString(encoding, "utf8") == 0)
        data = PyUnicode_AsUTF8String(text);
    Py_XDECREF(encoding);
    if (data == NULL)
        PyErr_Clear();
    return data;
}

/* All was sent: note it. */
static PyObject *note_sent(ShortWrite *self, PyObject *stream, PyObject *writing, Stream *wire, Py_ssize_t size,
                           PyObject *callback)
{
    PyObject *idle, *tick, *queued;
    int status;

    if (add_to_slot(writing, self->writing.sent, size) < 0)
        return NULL;
    idle = PyObject_GetAttr(stream, str_idle);
    if (idle == NULL)
        return NULL;
    status = idle == Py_None ? 0 : note_activity(idle);
    Py_DECREF(idle);
    if (status < 0)
        return NULL;
    if (callback != Py_None) {
        tick = PyTuple_Pack(2, callback, only_none);
        queued = tick ? PyObject_CallMethodOneArg(((NetuvLoop *) HANDLE(wire)->loop)->ticks, str_append, tick) : NULL;
        Py_XDECREF(tick);
        if (queued == NULL)
            return NULL;
        Py_DECREF(queued);
    }
    Py_RETURN_TRUE;
}

/* Something waits to be sent, or there was an error. */
__attribute__((noinline)) static PyObject *note_rest(ShortWrite *self, PyObject *stream, Stream *wire,
                                                     PyObject *data, int sent, PyObject *callback)
{
    uv_buf_t buffer = {PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data)};
    PyObject *on_sent = PyObject_GetAttr(stream, str_on_sent), *left, *size, *error, *result = NULL;

    if (on_sent == NULL)
        return NULL;
    left = queue_rest(wire, &data, &buffer, 1, sent, on_sent);
    Py_DECREF(on_sent);
    if (left != NULL) {
        size = PyLong_FromSsize_t(PyBytes_GET_SIZE(data));
        if (size != NULL)
            result = PyObject_CallFunctionObjArgs(self->left_over, stream, (PyObject *) wire, size, left, callback,
                                                  NULL);
        Py_XDECREF(size);
        Py_DECREF(left);
    } else if (PyErr_ExceptionMatches(PyExc_Exception)) {
        error = take_exception();
        result = PyObject_CallFunctionObjArgs(self->not_sent, stream, error, callback, NULL);
        Py_DECREF(error);
    }
    return result;
}

static PyObject *short_write(PyObject *callable, PyObject *const *args, size_t flags, PyObject *names)
{
    ShortWrite *self = (ShortWrite *) callable;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *stream, *data = NULL, *writing = NULL, *life = NULL, *result, *callback = Py_None;
    Stream *wire = NULL;
    uv_buf_t buffer;
    int sent;

    if (names != NULL || count < 2 || count > 4)
        goto in_full;
    stream = args[0];
    if (count > 2)
        callback = args[2] == Py_None && count == 4 ? args[3] : args[2];
    if (count == 4 && args[2] != Py_None)
        goto in_full;

    writing = PyObject_GetAttr(stream, str_writable_state);
    life = writing ? PyObject_GetAttr(stream, str_stream_life) : NULL;
    if (life == NULL) {
        PyErr_Clear();
        goto in_full;
    }
    if (!Py_IS_TYPE(writing, self->writing_type) || !Py_IS_TYPE(life, self->life_type)
        || *slot_of(life, self->life.phase) != zero || *slot_of(life, self->life.guard) != Py_None
        || *slot_of(life, self->life.errored) != Py_None || *slot_of(writing, self->writing.phase) != zero
        || *slot_of(writing, self->writing.writing) != Py_False
        || *slot_of(writing, self->writing.queue) != Py_None)
        goto in_full;
    wire = (Stream *) *slot_of(writing, self->writing.wire);
    if (wire == NULL || !(Py_IS_TYPE(wire, &TCPType) || Py_IS_TYPE(wire, &PipeType)) || !HANDLE(wire)->initialized
        || uv_is_closing(UV_HANDLE(wire))) {
        wire = NULL;
        goto in_full;
    }
    Py_INCREF(wire);
    if (callback != Py_None && !can_call_back(self, stream, wire, callback))
        goto in_full;
    if (PyBytes_CheckExact(args[1]))
        data = Py_NewRef(args[1]);
    else if (PyUnicode_CheckExact(args[1]))
        data = encoded(stream, args[1]);
    if (data == NULL)
        goto in_full;

    buffer.base = PyBytes_AS_STRING(data);
    buffer.len = PyBytes_GET_SIZE(data);
    sent = uv_try_write((uv_stream_t *) UV_HANDLE(wire), &buffer, 1);
    if (sent == (Py_ssize_t) buffer.len)
        result = note_sent(self, stream, writing, wire, sent, callback);
    else
        result = note_rest(self, stream, wire, data, sent, callback);
    goto done;
in_full:
    result = PyObject_Vectorcall(self->in_full, args, flags, names);
done:
    Py_XDECREF(data);
    Py_XDECREF(wire);
    Py_XDECREF(life);
    Py_XDECREF(writing);
    return result;
}

static int ShortWrite_traverse(ShortWrite *self, visitproc visit, void *arg)
{
    Py_VISIT(self->in_full);
    Py_VISIT(self->left_over);
    Py_VISIT(self->not_sent);
    Py_VISIT(self->check_callback);
    Py_VISIT(self->writing_type);
    Py_VISIT(self->life_type);
    return 0;
}

static int ShortWrite_clear(ShortWrite *self)
{
    Py_CLEAR(self->in_full);
    Py_CLEAR(self->left_over);
    Py_CLEAR(self->not_sent);
    Py_CLEAR(self->check_callback);
    Py_CLEAR(self->writing_type);
    Py_CLEAR(self->life_type);
    return 0;
}

static void ShortWrite_dealloc(ShortWrite *self)
{
    PyObject_GC_UnTrack(self);
    ShortWrite_clear(self);
    Py_TYPE(self)->tp_free((PyObject *) self);
}

static PyObject *ShortWrite_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *in_full, *left_over, *not_sent, *check_callback;
    PyTypeObject *writing, *life;
    ShortWrite *self;

    if (!PyArg_ParseTuple(args, "OOOOO!O!:ShortWrite", &in_full, &left_over, &not_sent, &check_callback,
                          &PyType_Type, &writing, &PyType_Type, &life))
        return NULL;
    self = (ShortWrite *) type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->call = short_write;
    self->in_full = Py_NewRef(in_full);
    self->left_over = Py_NewRef(left_over);
    self->not_sent = Py_NewRef(not_sent);
    self->check_callback = Py_NewRef(check_callback);
    self->writing_type = (PyTypeObject *) Py_NewRef(writing);
    self->life_type = (PyTypeObject *) Py_NewRef(life);
    if ((self->writing.phase = find_slot(writing, "phase")) == 0
        || (self->writing.writing = find_slot(writing, "writing")) == 0
        || (self->writing.queue = find_slot(writing, "queue")) == 0
        || (self->writing.wire = find_slot(writing, "wire")) == 0
        || (self->writing.sent = find_slot(writing, "sent")) == 0
        || (self->life.phase = find_slot(life, "phase")) == 0
        || (self->life.guard = find_slot(life, "guard")) == 0
        || (self->life.errored = find_slot(life, "errored")) == 0) {
        Py_DECREF(self);
        PyErr_SetString(PyExc_TypeError, "the types of the state have not the slots that are needed");
        return NULL;
    }
    return (PyObject *) self;
}

static PyTypeObject ShortWriteType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pyuv._cpyuv.ShortWrite",
    .tp_basicsize = sizeof(ShortWrite),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_vectorcall_offset = offsetof(ShortWrite, call),
    .tp_call = PyVectorcall_Call,
    .tp_new = ShortWrite_new,
    .tp_dealloc = (destructor) ShortWrite_dealloc,
    .tp_traverse = (traverseproc) ShortWrite_traverse,
    .tp_clear = (inquiry) ShortWrite_clear,
    .tp_repr = (reprfunc) Short_repr,
    .tp_getattro = (getattrofunc) Short_getattro,
    .tp_getset = Short_getset,
    .tp_members = Short_members,
    .tp_descr_get = Short_get,
};

static PyTypeObject ShortEmitType;

/* is_plain(value): whether it is a function, or a method of one, that runs when it is called: no generator and not
 * async. */
static PyObject *is_plain(PyObject *module, PyObject *value)
{
    PyObject *function = Py_IS_TYPE(value, &PyMethod_Type) ? PyMethod_GET_FUNCTION(value) : value;

    if (Py_IS_TYPE(function, &ShortWriteType) || Py_IS_TYPE(function, &ShortEmitType))
        function = ((Short *) function)->in_full;
    return PyBool_FromLong(is_plain_function(function));
}

static PyMethodDef short_functions[] = {
    {"is_plain", (PyCFunction) is_plain, METH_O,
     "is_plain(value): whether it is a function, or a method of one, that is no generator and not async."},
    {"like", (PyCFunction) like, METH_O,
     "like(object): another one of its type, with the same in its slots. The type has slots and nothing else."},
    {NULL}};

static int add_short(PyObject *module)
{
    struct {
        PyObject **where;
        const char *name;
    } names[] = {{&str_writable_state, "_writable_state"}, {&str_stream_life, "_stream_life"}, {&str_idle, "_idle"},
                 {&str_on_sent, "_on_sent"}, {&str_check_callback, "_check_callback"},
                 {&str_default_encoding, "_default_encoding"}, {&str_append, "append"}, {&str_code, "__code__"},
                 {&str_active, "active"}};

    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (*names[i].where == NULL && (*names[i].where = PyUnicode_InternFromString(names[i].name)) == NULL)
            return -1;
    if ((zero == NULL && (zero = PyLong_FromLong(0)) == NULL)
        || (only_none == NULL && (only_none = PyTuple_Pack(1, Py_None)) == NULL)
        || PyType_Ready(&ShortWriteType) < 0 || PyModule_AddFunctions(module, short_functions) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "ShortWrite", (PyObject *) &ShortWriteType);
}
