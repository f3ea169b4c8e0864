/* start_flow(on_read, on_end, reading, idle, tell): a stream that hands what it reads to reading.consumer, as long as
 * that is not None, without a Python function in between. on_read_cb is a tuple of the five then; a callback
 * that a program gives is none, since it has to be callable. */
#define FLOW_ON_READ(flow) PyTuple_GET_ITEM(flow, 0)
#define FLOW_ON_END(flow) PyTuple_GET_ITEM(flow, 1)
#define FLOW_READING(flow) PyTuple_GET_ITEM(flow, 2)
#define FLOW_IDLE(flow) PyTuple_GET_ITEM(flow, 3)
#define FLOW_TELL(flow) PyTuple_GET_ITEM(flow, 4)

/* Where objects of the one type that `reading` has in practice keep these attributes: in __slots__. */
static struct {
    PyTypeObject *type;
    Py_ssize_t consumer, received;
} slots;

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
    Py_ssize_t consumer, received;

    if (slots.type == type)
        return 0;
    consumer = find_slot(type, "consumer");
    received = find_slot(type, "received");
    if (consumer == 0 || received == 0
        || (slots.type != NULL && (consumer != slots.consumer || received != slots.received))) {
        PyErr_SetString(PyExc_TypeError, "'reading' has to have the slots consumer and received");
        return -1;
    }
    Py_XSETREF(slots.type, (PyTypeObject *) Py_NewRef(type)); /* one that has been imported anew is alike */
    slots.consumer = consumer;
    slots.received = received;
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

/* The consumer has raised a TypeError: perhaps it takes other arguments, which tell() adds to the error. */
static void tell_of_type_error(PyObject *tell, PyObject *consumer, PyObject *data)
{
    PyObject *error = take_exception(), *told;

    told = PyObject_CallFunctionObjArgs(tell, error, consumer, data, NULL);
    if (told == NULL)
        PyErr_Clear(); /* the first error counts */
    Py_XDECREF(told);
    PyErr_Restore(Py_NewRef(Py_TYPE(error)), error, PyException_GetTraceback(error));
}

/* What comes: data, or with None a status. */
static PyObject *flow(Stream *self, PyObject *flow, PyObject *data, PyObject *status)
{
    PyObject *reading = FLOW_READING(flow), *consumer = *slot_of(reading, slots.consumer), *result;

    if (data == Py_None)
        return PyObject_CallOneArg(FLOW_ON_END(flow), status);
    if (consumer == NULL || consumer == Py_None)
        return PyObject_CallFunctionObjArgs(FLOW_ON_READ(flow), (PyObject *) self, data, Py_None, NULL);
    Py_INCREF(consumer);
    result = NULL;
    if (add_to_slot(reading, slots.received, PyBytes_GET_SIZE(data)) == 0
        && (FLOW_IDLE(flow) == Py_None || note_activity(FLOW_IDLE(flow)) == 0))
        result = PyObject_CallOneArg(consumer, data);
    if (result == NULL && PyErr_ExceptionMatches(PyExc_TypeError))
        tell_of_type_error(FLOW_TELL(flow), consumer, data);
    Py_DECREF(consumer);
    return result;
}

static PyObject *start_flow(Stream *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *flow, *former;
    int status;

    if (count != 5) {
        PyErr_Format(PyExc_TypeError, "start_flow() takes 5 arguments (%zd given)", count);
        return NULL;
    }
    RAISE_IF_HANDLE_NOT_INITIALIZED(self, NULL);
    RAISE_IF_HANDLE_CLOSED(self, PyExc_HandleClosedError, NULL);
    if (!PyCallable_Check(args[0]) || !PyCallable_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "two callables are required");
        return NULL;
    }
    if (find_slots(Py_TYPE(args[2])) < 0)
        return NULL;
    flow = PyTuple_Pack(5, args[0], args[1], args[2], args[3], args[4]);
    if (flow == NULL)
        return NULL;
    status = uv_read_start((uv_stream_t *) UV_HANDLE(self), NULL, NULL);
    if (status < 0 && (status != UV_EALREADY || self->on_read_cb == NULL)) {
        Py_DECREF(flow);
        RAISE_STREAM_EXCEPTION(status, UV_HANDLE(self));
        return NULL;
    }
    former = self->on_read_cb;
    self->on_read_cb = flow;
    Py_XDECREF(former);
    PYUV_HANDLE_INCREF(self);
    Py_RETURN_NONE;
}
