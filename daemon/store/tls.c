#include "tls.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/mem.h"

struct tls {
	SSL_CTX *context;
	char *name;
};

/* The newest word of OpenSSL; its queue is empty then. */
static const char *reason(void)
{
	const char *text = ERR_reason_error_string(ERR_peek_last_error());
	ERR_clear_error();
	return text ? text : "unknown error";
}

static int use_files(SSL_CTX *context, const struct store_tls *o, struct err *e)
{
	if (SSL_CTX_load_verify_locations(context, o->ca, NULL) != 1)
		return err_set(e, "%s: %s", o->ca, reason());
	if (!*o->certificate)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(context, o->certificate) != 1)
		return err_set(e, "%s: %s", o->certificate, reason());
	if (SSL_CTX_use_PrivateKey_file(context, o->key, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(context) != 1)
		return err_set(e, "%s: %s", o->key, reason());
	return 0;
}

struct tls *tls_new(const struct store_tls *options, struct err *e)
{
	struct tls *tls = mem_zalloc(sizeof *tls);
	tls->context = SSL_CTX_new(TLS_client_method());
	tls->name = mem_strdup(options->name);
	CHECK(tls->context);
	ERR_clear_error();
	SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
	if (use_files(tls->context, options, e) < 0)
		tls_free(&tls);
	return tls;
}

void tls_free(struct tls **slot)
{
	struct tls *tls = *slot;
	*slot = NULL;
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	free(tls->name);
	free(tls);
}

static void expect(SSL *ssl, const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];
	bool numeric =
		inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
	if (numeric) {
		CHECK(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1);
		return;
	}
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	CHECK(SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1);
}

struct bufferevent *tls_connection(struct tls *tls, struct event_base *base, const char *host)
{
	SSL *ssl = SSL_new(tls->context);
	CHECK(ssl);
	expect(ssl, *tls->name ? tls->name : host);
	struct bufferevent *bev = bufferevent_openssl_socket_new(
		base, -1, ssl, BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev)
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

bool tls_is(struct bufferevent *bev)
{
	return bufferevent_openssl_get_ssl(bev) != NULL;
}

bool tls_explain(struct bufferevent *bev, struct err *e)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	if (!ssl)
		return false;
	long verified = SSL_get_verify_result(ssl);
	const char *text = ERR_reason_error_string(bufferevent_get_openssl_error(bev));
	if (verified != X509_V_OK)
		err_set(e, "the server's certificate: %s", X509_verify_cert_error_string(verified));
	else if (text)
		err_set(e, "TLS: %s", text);
	return verified != X509_V_OK || text;
}

/* The loop does not run meanwhile: what libevent holds goes out by hand. */
static bool write_all(SSL *ssl, struct evbuffer *out, struct pollfd *p, struct mono start, int ms)
{
	size_t n;
	while ((n = evbuffer_get_contiguous_space(out)) > 0) {
		int left = ms - (int)mono_since_ms(start);
		int written = SSL_write(ssl, evbuffer_pullup(out, (ev_ssize_t)n), (int)n);
		if (written > 0)
			evbuffer_drain(out, (size_t)written);
		else if (SSL_get_error(ssl, written) != SSL_ERROR_WANT_WRITE || left <= 0 ||
			 poll(p, 1, left) <= 0)
			return false;
	}
	return true;
}

void tls_flush(struct bufferevent *bev, int ms)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	struct evbuffer *out = bufferevent_get_output(bev);
	struct mono start = mono_now();
	struct pollfd p = { .fd = bufferevent_getfd(bev), .events = POLLOUT };
	char sink[4096];
	evbuffer_unfreeze(out, 1);
	if (!write_all(ssl, out, &p, start, ms))
		return;
	SSL_shutdown(ssl);
	shutdown(p.fd, SHUT_WR);
	p.events = POLLIN;
	for (int left = ms; left > 0; left = ms - (int)mono_since_ms(start))
		if (poll(&p, 1, left) <= 0 || recv(p.fd, sink, sizeof sink, 0) <= 0)
			return; /* the server has read everything and closed */
}
