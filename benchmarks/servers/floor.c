/* The floor: the least that a single-threaded server on epoll does for each kind of work.
 *
 *     floor KIND LISTEN SIZE [BACKEND]
 *
 * KIND is echo, sink, source or proxy; LISTEN and BACKEND are a TCP port on 127.0.0.1 (0: any) or
 * the path of a Unix socket; SIZE is what a source writes at a time.  The address is printed when
 * the server listens, and the server exits when its standard input ends.
 *
 * An `end` is one socket.  What is read from an end is written to its peer: the other half of a
 * proxy, or the end itself for an echo.  What the kernel does not take at once is kept in `rest`,
 * and the end that it came from is not read until the rest is out, so memory stays bounded.
 *
 * Compiled with -DTLS it speaks TLS, by OpenSSL on the descriptor, and is no proxy.  TLS_PEM in the
 * environment is the file of its certificate and key.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#ifdef TLS
#include "../tls.h"
#endif

enum { READ_SIZE = 262144, WRITES_AT_ONCE = 16, BATCH = 256, BACKLOG = 511 };
enum kind { ECHO, SINK, SOURCE, PROXY };

struct end {
    int fd;
    uint32_t interest;    /* what epoll watches for */
    struct end *peer;     /* where what is read here goes */
    char *rest;           /* what still has to be written here */
    size_t rest_length, rest_written;
    bool ended;           /* end of file was read here */
    struct end *next_dead;
#ifdef TLS
    SSL *ssl;
#endif
};

static enum kind kind;
static int poller;
static bool is_tcp;
static char *block;       /* what a source writes */
static size_t block_size;
static struct sockaddr_storage backend;
static socklen_t backend_length;
static struct end *dead;  /* closed during this batch of events, freed after it */

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static socklen_t parse_address(const char *text, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof *address);
    if (text[0] == '/') {
        struct sockaddr_un *local = (struct sockaddr_un *)address;
        local->sun_family = AF_UNIX;
        if (strlen(text) >= sizeof local->sun_path) {
            fprintf(stderr, "the path is too long: %s\n", text);
            exit(1);
        }
        strcpy(local->sun_path, text);
        return sizeof *local;
    }
    struct sockaddr_in *tcp = (struct sockaddr_in *)address;
    tcp->sin_family = AF_INET;
    tcp->sin_port = htons((uint16_t)atoi(text));
    tcp->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof *tcp;
}

/* -- the bytes of an end: plain, or by OpenSSL -------------------------------------------------- */

#ifdef TLS
static SSL_CTX *context;

static void open_bytes(void)
{
    const char *pem = getenv("TLS_PEM");
    context = SSL_CTX_new(TLS_server_method());
    if (!pem || !context || SSL_CTX_use_certificate_chain_file(context, pem) != 1
        || SSL_CTX_use_PrivateKey_file(context, pem, SSL_FILETYPE_PEM) != 1) {
        fprintf(stderr, "there is no certificate in TLS_PEM\n");
        exit(1);
    }
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    tls_configure(context);
}

static void attach(struct end *end)
{
    end->ssl = SSL_new(context);
    if (!end->ssl || !SSL_set_fd(end->ssl, end->fd))
        fail("SSL_new");
    SSL_set_accept_state(end->ssl);
}

static ssize_t receive(struct end *end, char *data, size_t size) { return tls_read(end->ssl, data, size); }
static ssize_t transmit(struct end *end, const char *data, size_t size) { return tls_write(end->ssl, data, size); }
static bool may_write(struct end *end) { return SSL_is_init_finished(end->ssl); }
static void say_end(struct end *end) { SSL_shutdown(end->ssl); ERR_clear_error(); }
static void detach(struct end *end) { SSL_free(end->ssl); }
#else
static void open_bytes(void) {}
static void attach(struct end *end) { (void)end; }
static ssize_t receive(struct end *end, char *data, size_t size) { return read(end->fd, data, size); }
static ssize_t transmit(struct end *end, const char *data, size_t size) { return write(end->fd, data, size); }
static bool may_write(struct end *end) { (void)end; return true; }
static void say_end(struct end *end) { (void)end; }
static void detach(struct end *end) { (void)end; }
#endif

/* -- ends --------------------------------------------------------------------------------------- */

static void watch(struct end *end, uint32_t interest)
{
    struct epoll_event event = {.events = interest, .data.ptr = end};
    if (end->fd >= 0 && interest != end->interest) {
        epoll_ctl(poller, EPOLL_CTL_MOD, end->fd, &event);
        end->interest = interest;
    }
}

static struct end *new_end(int fd, uint32_t interest)
{
    struct end *end = calloc(1, sizeof *end);
    if (!end)
        fail("calloc");
    *end = (struct end){.fd = fd, .interest = interest, .peer = end};
    struct epoll_event event = {.events = interest, .data.ptr = end};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
        fail("epoll_ctl");
    if (is_tcp)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    attach(end);
    return end;
}

static void close_end(struct end *end)
{
    if (end->fd < 0)
        return;
    detach(end);
    close(end->fd);
    end->fd = -1;
    free(end->rest);
    end->rest = NULL;
    end->next_dead = dead;
    dead = end;
}

static void close_both(struct end *end)
{
    close_end(end->peer);
    close_end(end);
}

/* `from` has ended and all of it has been written: pass the end on. */
static void pass_end(struct end *from)
{
    say_end(from->peer);
    shutdown(from->peer->fd, SHUT_WR);
    if (from->peer->ended)
        close_both(from);
}

static void forward(struct end *from)
{
    static char buffer[READ_SIZE];
    struct end *to = from->peer;
    ssize_t count = receive(from, buffer, sizeof buffer);

    if (kind == SOURCE && may_write(from)) /* it waited for the handshake */
        watch(from, from->interest | EPOLLOUT);
    if (count < 0) {
        if (errno != EAGAIN)
            close_both(from);
        return;
    }
    if (count == 0) {
        from->ended = true;
        watch(from, from->interest & ~(uint32_t)EPOLLIN);
        pass_end(from);
        return;
    }
    if (kind == SINK)
        return;
    ssize_t written = transmit(to, buffer, (size_t)count);
    if (written == count)
        return;
    if (written < 0 && errno != EAGAIN) {
        close_both(from);
        return;
    }
    size_t done = written < 0 ? 0 : (size_t)written;
    to->rest_length = (size_t)count - done;
    to->rest_written = 0;
    to->rest = malloc(to->rest_length);
    if (!to->rest)
        fail("malloc");
    memcpy(to->rest, buffer + done, to->rest_length);
    watch(from, from->interest & ~(uint32_t)EPOLLIN);
    watch(to, to->interest | EPOLLOUT);
}

/* `to` can be written to: put the rest out (there is none yet when it has just connected). */
static void flush(struct end *to)
{
    if (to->rest) {
        ssize_t written = transmit(to, to->rest + to->rest_written,
                                   to->rest_length - to->rest_written);
        if (written < 0) {
            if (errno != EAGAIN)
                close_both(to);
            return;
        }
        to->rest_written += (size_t)written;
        if (to->rest_written < to->rest_length)
            return;
        free(to->rest);
        to->rest = NULL;
    }
    watch(to, to->interest & ~(uint32_t)EPOLLOUT);
    if (to->peer->ended)
        pass_end(to->peer);
    else
        watch(to->peer, to->peer->interest | EPOLLIN);
}

static void produce(struct end *end)
{
    for (int i = 0; i < WRITES_AT_ONCE; i++) {
        ssize_t written = transmit(end, block, block_size);
        if (written < 0 && errno != EAGAIN)
            close_end(end);
        if (written != (ssize_t)block_size)
            return;
    }
}

static void accept_all(int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (kind != PROXY) {
            struct end *end = new_end(fd, EPOLLIN);
            if (kind == SOURCE && may_write(end))
                watch(end, EPOLLIN | EPOLLOUT);
            continue;
        }
        int upstream = socket(backend.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connect(upstream, (struct sockaddr *)&backend, backend_length) && errno != EINPROGRESS)
            fail("connect");
        struct end *client = new_end(fd, 0);
        struct end *server = new_end(upstream, EPOLLIN | EPOLLOUT);
        client->peer = server;
        server->peer = client;
    }
}

static void handle(struct end *end, uint32_t events)
{
    if (end->fd >= 0 && events & EPOLLOUT) {
        if (kind == SOURCE)
            produce(end);
        else
            flush(end);
    }
    if (end->fd >= 0 && events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
        if (end->ended || (end->interest & EPOLLIN) == 0) {
            if (events & EPOLLERR)
                close_both(end);
        } else {
            forward(end);
        }
    }
}

static int listen_on(const char *text)
{
    struct sockaddr_storage address;
    socklen_t length = parse_address(text, &address);
    is_tcp = address.ss_family == AF_INET;
    int listener = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length)
        || listen(listener, BACKLOG))
        fail("listen");
    if (is_tcp) {
        getsockname(listener, (struct sockaddr *)&address, &length);
        printf("%d\n", ntohs(((struct sockaddr_in *)&address)->sin_port));
    } else {
        printf("%s\n", text);
    }
    fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"echo", "sink", "source", "proxy"};
    int chosen = 0;
    while (argc > 3 && chosen < 4 && strcmp(argv[1], kinds[chosen]))
        chosen++;
#ifdef TLS
    chosen = chosen == PROXY ? 4 : chosen;
#endif
    if (argc < 4 || chosen == 4 || (chosen == PROXY && argc < 5)) {
        fprintf(stderr, "usage: floor echo|sink|source|proxy LISTEN SIZE [BACKEND]\n");
        return 2;
    }
    kind = (enum kind)chosen;
    block_size = strtoul(argv[3], NULL, 10);
    block = calloc(1, block_size + 1);
    if (!block)
        fail("calloc");
    if (kind == PROXY)
        backend_length = parse_address(argv[4], &backend);
    signal(SIGPIPE, SIG_IGN);
    open_bytes();

    poller = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(argv[2]);
    int listener_mark, input_mark;  /* their addresses tell these two from an end */
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener_mark};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    event = (struct epoll_event){.events = EPOLLIN, .data.ptr = &input_mark};
    epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event);

    for (;;) {
        struct epoll_event ready[BATCH];
        int count = epoll_wait(poller, ready, BATCH, -1);
        for (int i = 0; i < count; i++) {
            char byte;
            if (ready[i].data.ptr == &listener_mark)
                accept_all(listener);
            else if (ready[i].data.ptr != &input_mark)
                handle(ready[i].data.ptr, ready[i].events);
            else if (read(STDIN_FILENO, &byte, 1) <= 0)
                return 0;
        }
        while (dead) {
            struct end *next = dead->next_dead;
            free(dead);
            dead = next;
        }
    }
}
