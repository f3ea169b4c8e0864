/* Settable(function, find, put): a method that notices when a program sets another one on an instance.
 *
 * put(instance, value) is called then, and put(instance, None) when it is deleted; find(instance) returns what was
 * set, or None. An ordinary method could only be looked for in the instance, before each use. Of all instances
 * together nothing is looked for until the first is set. */
typedef struct {
    PyObject_HEAD
    PyObject *function, *find, *put;
    int was_set;
} Settable;

static PyObject *Settable_get(Settable *self, PyObject *instance, PyObject *type)
{
    PyObject *own;

    if (instance == NULL || instance == Py_None)
        return Py_NewRef(self->function);
    if (self->was_set) {
        own = PyObject_CallOneArg(self->find, instance);
        if (own != Py_None)
            return own;
        Py_DECREF(own);
    }
    return PyMethod_New(self->function, instance);
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
    Py_VISIT(self->find);
    Py_VISIT(self->put);
    return 0;
}

static int Settable_clear(Settable *self)
{
    Py_CLEAR(self->function);
    Py_CLEAR(self->find);
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
    PyObject *function, *find, *put;
    Settable *self;

    if (!PyArg_ParseTuple(args, "OOO:Settable", &function, &find, &put))
        return NULL;
    self = (Settable *) type->tp_alloc(type, 0);
    if (self != NULL) {
        self->function = Py_NewRef(function);
        self->find = Py_NewRef(find);
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
    if (PyType_Ready(&SettableType) < 0)
        return -1;
    return PyModule_AddObjectRef(module, "Settable", (PyObject *) &SettableType);
}
