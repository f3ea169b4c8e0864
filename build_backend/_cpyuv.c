/* The extension module pyuv._cpyuv. pyuv's sources are one translation unit: its pyuv.c includes all
 * the others, and stays as it was released. libuv's files do not see this one.
 *
 * What is done anew here, in place of pyuv's, lies in one file for each subject. Those before pyuv.c
 * also change, by macros, what pyuv's own code calls; the functions of those after it are put into
 * pyuv's tables at the end. */

#include "pyuv_today.h"
#include <uv.h>
#include "pyuv.h"

#include "cpyuv_run.c"  /* run(): the GIL, Python's signals, what a callback raises, fork */
#include "cpyuv_read.c" /* reading into bytes objects; fairness between streams */

#define PyInit__cpyuv PyInit_of_pyuv
#include "pyuv.c"
#undef PyInit__cpyuv

#include "cpyuv_write.c" /* write(), try_write(), send(), UDP's send() */
#include "cpyuv_pipe.c"  /* names of Unix sockets */
#include "cpyuv_flow.c"  /* start_flow() */
#include "cpyuv_accept.c" /* accept_new() */
#include "cpyuv_short.c" /* the usual case of a socket's write(); its state */
#include "cpyuv_emit.c"  /* the usual case of an emitter's emit() */
#include "cpyuv_settable.c" /* methods that an instance may replace */
#include "cpyuv_life.c"  /* how a Loop and its handles come and go */

static void replace(PyMethodDef *methods, const char *name, PyCFunction function, int flags)
{
    while (strcmp(methods->ml_name, name) != 0)
        methods++;
    methods->ml_meth = function;
    methods->ml_flags = flags;
}

/* What pyuv does not have. Its tables are full, so it is added to the types. */
static PyMethodDef more_of_loop[] = {
    {"after_fork", (PyCFunction) loop_after_fork, METH_NOARGS,
     "In a forked child: make the loop the child's own. Closing its handles then leaves the parent's alone."},
    {"set_ticks", (PyCFunction) loop_set_ticks, METH_O,
     "Let what is in this deque, as (callable, arguments), be called at the end of each callback."},
    {"run_ticks", (PyCFunction) loop_run_ticks, METH_NOARGS, "Call what is in that deque now."},
    {NULL}};

static PyMethodDef more_of_stream[] = {
    {"accept_new", (PyCFunction) accept_new, METH_O,
     "accept_new(no_delay): accept a connection; a handle of the same kind.\n\n"
     "With no_delay Nagle's algorithm is switched off."},
    {"start_flow", (PyCFunction) start_flow, METH_O,
     "start_flow(reading): read; while reading.consumer is not None, chunks are handed to that. The size of a chunk is\n"
     "added to reading.received before, reading.did_read is set, and reading.idle.active() called unless that is\n"
     "None. When the consumer raises a TypeError, reading.owner._explain(error, consumer, data) is called.\n\n"
     "Without a consumer owner._on_read(stream, data, None) is called, and at the end owner._on_read_end(status)."},
    {"send", (PyCFunction) (void (*)(void)) stream_send, METH_FASTCALL,
     "send(data, on_sent): write bytes, or a list of them, at once, and queue what the kernel does not take.\n\n"
     "Returns how many bytes are queued. With 0 on_sent is not called, else once: on_sent(handle, status)."},
    {NULL}};

static int add_methods(PyTypeObject *type, PyMethodDef *methods)
{
    int status = 0;
    for (; status == 0 && methods->ml_name != NULL; methods++) {
        PyObject *function = PyDescr_NewMethod(type, methods);
        status = function ? PyDict_SetItemString(type->tp_dict, methods->ml_name, function) : -1;
        Py_XDECREF(function);
    }
    PyType_Modified(type);
    return status;
}

PyMODINIT_FUNC PyInit__cpyuv(void)
{
    PyObject *module;

    replace(Loop_tp_methods, "run", (PyCFunction) loop_run, METH_VARARGS);
    LoopType.tp_basicsize = sizeof(NetuvLoop);
    LoopType.tp_new = loop_new;
    LoopType.tp_dealloc = (destructor) loop_dealloc;
    LoopType.tp_traverse = (traverseproc) loop_traverse;
    LoopType.tp_clear = (inquiry) loop_clear;
    HandleType.tp_clear = (inquiry) handle_clear;
    HandleType.tp_dealloc = (destructor) handle_dealloc;
    replace(Stream_tp_methods, "try_write", (PyCFunction) try_write, METH_O);
    replace(Stream_tp_methods, "write", (PyCFunction) stream_write, METH_VARARGS);
    replace(Pipe_tp_methods, "write", (PyCFunction) pipe_write, METH_VARARGS);
    replace(UDP_tp_methods, "send", (PyCFunction) udp_send, METH_VARARGS);
#ifdef UV_PIPE_TAKES_LENGTH
    replace(Pipe_tp_methods, "bind", (PyCFunction) pipe_bind, METH_VARARGS);
    replace(Pipe_tp_methods, "connect", (PyCFunction) pipe_connect, METH_VARARGS);
#endif
    if (pthread_atfork(NULL, NULL, count_fork) != 0)
        return PyErr_NoMemory();
    module = PyInit_of_pyuv();
    if (module != NULL
        && (add_methods(&LoopType, more_of_loop) < 0 || add_methods(&StreamType, more_of_stream) < 0
            || add_flow() < 0 || add_short(module) < 0 || add_emit(module) < 0 || add_settable(module) < 0))
        Py_CLEAR(module);
    return module;
}
