#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "triaged/base/buf.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

#define LINE_MAX_BYTES (16u << 20) /* an answer beyond this is no answer of ours */

struct stream {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
	char *host;
	struct buf in;
	size_t taken; /* bytes at the front of `in` already given out */
};

static int wait_fd(int fd, short events, struct mono since, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n;

	do {
		int64_t left = timeout_ms - mono_since_ms(since);

		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n;
}

/* OpenSSL's own words for the newest failure. */
static const char *tls_reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *s = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return s ? s : "connection closed";
}

static int split_address(const char *address, char **host, char **port, struct err *e)
{
	const char *colon = strrchr(address, ':');
	const char *from = address, *to = colon;

	if (!colon || !colon[1] || colon == address)
		return err_set(e, "address '%s' is not host:port", address);
	if (*from == '[' && to[-1] == ']') {
		from++;
		to--;
	}
	*host = mem_dup(from, (size_t)(to - from));
	*port = mem_strdup(colon + 1);
	return 0;
}

static int connect_one(const struct addrinfo *ai, struct mono since, int timeout_ms)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, error = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return -1;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
		error = errno;
		if (error == EINPROGRESS) {
			error = ETIMEDOUT;
			if (wait_fd(fd, POLLOUT, since, timeout_ms) > 0)
				getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
		}
	}
	if (error) {
		close(fd);
		errno = error;
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static int connect_any(
	struct stream *s, const char *port, struct mono since, int timeout_ms, struct err *e)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM }, *list;
	int rc = getaddrinfo(s->host, port, &want, &list);

	if (rc != 0)
		return err_set(e, "%s: %s", s->host, gai_strerror(rc));
	for (const struct addrinfo *ai = list; ai && s->fd < 0; ai = ai->ai_next)
		s->fd = connect_one(ai, since, timeout_ms);
	rc = errno;
	freeaddrinfo(list);
	if (s->fd < 0)
		return err_set(e, "%s port %s: %s", s->host, port, strerror(rc));
	return 0;
}

static int load_certificates(struct stream *s, const struct stream_options *o, struct err *e)
{
	s->ctx = SSL_CTX_new(TLS_client_method());
	if (!s->ctx)
		return err_set(e, "TLS: %s", tls_reason());
	SSL_CTX_set_min_proto_version(s->ctx, TLS1_2_VERSION);
	SSL_CTX_set_verify(s->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(
		s->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (o->ca && SSL_CTX_load_verify_file(s->ctx, o->ca) != 1)
		return err_set(e, "authority %s: %s", o->ca, tls_reason());
	if (!o->ca && SSL_CTX_set_default_verify_paths(s->ctx) != 1)
		return err_set(e, "the system's certificate authorities: %s", tls_reason());
	if (o->certificate && SSL_CTX_use_certificate_chain_file(s->ctx, o->certificate) != 1)
		return err_set(e, "certificate %s: %s", o->certificate, tls_reason());
	if (o->key && SSL_CTX_use_PrivateKey_file(s->ctx, o->key, SSL_FILETYPE_PEM) != 1)
		return err_set(e, "key %s: %s", o->key, tls_reason());
	if (o->certificate && o->key && SSL_CTX_check_private_key(s->ctx) != 1)
		return err_set(
			e, "key %s does not belong to certificate %s", o->key, o->certificate);
	return 0;
}

static int expect_name(struct stream *s)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(s->ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, s->host) == 1)
		return 1;
	SSL_set_tlsext_host_name(s->ssl, s->host);
	return SSL_set1_host(s->ssl, s->host);
}

/*
 * Wait for what OpenSSL wants after a call returned rc <= 0. 1: try again, 0: deadline, -1: the
 * connection is over.
 */
static int want(struct stream *s, int rc, struct mono since, int timeout_ms)
{
	int error = SSL_get_error(s->ssl, rc);

	if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
		return -1;
	return wait_fd(s->fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, since, timeout_ms);
}

static int handshake(struct stream *s, struct mono since, int timeout_ms, struct err *e)
{
	s->ssl = SSL_new(s->ctx);
	if (!s->ssl || SSL_set_fd(s->ssl, s->fd) != 1 || expect_name(s) != 1)
		return err_set(e, "TLS: %s", tls_reason());
	for (;;) {
		ERR_clear_error();
		int rc = SSL_connect(s->ssl), next;

		if (rc == 1)
			return 0;
		next = want(s, rc, since, timeout_ms);
		if (next == 0)
			return err_set(e, "TLS: no answer within %d ms", timeout_ms);
		if (next > 0)
			continue;
		long verdict = SSL_get_verify_result(s->ssl);
		if (verdict != X509_V_OK)
			return err_set(e, "the daemon's certificate is not accepted: %s",
				X509_verify_cert_error_string(verdict));
		return err_set(e, "TLS: %s", tls_reason());
	}
}

struct stream *stream_open(const struct stream_options *o, struct err *e)
{
	struct stream *s = mem_zalloc(sizeof(*s));
	struct mono since = mono_now();
	char *port = NULL;
	bool ok;

	s->fd = -1;
	ok = split_address(o->address, &s->host, &port, e) == 0 &&
	     load_certificates(s, o, e) == 0 &&
	     connect_any(s, port, since, o->timeout_ms, e) == 0 &&
	     handshake(s, since, o->timeout_ms, e) == 0;
	free(port);
	if (!ok)
		stream_close(&s);
	return s;
}

void stream_close(struct stream **sp)
{
	struct stream *s = *sp;

	*sp = NULL;
	if (!s)
		return;
	if (s->ssl && SSL_is_init_finished(s->ssl))
		(void)SSL_shutdown(s->ssl);
	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
	if (s->fd >= 0)
		close(s->fd);
	buf_wipe(&s->in);
	free(s->host);
	free(s);
}

int stream_write(struct stream *s, const char *p, size_t n, int timeout_ms, struct err *e)
{
	struct mono since = mono_now();

	while (n > 0) {
		ERR_clear_error();
		int rc = SSL_write(s->ssl, p, n > 1 << 20 ? 1 << 20 : (int)n), next;

		if (rc > 0) {
			p += rc;
			n -= (size_t)rc;
			continue;
		}
		next = want(s, rc, since, timeout_ms);
		if (next == 0)
			return err_set(e, "the daemon takes nothing since %d ms", timeout_ms);
		if (next < 0)
			return err_set(e, "connection lost: %s", tls_reason());
	}
	return 0;
}

static bool take_line(struct stream *s, const char **line, size_t *n)
{
	char *end;

	buf_drop(&s->in, s->taken);
	s->taken = 0;
	end = s->in.len ? memchr(s->in.data, '\n', s->in.len) : NULL;
	if (!end)
		return false;
	*line = s->in.data;
	*n = (size_t)(end - s->in.data);
	s->taken = *n + 1;
	return true;
}

enum stream_result stream_line(
	struct stream *s, int timeout_ms, const char **line, size_t *n, struct err *e)
{
	struct mono since = mono_now();
	char bytes[16384];

	while (!take_line(s, line, n)) {
		ERR_clear_error();
		int rc = SSL_read(s->ssl, bytes, sizeof(bytes));

		if (rc > 0) {
			buf_add(&s->in, bytes, (size_t)rc);
			if (s->in.len > LINE_MAX_BYTES) {
				err_set(e, "the daemon sent a line over %u bytes", LINE_MAX_BYTES);
				return STREAM_LOST;
			}
			continue;
		}
		int next = want(s, rc, since, timeout_ms);
		if (next == 0)
			return STREAM_TIMEOUT;
		if (next < 0) {
			err_set(e, "connection lost: %s", tls_reason());
			return STREAM_LOST;
		}
	}
	return STREAM_LINE;
}
