/* Loop.run(): who has the GIL, when Python's signal handlers run, and what becomes of an exception. */

/* One call of Loop.run(). They nest when a callback runs another loop. */
struct run {
    Loop *loop;
    PyObject *failure; /* the first exception that nobody took; run() raises it */
    int forked;        /* after_fork() came within a callback */
    int quiet;         /* the loop is only cleared away: no signal handlers */
    struct run *outer;
};
static __thread struct run *running; /* the innermost one of this thread */

typedef struct {
    Loop loop;
    unsigned forks;     /* of what this process was when the loop became its own */
    PyObject *ticks;    /* a deque of (callable, arguments), or NULL */
    uv_handle_t *reads; /* the stream that reads several times in a row, and how much it has got */
    size_t reads_size;
} NetuvLoop;

static void note_failure(Loop *);
static void forget_big(void);
static void finish_ticks(void);

/* What a callback raises. pyuv's handle_uncaught_exception() only prints it when the loop's excepthook
 * cannot be called or raises itself. Its calls are to become calls of note_failure(), and its definition
 * is to get another name. Both look like f(word ...), so the word decides. */
#define handle_uncaught_exception(loop) UNCAUGHT_##loop)
#define UNCAUGHT_Loop print_uncaught_exception(Loop /* the definition: (Loop *loop) */
#define UNCAUGHT_loop note_failure(loop
#define UNCAUGHT_self note_failure(self
#define UNCAUGHT_HANDLE note_failure(HANDLE
static void print_uncaught_exception(Loop *);

/* Python runs the handlers of signals at the start of the next Python function. That would be a callback:
 * one that raises there is lost, and libuv calls it only once. So they run before it. This is a handful of
 * instructions while no signal is pending, and nothing in another thread than the main one. */
static void run_signal_handlers(void)
{
    if (!running->quiet && PyErr_CheckSignals() < 0)
        note_failure(running->loop);
}

/* The GIL changes hands when the loop waits, not at every callback.
 *
 * pyuv gives the GIL up for the whole of uv_run() and takes it back in each callback. Where libuv is
 * compiled along (netuv_build.py then renames its epoll_pwait to ours), uv_run() keeps it instead, and
 * only waiting gives it up. A thread that is not in uv_run(), such as one of libuv's pool, takes it as
 * ever. While callbacks run, the interpreter lets other threads in. */
#ifdef epoll_pwait
#undef epoll_pwait
#define GIL_IS_KEPT 1
#include <errno.h>
#include <sys/epoll.h>
#include "cpyuv_events.h"

/* Adds an event that does nothing: uv__io_poll(), the caller, goes on waiting when it has handled none, and
 * looks at timers and new watchers only in the next turn. The fd is that of uv_async_send(), where libuv takes
 * it well that there is nothing to read. */
static int end_poll(uv_loop_t *loop, struct epoll_event *events, int count)
{
    events[count].events = EPOLLIN;
    events[count].data.fd = loop->async_io_watcher.fd;
    return count + 1;
}

/* Whether libuv will call anybody for one of the events. */
static int is_one_wanted(uv_loop_t *loop, struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        int fd = events[i].data.fd;
        uv__io_t *watcher = fd >= 0 && (unsigned) fd < loop->nwatchers ? loop->watchers[fd] : NULL;
        if (watcher != NULL && events[i].events & (watcher->pevents | EPOLLERR | EPOLLHUP))
            return 1;
    }
    return 0;
}

int netuv_epoll_pwait(int epoll, struct epoll_event *events, int size, int timeout,
                      const sigset_t *mask)
{
    struct run *run = running;
    struct netuv_events fetched = {NULL, events, 0};
    uv_loop_t *loop;
    int count, error;

    if (run == NULL)
        return epoll_pwait(epoll, events, size, timeout, mask);
    loop = run->loop->uv_loop;
    if (run->forked) { /* the fd is not the loop's any more, and nothing is registered in the new one yet */
        run->forked = 0;
        return end_poll(loop, events, 0);
    }
    if (timeout == 0) {
        count = epoll_pwait(epoll, events, size, timeout, mask);
        error = errno;
    } else {
        PyThreadState *saved = PyEval_SaveThread();
        count = epoll_pwait(epoll, events, size, timeout, mask);
        error = errno;
        PyEval_RestoreThread(saved);
    }
    /* A handler may close handles: libuv then looks here for their events. */
    fetched.count = count;
    netuv_set_events(loop, &fetched);
    run_signal_handlers();
    finish_ticks();
    netuv_set_events(loop, NULL);
    if (run->forked) {
        run->forked = 0;
        return end_poll(loop, events, 0);
    }
    /* It may have taken away all that was to be heard, or set a timer, or stopped the loop. */
    if (count > 0 ? !is_one_wanted(loop, events, count) && count < size : count < 0 && error == EINTR)
        return end_poll(loop, events, count > 0 ? count : 0);
    errno = error;
    return count;
}
#else
#define GIL_IS_KEPT 0
#endif

static PyGILState_STATE enter_callback(void)
{
    PyGILState_STATE state = GIL_IS_KEPT && running ? PyGILState_LOCKED : PyGILState_Ensure();
    if (running)
        run_signal_handlers();
    return state;
}

static void leave_callback(PyGILState_STATE state)
{
    if (running)
        finish_ticks();
    if (!GIL_IS_KEPT || !running)
        PyGILState_Release(state);
}

#define PyGILState_Ensure() enter_callback()
#define PyGILState_Release(state) leave_callback(state)

/* Ticks: what Node's process.nextTick() defers runs after the callback that it was called in, before the next
 * one, whosever handle that is of. After an exception that stops the loop the rest waits for the next run().
 */
static int has_ticks(NetuvLoop *self)
{
    return self->ticks != NULL && Py_SIZE(self->ticks) > 0;
}

static PyObject *str_popleft;

static PyObject *call_tick(PyObject *tick)
{
    PyObject *callback, *arguments;

    if (PyTuple_CheckExact(tick) && PyTuple_GET_SIZE(tick) == 2) {
        callback = PyTuple_GET_ITEM(tick, 0);
        arguments = PyTuple_GET_ITEM(tick, 1);
        if (PyTuple_CheckExact(arguments))
            return PyObject_Vectorcall(callback, &PyTuple_GET_ITEM(arguments, 0), PyTuple_GET_SIZE(arguments), NULL);
    }
    PyErr_SetString(PyExc_TypeError, "a tick is (callable, arguments)");
    return NULL;
}

/* A TypeError gets the tick as `netuv_tick`: netuv tells which callback it was, if that cannot take its arguments. */
static void add_tick_to_error(PyObject *tick)
{
    PyObject *type, *error, *trace;

    if (!PyErr_ExceptionMatches(PyExc_TypeError))
        return;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    if (PyObject_SetAttrString(error, "netuv_tick", tick) < 0)
        PyErr_Clear();
    PyErr_Restore(type, error, trace);
}

static int run_ticks(NetuvLoop *self)
{
    while (has_ticks(self)) {
        PyObject *tick = PyObject_CallMethodNoArgs(self->ticks, str_popleft);
        PyObject *result = tick ? call_tick(tick) : NULL;
        if (result == NULL && tick != NULL)
            add_tick_to_error(tick);
        Py_XDECREF(tick);
        if (result == NULL)
            return -1;
        Py_DECREF(result);
    }
    return 0;
}

static void finish_ticks(void)
{
    NetuvLoop *loop = (NetuvLoop *) running->loop;
    while (has_ticks(loop) && !running->quiet && !running->loop->uv_loop->stop_flag && run_ticks(loop) < 0)
        note_failure(running->loop);
}

static PyObject *loop_run_ticks(NetuvLoop *self, PyObject *nothing)
{
    if (run_ticks(self) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *loop_set_ticks(NetuvLoop *self, PyObject *ticks)
{
    PyObject *former = self->ticks;
    if (strcmp(Py_TYPE(ticks)->tp_name, "collections.deque") != 0) { /* whose length Py_SIZE() tells */
        PyErr_SetString(PyExc_TypeError, "a collections.deque is required");
        return NULL;
    }
    if (str_popleft == NULL && (str_popleft = PyUnicode_InternFromString("popleft")) == NULL)
        return NULL;
    self->ticks = Py_NewRef(ticks);
    Py_XDECREF(former);
    Py_RETURN_NONE;
}

/* The calling thread has the GIL. */
static int run_uv(struct run *run, uv_run_mode mode)
{
    uv_loop_t *loop = run->loop->uv_loop;
    int alive;

    run->outer = running;
    running = run;
    if (GIL_IS_KEPT) {
        alive = uv_run(loop, mode);
    } else {
        Py_BEGIN_ALLOW_THREADS
        alive = uv_run(loop, mode);
        Py_END_ALLOW_THREADS
    }
    running = run->outer;
    return alive;
}

static PyObject *loop_run(Loop *self, PyObject *args)
{
    struct run run = {self};
    int mode = UV_RUN_DEFAULT, alive;

    if (!PyArg_ParseTuple(args, "|i:run", &mode))
        return NULL;
    if (mode != UV_RUN_DEFAULT && mode != UV_RUN_ONCE && mode != UV_RUN_NOWAIT) {
        PyErr_SetString(PyExc_ValueError, "invalid mode specified");
        return NULL;
    }
    alive = run_uv(&run, mode);
    if (!alive)
        forget_big();
    if (run.failure != NULL) {
        PyErr_Restore(Py_NewRef(Py_TYPE(run.failure)), run.failure, PyException_GetTraceback(run.failure));
        return NULL;
    }
    return PyBool_FromLong(alive);
}

/* Chains of __context__. The next one is borrowed: the one before holds it. */
static PyObject *context_of(PyObject *error)
{
    PyObject *next = PyException_GetContext(error);
    Py_XDECREF(next);
    return next;
}

/* A program can make a circle of a chain. One that does not end is cut off. */
static void straighten(PyObject *error)
{
    PyObject *next = error;
    for (int i = 0; next != NULL; i++, next = context_of(next)) {
        if (i == 10000) {
            PyException_SetContext(error, NULL);
            return;
        }
    }
}

static int is_in_chain(PyObject *first, PyObject *error)
{
    while (first != NULL && first != error)
        first = context_of(first);
    return first != NULL;
}

/* Hangs `later` on the end of the chain of `first`. What both chains have in common stays in the first one
 * only, so there is no circle. */
static void append_to_chain(PyObject *first, PyObject *later)
{
    PyObject *own = later, *next;

    if (is_in_chain(first, later))
        return;
    while ((next = context_of(own)) != NULL && !is_in_chain(first, next))
        own = next;
    PyException_SetContext(own, NULL);
    while ((next = context_of(first)) != NULL)
        first = next;
    PyException_SetContext(first, Py_NewRef(later));
}

/* The exception that is set, made whole: an instance with its traceback. */
static PyObject *take_exception(void)
{
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    if (trace != NULL)
        PyException_SetTraceback(error, trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return error;
}

static void keep_failure(PyObject *error)
{
    straighten(error);
    if (running->failure == NULL)
        running->failure = Py_NewRef(error);
    else
        append_to_chain(running->failure, error);
}

/* A callback, or a signal handler, has raised. The loop's excepthook is told, as in pyuv. If that fails too,
 * as it does at the recursion limit, the exception is kept, the loop stops, and run() raises it. */
static void note_failure(Loop *loop)
{
    PyObject *hook, *error, *trace, *result = NULL;

    if (running == NULL) {
        print_uncaught_exception(loop);
        return;
    }
    error = take_exception();
    hook = PyObject_GetAttrString((PyObject *) loop, "excepthook");
    if (hook == Py_None) {
        Py_DECREF(hook);
        PyErr_Restore(Py_NewRef(Py_TYPE(error)), error, PyException_GetTraceback(error));
        print_uncaught_exception(loop);
        return;
    }
    if (hook != NULL) {
        trace = PyException_GetTraceback(error);
        result = PyObject_CallFunctionObjArgs(hook, Py_TYPE(error), error, trace ? trace : Py_None, NULL);
        Py_XDECREF(trace);
        Py_DECREF(hook);
    }
    if (result == NULL) {
        keep_failure(error);
        Py_DECREF(error);
        error = take_exception();
        keep_failure(error);
        uv_stop(running->loop->uv_loop);
    }
    Py_XDECREF(result);
    Py_DECREF(error);
}

/* Fork. The child has copies of the loop's descriptors, of which the epoll is one: what it takes out of that,
 * as uv_close() does, is gone for the parent too. So before it closes anything the loop gets its own. */
static unsigned forks; /* how many lie between this process and the first */

static void count_fork(void)
{
    forks++;
}

static void forget_path(uv_handle_t *handle, void *nothing)
{
    if (handle->type == UV_NAMED_PIPE) {
        /* uv_close() would delete the file, which is the parent's. */
        free((void *) ((uv_pipe_t *) handle)->pipe_fname);
        ((uv_pipe_t *) handle)->pipe_fname = NULL;
    }
}

static int make_own(Loop *self)
{
    int is_running = 0;

    ((NetuvLoop *) self)->forks = forks;
    uv_walk(self->uv_loop, forget_path, NULL);
    for (struct run *run = running; run != NULL; run = run->outer)
        if (run->loop == self)
            run->forked = is_running = 1;
#if GIL_IS_KEPT
    /* What a poll has fetched before the fork is the parent's to handle. */
    if (is_running)
        netuv_blank_events(self->uv_loop);
    else
        netuv_set_events(self->uv_loop, NULL); /* another thread's, which does not exist here */
#endif
    return uv_loop_fork(self->uv_loop);
}

static PyObject *loop_after_fork(Loop *self, PyObject *nothing)
{
    int status = make_own(self);
    if (status < 0) {
        RAISE_UV_EXCEPTION(status, PyExc_UVError);
        return NULL;
    }
    Py_RETURN_NONE;
}

/* pyuv does not tell why a loop could not be made. */
static int loop_init_status;
#define uv_loop_init(loop) (loop_init_status = uv_loop_init(loop))
