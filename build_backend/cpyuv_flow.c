/* start_flow(reading): a stream that hands what it reads to reading.consumer, as long as that is not None, without a
 * Python function in between. on_read_cb is that object then, whose type is one that cannot be called. All else goes
 * to reading.owner, whose methods are looked up when they are called: bound ones would take memory. */

static PyObject *str_on_read, *str_on_read_end, *str_explain;

/* Where objects of the one type that `reading` has in practice keep these attributes: in __slots__. */
static struct {
    PyTypeObject *type;
    Py_ssize_t consumer, received, did_read, owner, idle;
} slots;

static int is_flow(PyObject *callback)
{
    return Py_IS_TYPE(callback, slots.type);
}

/* Where an idle timer keeps when it was active last, and what it waits in: None when it has to be told. */
static struct {
    PyTypeObject *type;
    Py_ssize_t last, list;
} idle_slots;

static PyObject *str_active;

/* The offset of a slot; 0 if it is none. */
static Py_ssize_t find_slot(PyTypeObject *type, const char *name)
{
    PyObject *slot = PyObject_GetAttrString((PyObject *) type, name);
    Py_ssize_t offset = 0;

    if (slot == NULL)
        PyErr_Clear();
    else if (Py_IS_TYPE(slot, &PyMemberDescr_Type) && PyDescr_TYPE(slot) == type
             && ((PyMemberDescrObject *) slot)->d_member->type == T_OBJECT_EX)
        offset = ((PyMemberDescrObject *) slot)->d_member->offset;
    Py_XDECREF(slot);
    return offset;
}

static int find_slots(PyTypeObject *type)
{
    struct {
        const char *name;
        Py_ssize_t *where, found;
    } wanted[] = {{"consumer", &slots.consumer}, {"received", &slots.received}, {"did_read", &slots.did_read},
                  {"owner", &slots.owner}, {"idle", &slots.idle}};

    if (slots.type == type)
        return 0;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(wanted); i++) {
        wanted[i].found = find_slot(type, wanted[i].name);
        if (wanted[i].found == 0 || (slots.type != NULL && wanted[i].found != *wanted[i].where)) {
            PyErr_Format(PyExc_TypeError, "'reading' has to have the slot %s", wanted[i].name);
            return -1;
        }
    }
    if (type->tp_call != NULL) {
        PyErr_SetString(PyExc_TypeError, "'reading' cannot be callable");
        return -1;
    }
    Py_XSETREF(slots.type, (PyTypeObject *) Py_NewRef(type)); /* one that has been imported anew is alike */
    for (size_t i = 0; i < Py_ARRAY_LENGTH(wanted); i++)
        *wanted[i].where = wanted[i].found;
    return 0;
}

static PyObject **slot_of(PyObject *reading, Py_ssize_t offset)
{
    return (PyObject **) ((char *) reading + offset);
}

static int add_to_slot(PyObject *object, Py_ssize_t offset, Py_ssize_t size)
{
    PyObject **slot = slot_of(object, offset), *former = *slot, *added = PyLong_FromSsize_t(size), *sum;

    sum = added && former ? PyNumber_Add(former, added) : NULL;
    Py_XDECREF(added);
    if (sum == NULL) {
        if (former == NULL)
            PyErr_SetString(PyExc_AttributeError, "a count was deleted");
        return -1;
    }
    *slot = sum;
    Py_DECREF(former);
    return 0;
}

static void find_idle_slots(PyTypeObject *type)
{
    Py_ssize_t last = find_slot(type, "_last"), list = find_slot(type, "_list");

    if (last == 0 || list == 0)
        return;
    Py_XSETREF(idle_slots.type, (PyTypeObject *) Py_NewRef(type));
    idle_slots.last = last;
    idle_slots.list = list;
}

/* idle.active(), which only notes the time while the timer is set. */
static int note_activity(PyObject *idle)
{
    PyObject *result;
#ifdef __linux__ /* where this is the clock of time.monotonic() */
    PyObject *list, *last, *former;
    struct timespec now;

    if (!Py_IS_TYPE(idle, idle_slots.type))
        find_idle_slots(Py_TYPE(idle));
    list = Py_IS_TYPE(idle, idle_slots.type) ? *slot_of(idle, idle_slots.list) : NULL;
    if (list != NULL && list != Py_None) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        last = PyFloat_FromDouble(now.tv_sec + now.tv_nsec * 1e-9);
        if (last == NULL)
            return -1;
        former = *slot_of(idle, idle_slots.last);
        *slot_of(idle, idle_slots.last) = last;
        Py_XDECREF(former);
        return 0;
    }
#endif
    result = PyObject_CallMethodNoArgs(idle, str_active);
    Py_XDECREF(result);
    return result ? 0 : -1;
}

static void note_delivery(PyObject *reading)
{
    PyObject **slot = slot_of(reading, slots.did_read), *former = *slot;

    if (former != Py_True) {
        *slot = Py_NewRef(Py_True);
        Py_XDECREF(former);
    }
}

/* The consumer has raised a TypeError: perhaps it takes other arguments, which _explain() adds to the error. */
static void explain_type_error(PyObject *owner, PyObject *consumer, PyObject *data)
{
    PyObject *error = take_exception(), *told;

    told = PyObject_CallMethodObjArgs(owner, str_explain, error, consumer, data, NULL);
    if (told == NULL)
        PyErr_Clear(); /* the first error counts */
    Py_XDECREF(told);
    PyErr_Restore(Py_NewRef(Py_TYPE(error)), error, PyException_GetTraceback(error));
}

/* What comes: data, or with None a status. */
static PyObject *flow(Stream *self, PyObject *reading, PyObject *data, PyObject *status)
{
    PyObject *consumer = *slot_of(reading, slots.consumer), *idle = Py_XNewRef(*slot_of(reading, slots.idle));
    PyObject *owner = Py_XNewRef(*slot_of(reading, slots.owner)), *result = NULL;

    if (owner == NULL || idle == NULL) {
        PyErr_SetString(PyExc_AttributeError, "the owner or the idle timer was deleted");
    } else if (data == Py_None) {
        result = PyObject_CallMethodOneArg(owner, str_on_read_end, status);
    } else if (consumer == NULL || consumer == Py_None) {
        result = PyObject_CallMethodObjArgs(owner, str_on_read, (PyObject *) self, data, Py_None, NULL);
    } else {
        Py_INCREF(consumer);
        if (add_to_slot(reading, slots.received, PyBytes_GET_SIZE(data)) == 0
            && (idle == Py_None || note_activity(idle) == 0)) {
            note_delivery(reading);
            result = PyObject_CallOneArg(consumer, data);
        }
        if (result == NULL && PyErr_ExceptionMatches(PyExc_TypeError))
            explain_type_error(owner, consumer, data);
        Py_DECREF(consumer);
    }
    Py_XDECREF(owner);
    Py_XDECREF(idle);
    return result;
}

static PyObject *start_flow(Stream *self, PyObject *reading)
{
    PyObject *former;
    int status;

    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (find_slots(Py_TYPE(reading)) < 0)
        return NULL;
    status = uv_read_start((uv_stream_t *) UV_HANDLE(self), NULL, NULL);
    if (status < 0 && (status != UV_EALREADY || self->on_read_cb == NULL)) {
        RAISE_STREAM_EXCEPTION(status, UV_HANDLE(self));
        return NULL;
    }
    former = self->on_read_cb;
    self->on_read_cb = Py_NewRef(reading);
    Py_XDECREF(former);
    PYUV_HANDLE_INCREF(self);
    Py_RETURN_NONE;
}

static int add_flow(void)
{
    struct {
        PyObject **where;
        const char *name;
    } names[] = {{&str_on_read, "_on_read"}, {&str_on_read_end, "_on_read_end"}, {&str_explain, "_explain"}};

    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        if (*names[i].where == NULL && (*names[i].where = PyUnicode_InternFromString(names[i].name)) == NULL)
            return -1;
    return 0;
}
