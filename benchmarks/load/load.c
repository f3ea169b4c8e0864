/* The load generator: one thread on epoll that plays the other side of every flow.
 *
 *     load FLOW unix|tcp SIZE CONNECTIONS SECONDS WARMUP [UNITS]
 *
 * It talks with the harness in lines, so that the server's figures are read while all is quiet:
 *
 *     out  backend ADDRESS     (pipe and client) where the server has to connect to
 *     in   connect ADDRESS     a TCP port on 127.0.0.1, or a path
 *     out  ready               connected, warmed up, and at rest again
 *     in   go
 *     out  {...}               the figures as one line of JSON; at rest again
 *     in   bye                 (or the end of the input) finish: end all connections properly
 *
 * echo    every connection keeps one message of SIZE bytes on its way
 * c2s     every connection sends SIZE bytes at a time, the server reads
 * s2c     the server sends, this end reads
 * pipe    c2s through a proxy, whose backend is this same process
 * accept  CONNECTIONS at a time: connect, one byte each way, close
 * idle    open CONNECTIONS, one byte each way, and hold them
 * client  echo, while this process also answers the connections that each message sets off
 *
 * With UNITS the load does not end after SECONDS but after so many messages or connections (bytes in
 * bulk), for who counts instructions.
 *
 * Compiled with -DTLS it speaks TLS 1.3, and knows neither pipe nor client.  A connection of accept
 * is then closed when the server has ended it, too.
 *
 * load.py does the same, for where there is no compiler.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#ifdef TLS
#include "../tls.h"
#endif

enum { READ_SIZE = 262144, BATCH = 256, CONNECTING_AT_ONCE = 50, SLACK_SECONDS = 15 };
enum flow { ECHO, C2S, S2C, PIPE, ACCEPT, IDLE, CLIENT };

struct connection {
    int fd;
    uint32_t interest;
    bool is_backend;          /* the far end of a proxy */
    size_t sent, received;    /* of the message on its way */
    uint64_t started;
    bool leaving;             /* has said its end, and waits for the server's */
#ifdef TLS
    SSL *ssl;
#endif
};

static enum flow flow;
static bool is_tcp;
static size_t size;
static int wanted;            /* how many connections */
static int goal;              /* how many idle ones there should be by now */
static char *payload, *buffer;
static int poller, backend_listener = -1;
static struct sockaddr_storage server;
static socklen_t server_length;

static struct connection *clients;
static int opened;            /* in `clients` */
static int backends;          /* connections that the proxy made to us */
static struct connection *backend_ends;

static bool checking;         /* compare what comes back: in the warm-up, not while measuring */
static uint64_t now, deadline;
static uint64_t limit, begun; /* of UNITS; no limit if 0 */
static uint64_t units;        /* messages, bytes or connections of this phase */
static uint64_t sent_total, received_total;  /* bytes of a pipe, over all phases */
static int underway;          /* messages on their way */

/* -- latencies: a histogram whose buckets are at most 1/64 wide ------------------------------- */

enum { SUB_BITS = 6, SUB = 1 << SUB_BITS, BUCKETS = (64 - SUB_BITS + 1) * SUB };
static uint64_t histogram[BUCKETS], samples, slowest;

static void record(uint64_t nanoseconds)
{
    int shift = nanoseconds < SUB ? 0 : 63 - __builtin_clzll(nanoseconds) - SUB_BITS;
    size_t bucket = (size_t)shift * SUB + (size_t)(nanoseconds >> shift);
    histogram[bucket]++;
    samples++;
    if (nanoseconds > slowest)
        slowest = nanoseconds;
}

static double percentile_us(double part)
{
    uint64_t rank = (uint64_t)(part * (double)samples), seen = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += histogram[i];
        if (seen > rank) {
            int shift = i < 2 * SUB ? 0 : (int)(i / SUB) - 1;
            uint64_t low = ((uint64_t)i - (uint64_t)shift * SUB) << shift;
            uint64_t middle = low + ((1ULL << shift) >> 1);
            return (double)(middle < slowest ? middle : slowest) / 1e3;
        }
    }
    return (double)slowest / 1e3;
}

/* -- small tools ------------------------------------------------------------------------------ */

static void fail(const char *what)
{
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static void fail_errno(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The server hangs, or the harness does: never outlive either. */
static void on_alarm(int number)
{
    static const char text[] = "load: not done in time\n";
    (void)number;
    _exit(write(STDERR_FILENO, text, sizeof text - 1) < 0 ? 2 : 1);
}

static uint64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool going_on(void)
{
    return limit ? begun < limit : now < deadline;
}

static void watch(struct connection *c, uint32_t interest)
{
    struct epoll_event event = {.events = interest, .data.ptr = c};
    if (interest != c->interest && epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event))
        fail_errno("epoll_ctl");
    c->interest = interest;
}

/* -- the bytes of a connection: plain, or by OpenSSL -------------------------------------------- */

#ifdef TLS
static SSL_CTX *context;

/* The same for every server: one suite, one group, and no session taken up again. */
static void open_bytes(void)
{
    context = SSL_CTX_new(TLS_client_method());
    if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
        || !SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384")
        || !SSL_CTX_set1_groups_list(context, "X25519"))
        fail("OpenSSL has no TLS 1.3 as it is needed");
    tls_configure(context);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static void attach(struct connection *c)
{
    c->ssl = SSL_new(context);
    if (!c->ssl || !SSL_set_fd(c->ssl, c->fd))
        fail("SSL_new");
    SSL_set_connect_state(c->ssl);
}

static ssize_t get(struct connection *c, char *data, size_t most) { return tls_read(c->ssl, data, most); }
static ssize_t put(struct connection *c, const char *data, size_t most) { return tls_write(c->ssl, data, most); }
static bool is_shaken(struct connection *c) { return SSL_is_init_finished(c->ssl); }

/* Go on with the handshake; true when it is done. */
static bool shake_hands(struct connection *c)
{
    int result = SSL_do_handshake(c->ssl);
    if (result == 1)
        return true;
    if (tls_outcome(c->ssl, result, 0) == 0 || errno != EAGAIN)
        fail("the handshake fails");
    watch(c, EPOLLIN);
    return false;
}

static void say_end(struct connection *c)
{
    SSL_shutdown(c->ssl);
    ERR_clear_error();
    shutdown(c->fd, SHUT_WR);
}

/* Whether the connection can be closed; in TLS the server is to end it, too. */
static bool part(struct connection *c)
{
    if (!c->leaving) {
        say_end(c);
        c->leaving = true;
        return false;
    }
    char rest[256];
    ssize_t count;
    while ((count = read(c->fd, rest, sizeof rest)) > 0)
        ;
    return count == 0 || errno != EAGAIN;
}

static void detach(struct connection *c) { SSL_free(c->ssl); }
#else
static void open_bytes(void) {}
static void attach(struct connection *c) { (void)c; }
static ssize_t get(struct connection *c, char *data, size_t most) { return read(c->fd, data, most); }
static ssize_t put(struct connection *c, const char *data, size_t most) { return write(c->fd, data, most); }
static bool is_shaken(struct connection *c) { (void)c; return true; }
static bool shake_hands(struct connection *c) { (void)c; return true; }
static void say_end(struct connection *c) { shutdown(c->fd, SHUT_WR); }
static bool part(struct connection *c) { (void)c; return true; }
static void detach(struct connection *c) { (void)c; }
#endif

/* -- opening connections ---------------------------------------------------------------------- */

static void adopt(struct connection *c, int fd, uint32_t interest)
{
    *c = (struct connection){.fd = fd, .interest = interest, .started = now};
    struct epoll_event event = {.events = interest, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
        fail_errno("epoll_ctl");
    if (is_tcp)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    attach(c);
}

static socklen_t parse_address(const char *text, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof *address);
    if (!is_tcp) {
        struct sockaddr_un *local = (struct sockaddr_un *)address;
        local->sun_family = AF_UNIX;
        if (strlen(text) >= sizeof local->sun_path)
            fail("the path is too long");
        strcpy(local->sun_path, text);
        return sizeof *local;
    }
    struct sockaddr_in *tcp = (struct sockaddr_in *)address;
    tcp->sin_family = AF_INET;
    tcp->sin_port = htons((uint16_t)atoi(text));
    tcp->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof *tcp;
}

static void open_connection(struct connection *c)
{
    int fd = socket(server.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail_errno("socket");
    if (flow == ACCEPT && is_tcp) {
        /* Many short connections from one address would run out of ports: use 200 addresses. */
        static unsigned turn;
        struct sockaddr_in source = {.sin_family = AF_INET};
        source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % 200);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
        if (bind(fd, (struct sockaddr *)&source, sizeof source))
            fail_errno("bind");
    }
    now = clock_ns(CLOCK_MONOTONIC);
    if (connect(fd, (struct sockaddr *)&server, server_length) && errno != EINPROGRESS)
        fail_errno("connect");
    adopt(c, fd, EPOLLOUT);
}

static void check_connected(const struct connection *c)
{
    int error = 0;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    if (error) {
        errno = error;
        fail_errno("connect");
    }
}

static bool wait_for(const struct connection *c, short events)
{
    struct pollfd one = {.fd = c->fd, .events = events};
    return poll(&one, 1, 5000) == 1;
}

static void accept_backends(void)
{
    int fd;
    while ((fd = accept4(backend_listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *c;
        if (flow == CLIENT)
            c = malloc(sizeof *c);
        else if (backends == wanted)
            fail("the proxy connects more often than it is connected to");
        else
            c = &backend_ends[backends++];
        adopt(c, fd, EPOLLIN);
        c->is_backend = true;
    }
}

/* -- one event -------------------------------------------------------------------------------- */

static void send_rest(struct connection *c)
{
    ssize_t count = put(c, payload + c->sent, size - c->sent);
    if (count < 0 && errno != EAGAIN)
        fail_errno("write");
    c->sent += count > 0 ? (size_t)count : 0;
    watch(c, c->sent < size ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void send_message(struct connection *c)
{
    c->sent = c->received = 0;
    underway++;
    begun++;
    send_rest(c);
}

static ssize_t receive(struct connection *c, size_t most)
{
    ssize_t count = get(c, buffer, most < READ_SIZE ? most : READ_SIZE);
    if (count < 0 && errno != EAGAIN)
        fail_errno("read");
    if (count == 0)
        fail("the server closed a connection");
    return count;
}

/* Read on in the message on its way; true when it is complete. */
static bool receive_message(struct connection *c)
{
    ssize_t count = receive(c, size - c->received);
    if (count < 0)
        return false;
    if (checking && memcmp(buffer, payload + c->received, (size_t)count))
        fail("what came back is not what was sent");
    c->received += (size_t)count;
    if (c->received < size)
        return false;
    underway--;
    return true;
}

static void on_echo(struct connection *c, uint32_t events)
{
    if (events & EPOLLOUT)
        send_rest(c);
    if (events & ~(uint32_t)EPOLLOUT && receive_message(c)) {
        now = clock_ns(CLOCK_MONOTONIC);
        record(now - c->started);
        units++;
        if (going_on()) {
            c->started = now;
            send_message(c);
        }
    }
}

static void on_bulk(struct connection *c, uint32_t events)
{
    if (c->is_backend || flow == S2C) {
        ssize_t count = receive(c, READ_SIZE);
        if (count > 0 && flow == PIPE && checking)
            for (ssize_t i = 0; i < count; i++, c->received++)
                if (buffer[i] != payload[c->received % size])
                    fail("what came through the proxy is not what was sent");
        units += count > 0 ? (uint64_t)count : 0;
        begun += flow == S2C && count > 0 ? (uint64_t)count : 0;
        return;
    }
    if (events & EPOLLIN && (get(c, buffer, READ_SIZE) >= 0 || errno != EAGAIN))
        fail("the server sent or closed where it should only read");
    /* A message that was cut short is completed first: the payload stays in step. */
    ssize_t count = put(c, payload + c->sent, size - c->sent);
    if (count < 0 && errno != EAGAIN)
        fail_errno("write");
    if (count > 0) {
        c->sent = (c->sent + (size_t)count) % size;
        sent_total += (uint64_t)count;
        begun += (uint64_t)count;
        units += flow == C2S ? (uint64_t)count : 0;
    }
}

/* accept and idle: connected, a byte, a byte back; then close, or hold. */
static void on_visit(struct connection *c, uint32_t events)
{
    if (events & EPOLLOUT || !is_shaken(c)) {
        check_connected(c);
        if (shake_hands(c))
            send_message(c);
        return;
    }
    if (!c->leaving) {
        if (!receive_message(c))
            return;
        now = clock_ns(CLOCK_MONOTONIC);
        record(now - c->started);
        units++;
    }
    if (flow == ACCEPT) {
        if (!part(c))
            return;
        detach(c);
        close(c->fd);
        if (going_on())
            open_connection(c);
        else
            opened--;
    } else if (opened < goal) {
        open_connection(&clients[opened++]);
    }
}

/* The far end of a connection that the server opened as a client: what comes goes back. */
static void on_backend(struct connection *c)
{
    ssize_t count = read(c->fd, buffer, READ_SIZE);
    if (count > 0 && write(c->fd, buffer, (size_t)count) == count)
        return;
    close(c->fd);
    free(c);
}

static void turn(void)
{
    struct epoll_event ready[BATCH];
    int count = epoll_wait(poller, ready, BATCH, 1000);
    for (int i = 0; i < count; i++) {
        struct connection *c = ready[i].data.ptr;
        if (!c)
            accept_backends();
        else if (flow == CLIENT && c->is_backend)
            on_backend(c);
        else if (flow == ECHO || flow == CLIENT)
            on_echo(c, ready[i].events);
        else if (flow == ACCEPT || flow == IDLE)
            on_visit(c, ready[i].events);
        else
            on_bulk(c, ready[i].events);
    }
    now = clock_ns(CLOCK_MONOTONIC);
}

/* -- phases ----------------------------------------------------------------------------------- */

/* Open the connections that stay open, one after the other so that no backlog overflows. */
static void open_all(void)
{
    while (opened < wanted) {
        struct connection *c = &clients[opened++];
        open_connection(c);
        if (!wait_for(c, POLLOUT))
            fail("the server does not accept");
        check_connected(c);
        while (!shake_hands(c))
            if (!wait_for(c, POLLIN))
                fail("the server does not shake hands");
        watch(c, 0);
    }
    while (flow == PIPE && backends < wanted)
        turn();
}

/* Load the server for so many seconds and leave it at rest. */
static void phase(double seconds)
{
    units = samples = slowest = begun = 0;
    memset(histogram, 0, sizeof histogram);
    now = clock_ns(CLOCK_MONOTONIC);
    deadline = now + (uint64_t)(seconds * 1e9);
    switch (flow) {
    case ECHO:
    case CLIENT:
        for (int i = 0; i < opened; i++) {
            clients[i].started = now;
            send_message(&clients[i]);
        }
        while (underway)
            turn();
        break;
    case C2S:
    case S2C:
    case PIPE:
        for (int i = 0; i < opened; i++)
            watch(&clients[i], flow == S2C ? EPOLLIN : EPOLLIN | EPOLLOUT);
        while (going_on())
            turn();
        for (int i = 0; i < opened; i++)
            watch(&clients[i], 0);
        if (flow == PIPE) {
            while (received_total + units < sent_total)
                turn();
            received_total += units;
        }
        break;
    case ACCEPT:
        for (opened = 0; opened < wanted; )
            open_connection(&clients[opened++]);
        while (opened)
            turn();
        break;
    case IDLE: {
        int more = checking ? CONNECTING_AT_ONCE : wanted;
        goal = opened + more;
        for (int i = 0; i < CONNECTING_AT_ONCE && opened < goal; i++)
            open_connection(&clients[opened++]);
        while (units < (uint64_t)more)
            turn();
        break;
    }
    }
}

/* End the connections: what is sent must be read to its end, and the end passed on. */
static void finish(void)
{
    if (flow != C2S && flow != PIPE)
        return;
    for (int i = 0; i < opened; i++)
        say_end(&clients[i]);
    for (int i = 0; i < opened + backends; i++) {
        struct connection *c = i < backends ? &backend_ends[i] : &clients[i - backends];
        ssize_t count;
        do {
            if (!wait_for(c, POLLIN))
                fail("the server did not end a connection that the client ended");
            count = get(c, buffer, READ_SIZE);
        } while (count < 0 && errno == EAGAIN);
        if (count > 0)
            fail("the server sent where it should only read");
        if (c->is_backend)
            close(c->fd);
    }
}

static char *read_line(const char *expected)
{
    static char line[512];
    if (!fgets(line, sizeof line, stdin))
        exit(0);
    line[strcspn(line, "\n")] = 0;
    size_t length = strlen(expected);
    if (strncmp(line, expected, length))
        fail("the harness did not say what was expected");
    return line + length;
}

static void listen_as_backend(void)
{
    /* A Unix backend stands beside the server, in the directory that the harness gave as TMPDIR. */
    char path[108];
    struct sockaddr_storage address;
    const char *directory = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/backend.%d", directory ? directory : "/tmp", (int)getpid());
    socklen_t length = parse_address(is_tcp ? "0" : path, &address);
    backend_listener = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (backend_listener < 0 || bind(backend_listener, (struct sockaddr *)&address, length)
        || listen(backend_listener, 511))
        fail_errno("listen");
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(poller, EPOLL_CTL_ADD, backend_listener, &event);
    if (is_tcp) {
        getsockname(backend_listener, (struct sockaddr *)&address, &length);
        printf("backend %d\n", ntohs(((struct sockaddr_in *)&address)->sin_port));
    } else {
        printf("backend %s\n", path);
    }
}

int main(int argc, char **argv)
{
    static const char *const flows[] = {"echo", "c2s", "s2c", "pipe", "accept", "idle", "client"};
    int chosen = 0;
    while (argc >= 7 && chosen < 7 && strcmp(argv[1], flows[chosen]))
        chosen++;
#ifdef TLS
    chosen = chosen == PIPE || chosen == CLIENT ? 7 : chosen;
#endif
    if (argc < 7 || argc > 8 || chosen == 7) {
        fprintf(stderr, "usage: load FLOW unix|tcp SIZE CONNECTIONS SECONDS WARMUP [UNITS]\n");
        return 2;
    }
    flow = (enum flow)chosen;
    is_tcp = !strcmp(argv[2], "tcp");
    size = flow == ACCEPT || flow == IDLE ? 1 : strtoul(argv[3], NULL, 10);
    wanted = atoi(argv[4]);
    double seconds = atof(argv[5]), warmup = atof(argv[6]);
    if (size == 0 || wanted < 1)
        fail("SIZE and CONNECTIONS are at least 1");
    payload = malloc(size);
    buffer = malloc(READ_SIZE);
    clients = calloc((size_t)wanted + CONNECTING_AT_ONCE, sizeof *clients);
    backend_ends = calloc((size_t)wanted, sizeof *backend_ends);
    if (!payload || !buffer || !clients || !backend_ends)
        fail("no memory");
    for (size_t i = 0; i < size; i++)
        payload[i] = (char)(' ' + (i * 131 + i / 251) % 64);
    payload[size - 1] = '\n'; /* a server may read lines of text */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, on_alarm);
    alarm((unsigned)(seconds + warmup) + SLACK_SECONDS);
    setvbuf(stdout, NULL, _IOLBF, 0);
    poller = epoll_create1(EPOLL_CLOEXEC);
    open_bytes();

    if (flow == PIPE || flow == CLIENT)
        listen_as_backend();
    server_length = parse_address(read_line("connect "), &server);
    if (flow != ACCEPT && flow != IDLE)
        open_all();
    checking = true;
    phase(warmup);
    checking = false;
    puts("ready");

    read_line("go");
    limit = argc == 8 ? strtoull(argv[7], NULL, 10) : 0;
    uint64_t wall = clock_ns(CLOCK_MONOTONIC), cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    phase(seconds);
    wall = clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"units\": %llu, \"seconds\": %.9f, \"cpu_seconds\": %.9f",
           (unsigned long long)units, (double)wall / 1e9, (double)cpu / 1e9);
    if (samples)
        printf(", \"p50_us\": %.3f, \"p99_us\": %.3f, \"p999_us\": %.3f, \"max_us\": %.3f",
               percentile_us(0.5), percentile_us(0.99), percentile_us(0.999),
               (double)slowest / 1e3);
    puts("}");

    char line[16];
    if (fgets(line, sizeof line, stdin))
        finish();
    return 0;
}
