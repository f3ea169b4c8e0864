/* What the load and the floor share when they are compiled for TLS: OpenSSL, with read()'s and write()'s answers. */

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <sys/types.h>

static void tls_configure(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                     | SSL_MODE_RELEASE_BUFFERS);
    /* A read takes several records from the kernel, where the default takes two reads for each. */
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 65536);
}

/* What read() and write() would answer. */
static ssize_t tls_outcome(SSL *ssl, int result, size_t done)
{
    int error = done ? SSL_ERROR_NONE : SSL_get_error(ssl, result);
    ERR_clear_error();
    if (done)
        return (ssize_t)done;
    if (error == SSL_ERROR_ZERO_RETURN)
        return 0;
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
    return -1;
}

static ssize_t tls_read(SSL *ssl, char *data, size_t most)
{
    size_t done = 0;
    int result;
    do {
        result = SSL_read(ssl, data + done, (int)(most - done));
        done += result > 0 ? (size_t)result : 0;
    } while (result > 0 && done < most && SSL_has_pending(ssl));
    return tls_outcome(ssl, result, done);
}

static ssize_t tls_write(SSL *ssl, const char *data, size_t most)
{
    size_t done = 0;
    int result;
    do {
        result = SSL_write(ssl, data + done, (int)(most - done));
        done += result > 0 ? (size_t)result : 0;
    } while (result > 0 && done < most);
    return tls_outcome(ssl, result, done);
}
