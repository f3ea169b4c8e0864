/* Settable(function, name, put): a method that notices when a program sets another one on an instance.
 *
 * put(instance, value) is called then, and put(instance, None) when it is deleted. What was set is looked for by
 * its name in instance._readable_state.rare.own, a dict or None; but not before anything was set on any instance.
 *
 * It has not Py_TPFLAGS_METHOD_DESCRIPTOR: with that CPython 3.13 takes it for what kind.emit gives, in place of what
 * __get__() gives. */
typedef struct {
    PyObject_HEAD
    PyObject *function, *name, *put;
    int was_set;
} Settable;

static PyObject *str_readable_state, *str_rare, *str_own;

/* A new reference to what was set on the instance; NULL without an exception if nothing was. */
static PyObject *find_own(Settable *self, PyObject *instance)
{
    PyObject *reading = PyObject_GetAttr(instance, str_readable_state), *rare, *own, *found;

    rare = reading ? PyObject_GetAttr(reading, str_rare) : NULL;
    Py_XDECREF(reading);
    own = rare ? PyObject_GetAttr(rare, str_own) : NULL;
    Py_XDECREF(rare);
    found = own && PyDict_Check(own) ? Py_XNewRef(PyDict_GetItemWithError(own, self->name)) : NULL;
    Py_XDECREF(own);
    PyErr_Clear();
    return found;
}

static PyObject *Settable_get(Settable *self, PyObject *instance, PyObject *type)
{
    PyObject *own;

    if (instance == NULL || instance == Py_None)
        return Py_NewRef(self->function);
    own = self->was_set ? find_own(self, instance) : NULL;
    return own ? own : PyMethod_New(self->function, instance);
}

static int Settable_set(Settable *self, PyObject *instance, PyObject *value)
{
    PyObject *result = PyObject_CallFunctionObjArgs(self->put, instance, value ? value : Py_None, NULL);

    Py_XDECREF(result);
    self->was_set = 1;
    return result ? 0 : -1;
}

static int Settable_traverse(Settable *self, visitproc visit, void *arg)
{
    Py_VISIT(self->function);
    Py_VISIT(self->name);
    Py_VISIT(self->put);
    return 0;
}

static int Settable_clear(Settable *self)
{
    Py_CLEAR(self->function);
    Py_CLEAR(self->name);
    Py_CLEAR(self->put);
    return 0;
}

static void Settable_dealloc(Settable *self)
{
    PyObject_GC_UnTrack(self);
    Settable_clear(self);
    Py_TYPE(self)->tp_free((PyObject *) self);
}

static PyObject *Settable_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *function, *name, *put;
    Settable *self;

    if (!PyArg_ParseTuple(args, "OUO:Settable", &function, &name, &put))
        return NULL;
    self = (Settable *) type->tp_alloc(type, 0);
    if (self != NULL) {
        self->function = Py_NewRef(function);
        self->name = Py_NewRef(name);
        self->put = Py_NewRef(put);
    }
    return (PyObject *) self;
}

static PyTypeObject SettableType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "pyuv._cpyuv.Settable",
    .tp_basicsize = sizeof(Settable),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = Settable_new,
    .tp_dealloc = (destructor) Settable_dealloc,
    .tp_traverse = (traverseproc) Settable_traverse,
    .tp_clear = (inquiry) Settable_clear,
    .tp_descr_get = (descrgetfunc) Settable_get,
    .tp_descr_set = (descrsetfunc) Settable_set,
};

static int add_settable(PyObject *module)
{
    if ((str_readable_state == NULL && (str_readable_state = PyUnicode_InternFromString("_readable_state")) == NULL)
        || (str_rare == NULL && (str_rare = PyUnicode_InternFromString("rare")) == NULL)
        || (str_own == NULL && (str_own = PyUnicode_InternFromString("own")) == NULL)
        || PyType_Ready(&SettableType) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "Settable", (PyObject *) &SettableType);
}
