/* System calls that fail, or do less than they were asked to, where a plan says so.
 *
 *     cc -shared -fPIC -O1 -o shim.so shim.c -ldl
 *     LD_PRELOAD=./shim.so NETUV_FAULTS='read:2=ECONNRESET,writev:*=short100' program
 *
 * A plan is a list of rules CALL:WHEN=WHAT.
 *
 *     CALL   read write readv writev sendmsg recvmsg accept4 socket connect shutdown close
 *            epoll_ctl epoll_create1 epoll_pwait eventfd pipe2 setsockopt listen bind getaddrinfo
 *     WHEN   3    the third call          3-   the third one and all after it
 *            %3   every third one         *    each
 *     WHAT   an errno by name or number; for getaddrinfo the number of an EAI_ code
 *            shortN   no more than N bytes are read or written
 *            delayN   N milliseconds pass first
 *
 * Reads and writes count, and fail, on stream sockets only: what Python does with files and libuv
 * with its eventfd goes on. A close() that fails has closed, as on Linux. A rule of one call with
 * "*" or a short rule stays in force together with others; the first that fits decides.
 *
 * The plan in the environment holds from the start. A program can also set one itself, and then the
 * counts begin anew: faults_plan("..."), which answers 0 if the plan is understood; faults_plan("") ends
 * it. faults_calls("read") is the number of calls, faults_hits() that of rules that were applied. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum call {
    READ, WRITE, READV, WRITEV, SENDMSG, RECVMSG, ACCEPT4, SOCKET, CONNECT, SHUTDOWN, CLOSE,
    EPOLL_CTL, EPOLL_CREATE1, EPOLL_PWAIT, EVENTFD, PIPE2, SETSOCKOPT, LISTEN, BIND, GETADDRINFO,
    CALLS
};
static const char *const call_names[CALLS] = {
    "read", "write", "readv", "writev", "sendmsg", "recvmsg", "accept4", "socket", "connect",
    "shutdown", "close", "epoll_ctl", "epoll_create1", "epoll_pwait", "eventfd", "pipe2",
    "setsockopt", "listen", "bind", "getaddrinfo",
};
static const struct { const char *name; int number; } errors[] = {
    {"EAGAIN", EAGAIN}, {"EINTR", EINTR}, {"ENOBUFS", ENOBUFS}, {"ENOMEM", ENOMEM},
    {"EMFILE", EMFILE}, {"ENFILE", ENFILE}, {"ECONNRESET", ECONNRESET}, {"EPIPE", EPIPE},
    {"ETIMEDOUT", ETIMEDOUT}, {"EHOSTUNREACH", EHOSTUNREACH}, {"ENETUNREACH", ENETUNREACH},
    {"ECONNREFUSED", ECONNREFUSED}, {"ECONNABORTED", ECONNABORTED}, {"EACCES", EACCES},
    {"EPERM", EPERM}, {"EIO", EIO}, {"EADDRINUSE", EADDRINUSE}, {"EADDRNOTAVAIL", EADDRNOTAVAIL},
    {"EINVAL", EINVAL}, {"ENOTCONN", ENOTCONN}, {"EPROTO", EPROTO}, {"ENOSPC", ENOSPC},
    {"EAFNOSUPPORT", EAFNOSUPPORT}, {"ENOPROTOOPT", ENOPROTOOPT}, {"EEXIST", EEXIST},
};

struct rule {
    enum call call;
    long first, last, every;  /* which calls, counted from 1 */
    enum { FAIL, SHORT, DELAY } kind;
    long value;
};

#define MOST 32
static struct rule rules[MOST];
static int rule_count;
static atomic_long counts[CALLS], hits;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int parse(const char *text, struct rule *rule) {
    char name[32], when[32], what[32];
    if (sscanf(text, "%31[a-z0-9_]:%31[0-9*%-]=%31[A-Za-z0-9-]", name, when, what) != 3)
        return -1;
    int call = 0;
    while (call < CALLS && strcmp(name, call_names[call]))
        call++;
    if (call == CALLS)
        return -1;
    rule->call = call;
    rule->first = rule->every = 1;
    rule->last = -1;
    if (when[0] == '%')
        rule->first = rule->every = atol(when + 1);
    else if (when[0] != '*') {
        rule->first = atol(when);
        if (when[strlen(when) - 1] != '-')
            rule->last = rule->first;
    }
    if (rule->first < 1)
        return -1;
    if (!strncmp(what, "short", 5) || !strncmp(what, "delay", 5)) {
        rule->kind = what[0] == 's' ? SHORT : DELAY;
        rule->value = atol(what + 5);
        return rule->value > 0 ? 0 : -1;
    }
    rule->kind = FAIL;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (!strcmp(what, errors[i].name)) {
            rule->value = errors[i].number;
            return 0;
        }
    rule->value = atol(what);
    return rule->value ? 0 : -1;
}

int faults_plan(const char *plan) {
    int status = 0;
    char *copy = strdup(plan), *rest = copy, *text;
    pthread_mutex_lock(&lock);
    rule_count = 0;
    while ((text = strsep(&rest, ",")))
        if (*text) {
            if (rule_count == MOST || parse(text, &rules[rule_count]))
                status = -1;
            else
                rule_count++;
        }
    for (int i = 0; i < CALLS; i++)
        atomic_store(&counts[i], 0);
    atomic_store(&hits, 0);
    pthread_mutex_unlock(&lock);
    free(copy);
    return status;
}

long faults_calls(const char *name) {
    for (int i = 0; i < CALLS; i++)
        if (!strcmp(name, call_names[i]))
            return atomic_load(&counts[i]);
    return -1;
}

long faults_hits(void) {
    return atomic_load(&hits);
}

__attribute__((constructor)) static void from_environment(void) {
    const char *plan = getenv("NETUV_FAULTS");
    if (plan && faults_plan(plan)) {
        dprintf(2, "shim.c: NETUV_FAULTS is not understood: %s\n", plan);
        _exit(125);
    }
}

/* Count a call. Answers the error that it has to fail with, or 0; *most becomes the number of bytes
 * that it may move. */
static int decide(enum call call, size_t *most) {
    struct rule found = {.kind = FAIL, .value = 0};
    pthread_mutex_lock(&lock);
    long n = atomic_fetch_add(&counts[call], 1) + 1;
    for (int i = 0; i < rule_count && !found.value; i++) {
        struct rule *rule = &rules[i];
        if (rule->call == call && n >= rule->first && (rule->last < 0 || n <= rule->last) &&
            (n - rule->first) % rule->every == 0)
            found = *rule;
    }
    pthread_mutex_unlock(&lock);
    if (!found.value)
        return 0;
    atomic_fetch_add(&hits, 1);
    if (found.kind == DELAY) {
        struct timespec pause = {found.value / 1000, found.value % 1000 * 1000000};
        nanosleep(&pause, NULL);
        return 0;
    }
    if (found.kind == SHORT) {
        if (most && *most > (size_t)found.value)
            *most = found.value;
        return 0;
    }
    return found.value;
}

static int is_stream_socket(int fd) {
    int saved = errno, type = 0;
    socklen_t size = sizeof type;
    int yes = !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
    errno = saved;
    return yes;
}

#define NEXT(result, name, ...)                                                                    \
    static result (*next)(__VA_ARGS__);                                                            \
    if (!next)                                                                                     \
        *(void **)&next = dlsym(RTLD_NEXT, name)

#define FAIL_IF(code)                                                                              \
    do {                                                                                           \
        int error_ = (code);                                                                       \
        if (error_) {                                                                              \
            errno = error_;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)

ssize_t read(int fd, void *buffer, size_t size) {
    NEXT(ssize_t, "read", int, void *, size_t);
    if (is_stream_socket(fd))
        FAIL_IF(decide(READ, &size));
    return next(fd, buffer, size);
}

ssize_t write(int fd, const void *buffer, size_t size) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    if (is_stream_socket(fd))
        FAIL_IF(decide(WRITE, &size));
    return next(fd, buffer, size);
}

/* A copy of the buffers that holds no more than `most` bytes; answers their number. */
static int cut(const struct iovec *from, int count, struct iovec *to, size_t most) {
    int n = 0;
    while (n < count && most > 0) {
        to[n] = from[n];
        if (to[n].iov_len > most)
            to[n].iov_len = most;
        most -= to[n].iov_len;
        n++;
    }
    return n;
}

static size_t total(const struct iovec *buffers, int count) {
    size_t sum = 0;
    for (int i = 0; i < count; i++)
        sum += buffers[i].iov_len;
    return sum;
}

#define VECTORED(name, call)                                                                       \
    ssize_t name(int fd, const struct iovec *buffers, int count) {                                 \
        NEXT(ssize_t, #name, int, const struct iovec *, int);                                      \
        struct iovec part[1024];                                                                   \
        if (count > 0 && count <= 1024 && is_stream_socket(fd)) {                                  \
            size_t most = total(buffers, count), all = most;                                       \
            FAIL_IF(decide(call, &most));                                                          \
            if (most < all) {                                                                      \
                count = cut(buffers, count, part, most);                                           \
                buffers = part;                                                                    \
            }                                                                                      \
        }                                                                                          \
        return next(fd, buffers, count);                                                           \
    }
VECTORED(readv, READV)
VECTORED(writev, WRITEV)

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    NEXT(ssize_t, "sendmsg", int, const struct msghdr *, int);
    struct msghdr copy = *message;
    struct iovec part[1024];
    if (copy.msg_iovlen <= 1024 && is_stream_socket(fd)) {
        size_t most = total(copy.msg_iov, copy.msg_iovlen), all = most;
        FAIL_IF(decide(SENDMSG, &most));
        if (most < all) {
            copy.msg_iovlen = cut(copy.msg_iov, copy.msg_iovlen, part, most);
            copy.msg_iov = part;
        }
    }
    return next(fd, &copy, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
    NEXT(ssize_t, "recvmsg", int, struct msghdr *, int);
    if (is_stream_socket(fd))
        FAIL_IF(decide(RECVMSG, NULL));
    return next(fd, message, flags);
}

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags) {
    NEXT(int, "accept4", int, struct sockaddr *, socklen_t *, int);
    FAIL_IF(decide(ACCEPT4, NULL));
    return next(fd, address, size, flags);
}

int socket(int domain, int type, int protocol) {
    NEXT(int, "socket", int, int, int);
    if (domain == AF_INET || domain == AF_INET6 || domain == AF_UNIX)
        FAIL_IF(decide(SOCKET, NULL));
    return next(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t size) {
    NEXT(int, "connect", int, const struct sockaddr *, socklen_t);
    if (is_stream_socket(fd))
        FAIL_IF(decide(CONNECT, NULL));
    return next(fd, address, size);
}

int shutdown(int fd, int how) {
    NEXT(int, "shutdown", int, int);
    FAIL_IF(decide(SHUTDOWN, NULL));
    return next(fd, how);
}

int bind(int fd, const struct sockaddr *address, socklen_t size) {
    NEXT(int, "bind", int, const struct sockaddr *, socklen_t);
    FAIL_IF(decide(BIND, NULL));
    return next(fd, address, size);
}

int listen(int fd, int backlog) {
    NEXT(int, "listen", int, int);
    FAIL_IF(decide(LISTEN, NULL));
    return next(fd, backlog);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size) {
    NEXT(int, "setsockopt", int, int, int, const void *, socklen_t);
    FAIL_IF(decide(SETSOCKOPT, NULL));
    return next(fd, level, name, value, size);
}

int close(int fd) {
    NEXT(int, "close", int);
    int error = is_stream_socket(fd) ? decide(CLOSE, NULL) : 0;
    int status = next(fd);
    FAIL_IF(error);
    return status;
}

/* libuv closes by number, past close(). */
long syscall(long number, ...) {
    NEXT(long, "syscall", long, ...);
    va_list list;
    long a[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    int error = number == SYS_close && is_stream_socket(a[0]) ? decide(CLOSE, NULL) : 0;
    long status = next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    FAIL_IF(error);
    return status;
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
    NEXT(int, "epoll_ctl", int, int, int, struct epoll_event *);
    FAIL_IF(decide(EPOLL_CTL, NULL));
    return next(epoll, operation, fd, event);
}

int epoll_create1(int flags) {
    NEXT(int, "epoll_create1", int);
    FAIL_IF(decide(EPOLL_CREATE1, NULL));
    return next(flags);
}

int epoll_pwait(int epoll, struct epoll_event *events, int size, int timeout, const sigset_t *mask) {
    NEXT(int, "epoll_pwait", int, struct epoll_event *, int, int, const sigset_t *);
    FAIL_IF(decide(EPOLL_PWAIT, NULL));
    return next(epoll, events, size, timeout, mask);
}

int eventfd(unsigned int value, int flags) {
    NEXT(int, "eventfd", unsigned int, int);
    FAIL_IF(decide(EVENTFD, NULL));
    return next(value, flags);
}

int pipe2(int fds[2], int flags) {
    NEXT(int, "pipe2", int *, int);
    FAIL_IF(decide(PIPE2, NULL));
    return next(fds, flags);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    NEXT(int, "getaddrinfo", const char *, const char *, const struct addrinfo *, struct addrinfo **);
    int code = decide(GETADDRINFO, NULL);
    if (code) {
        errno = EIO;  /* what EAI_SYSTEM looks at */
        return code;
    }
    return next(host, service, hints, found);
}
