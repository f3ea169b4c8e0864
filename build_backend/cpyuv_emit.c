/* ShortEmit(in_full, raised): emit() of an emitter, called as `in_full`, a function with the parameters (emitter, event,
 * *args, **kwargs). The usual case is done here: the listeners are a plain tuple, or there are none. 'error', and all
 * that is not as expected, is the function's. The context of the emitter is entered as its Within.run() does it.
 *
 * When a listener raises, raised(emitter, event, listener, later ones, args, error) is called before that goes on. */
typedef struct {
    SHORT_HEAD
    PyObject *raised;
} ShortEmit;

static PyObject *str_events, *str_within, *str_error, *no_arguments;

/* Where a Within, which is emitter._within, keeps its context and whether that is entered. */
static struct {
    PyTypeObject *type;
    Py_ssize_t context, entered;
} within_slots;

static int is_within(PyObject *object)
{
    Py_ssize_t context, entered;

    if (!Py_IS_TYPE(object, within_slots.type)) {
        context = find_slot(Py_TYPE(object), "context");
        entered = find_slot(Py_TYPE(object), "entered");
        if (context == 0 || entered == 0
            || (within_slots.type != NULL && (context != within_slots.context || entered != within_slots.entered)))
            return 0;
        Py_XSETREF(within_slots.type, (PyTypeObject *) Py_NewRef(Py_TYPE(object))); /* imported anew it is alike */
        within_slots.context = context;
        within_slots.entered = entered;
    }
    return *slot_of(object, within_slots.entered) != NULL && *slot_of(object, within_slots.context) != NULL
        && PyContext_CheckExact(*slot_of(object, within_slots.context));
}

static void set_entered(PyObject *within, PyObject *entered)
{
    Py_XSETREF(*slot_of(within, within_slots.entered), Py_NewRef(entered));
}

/* With `context`, a new reference, it is to be left; without, it is entered already. -1 with an exception. */
static int enter_context(PyObject *within, PyObject **context)
{
    *context = NULL;
    if (*slot_of(within, within_slots.entered) == Py_True)
        return 0;
    *context = Py_NewRef(*slot_of(within, within_slots.context)); /* a listener may put another one there */
    if (PyContext_Enter(*context) < 0) {
        Py_CLEAR(*context);
        return -1;
    }
    set_entered(within, Py_True);
    return 0;
}

/* An exception that is set goes on. */
static int leave_context(PyObject *within, PyObject *context)
{
    int status;

    set_entered(within, Py_False);
    status = PyContext_Exit(context);
    Py_DECREF(context);
    return status;
}

/* A new reference to the listeners, or to an empty tuple; NULL without an exception when it is not as expected.
 * With `within`, a new reference, they run in that. */
static PyObject *usual_listeners(PyObject *emitter, PyObject *event, PyObject **within)
{
    PyObject *events, *listeners = NULL;

    *within = NULL;
    if (!PyUnicode_CheckExact(event) || event == str_error || PyUnicode_Compare(event, str_error) == 0)
        return NULL;
    events = PyObject_GetAttr(emitter, str_events);
    if (events != NULL && PyDict_CheckExact(events)) {
        listeners = PyDict_GetItemWithError(events, event);
        if (listeners == NULL && !PyErr_Occurred())
            listeners = no_arguments;
        Py_XINCREF(listeners);
    }
    Py_XDECREF(events);
    if (listeners != NULL && listeners != no_arguments) {
        *within = PyObject_GetAttr(emitter, str_within);
        if (!PyTuple_CheckExact(listeners) || *within == NULL || (*within != Py_None && !is_within(*within)))
            Py_CLEAR(listeners);
        if (listeners == NULL || *within == Py_None)
            Py_CLEAR(*within);
    }
    PyErr_Clear();
    return listeners;
}

/* The exception that is set goes on, unless raised() lets out another. */
static void tell_raised(ShortEmit *self, PyObject *const *args, Py_ssize_t count, PyObject *listeners, Py_ssize_t index)
{
    PyObject *error = take_exception(), *others, *given, *result = NULL;

    others = PyTuple_GetSlice(listeners, index + 1, PyTuple_GET_SIZE(listeners));
    given = PyTuple_New(count - 2);
    for (Py_ssize_t i = 2; given != NULL && i < count; i++)
        PyTuple_SET_ITEM(given, i - 2, Py_NewRef(args[i]));
    if (others != NULL && given != NULL)
        result = PyObject_CallFunctionObjArgs(self->raised, args[0], args[1], PyTuple_GET_ITEM(listeners, index),
                                              others, given, error, NULL);
    Py_XDECREF(others);
    Py_XDECREF(given);
    if (result == NULL) {
        Py_DECREF(error);
        return;
    }
    Py_DECREF(result);
    PyErr_Restore(Py_NewRef(Py_TYPE(error)), error, PyException_GetTraceback(error));
}

static int call_each(ShortEmit *self, PyObject *const *args, Py_ssize_t count, PyObject *listeners)
{
    PyObject *result;

    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(listeners); i++) {
        result = PyObject_Vectorcall(PyTuple_GET_ITEM(listeners, i), args + 2, count - 2, NULL);
        if (result == NULL) {
            tell_raised(self, args, count, listeners, i);
            return -1;
        }
        Py_DECREF(result);
    }
    return 0;
}

static PyObject *short_emit(PyObject *callable, PyObject *const *args, size_t flags, PyObject *names)
{
    ShortEmit *self = (ShortEmit *) callable;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    PyObject *listeners, *within = NULL, *context = NULL, *result = NULL;
    int failed;

    listeners = names == NULL && count >= 2 ? usual_listeners(args[0], args[1], &within) : NULL;
    if (listeners == NULL)
        return PyObject_Vectorcall(self->in_full, args, flags, names);
    if (Py_EnterRecursiveCall(" in emit()") == 0) { /* a listener may be an emit() without a Python function between */
        failed = (within != NULL && enter_context(within, &context) < 0) || call_each(self, args, count, listeners) < 0;
        if (context != NULL && leave_context(within, context) < 0)
            failed = 1;
        Py_LeaveRecursiveCall();
        if (!failed)
            result = PyBool_FromLong(PyTuple_GET_SIZE(listeners) > 0);
    }
    Py_XDECREF(within);
    Py_DECREF(listeners);
    return result;
}

static int ShortEmit_traverse(ShortEmit *self, visitproc visit, void *arg)
{
    Py_VISIT(self->in_full);
    Py_VISIT(self->raised);
    return 0;
}

static int ShortEmit_clear(ShortEmit *self)
{
    Py_CLEAR(self->in_full);
    Py_CLEAR(self->raised);
    return 0;
}

static void ShortEmit_dealloc(ShortEmit *self)
{
    PyObject_GC_UnTrack(self);
    ShortEmit_clear(self);
    Py_TYPE(self)->tp_free((PyObject *) self);
}

static PyObject *ShortEmit_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *in_full, *raised;
    ShortEmit *self;

    if (!PyArg_ParseTuple(args, "OO:ShortEmit", &in_full, &raised))
        return NULL;
    self = (ShortEmit *) type->tp_alloc(type, 0);
    if (self != NULL) {
        self->call = short_emit;
        self->in_full = Py_NewRef(in_full);
        self->raised = Py_NewRef(raised);
    }
    return (PyObject *) self;
}

static PyTypeObject ShortEmitType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pyuv._cpyuv.ShortEmit",
    .tp_basicsize = sizeof(ShortEmit),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_vectorcall_offset = offsetof(ShortEmit, call),
    .tp_call = PyVectorcall_Call,
    .tp_new = ShortEmit_new,
    .tp_dealloc = (destructor) ShortEmit_dealloc,
    .tp_traverse = (traverseproc) ShortEmit_traverse,
    .tp_clear = (inquiry) ShortEmit_clear,
    .tp_repr = (reprfunc) Short_repr,
    .tp_getattro = (getattrofunc) Short_getattro,
    .tp_getset = Short_getset,
    .tp_members = Short_members,
    .tp_descr_get = Short_get,
};

static int add_emit(PyObject *module)
{
    if ((str_events == NULL && (str_events = PyUnicode_InternFromString("_events")) == NULL)
        || (str_within == NULL && (str_within = PyUnicode_InternFromString("_within")) == NULL)
        || (str_error == NULL && (str_error = PyUnicode_InternFromString("error")) == NULL)
        || (no_arguments == NULL && (no_arguments = PyTuple_New(0)) == NULL) || PyType_Ready(&ShortEmitType) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "ShortEmit", (PyObject *) &ShortEmitType);
}
