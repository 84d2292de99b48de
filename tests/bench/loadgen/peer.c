#include "peer.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

SSL_CTX *peer_tls(const char *ca, const char *cert, const char *key)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	if (!c || SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1 ||
		SSL_CTX_load_verify_locations(c, ca, NULL) != 1 ||
		(cert && (SSL_CTX_use_certificate_file(c, cert, SSL_FILETYPE_PEM) != 1 ||
				 SSL_CTX_use_PrivateKey_file(c, key, SSL_FILETYPE_PEM) != 1))) {
		fprintf(stderr, "loadgen: cannot use %s and %s\n", ca, cert ? cert : "-");
		ERR_print_errors_fp(stderr);
		exit(2);
	}
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(c, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return c;
}

void peer_tls_free(SSL_CTX **tls)
{
	SSL_CTX_free(*tls);
	*tls = NULL;
}

int peer_socket(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	evutil_make_socket_nonblocking(fd);
	return fd;
}

static void on_secured(void *arg)
{
	struct peer *p = arg;

	p->on_up(p->arg);
}

static void on_came(void *arg)
{
	struct peer *p = arg;

	/* a callback may drop the peer: look again before each line */
	while (p->connected) {
		size_t n;
		char *line = evbuffer_readln(stream_in(&p->stream), &n, EVBUFFER_EOL_LF);
		if (!line)
			return;
		p->on_line(p->arg, line, n);
		free(line);
	}
}

static void on_left(void *arg)
{
	(void)arg;
}

static void on_lost(void *arg, bool closed)
{
	struct peer *p = arg;
	(void)closed;

	peer_drop(p);
	p->on_down(p->arg);
}

const struct stream_events peer_stream_events = {
	.secured = on_secured,
	.came = on_came,
	.left = on_left,
	.lost = on_lost,
};

int peer_connect(struct peer *p, int port)
{
	int fd = peer_socket(port);
	if (fd < 0)
		return -1;
	SSL *ssl = SSL_new(p->tls);
	if (!ssl)
		abort();
	SSL_set_tlsext_host_name(ssl, "localhost");
	SSL_set_connect_state(ssl);
	stream_open(&p->stream, p->streams, ssl, fd, p);
	p->connected = true;
	return 0;
}

void peer_write(struct peer *p, const char *bytes, size_t n)
{
	if (p->connected)
		stream_send(&p->stream, bytes, n);
}

void peer_drop(struct peer *p)
{
	if (p->connected)
		stream_close(&p->stream);
	p->connected = false;
}
