#include "dial.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "tls.h"
#include "triaged/base/check.h"
#include "triaged/base/clock.h"

#define TURN_BYTES (1 << 20) /* read or written at most in one turn of the loop */

struct bufferevent *dial_new(struct dialer *d, const struct url *url)
{
	struct bufferevent *bev =
		url->is_tls ? tls_connection(d->tls, d->base, url->host)
			    : bufferevent_socket_new(d->base, -1, BEV_OPT_CLOSE_ON_FREE);
	CHECK(bev);
	/* A batch goes out in one turn of the loop, not in slices of 16 KiB. */
	bufferevent_set_max_single_write(bev, TURN_BYTES);
	bufferevent_set_max_single_read(bev, TURN_BYTES);
	return bev;
}

static int start_unix(const struct url *url, struct bufferevent *bev)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	memcpy(addr.sun_path, url->host, strnlen(url->host, sizeof addr.sun_path - 1));
	return bufferevent_socket_connect(bev, (struct sockaddr *)&addr, sizeof addr);
}

static int start_tcp(struct dialer *d, const struct url *url, struct bufferevent *bev)
{
	struct in6_addr v6;
	struct in_addr v4;
	bool numeric = evutil_inet_pton(AF_INET, url->host, &v4) == 1 ||
		       evutil_inet_pton(AF_INET6, url->host, &v6) == 1;
	if (!numeric && !d->dns)
		d->dns = evdns_base_new(d->base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
	return bufferevent_socket_connect_hostname(
		bev, numeric ? NULL : d->dns, AF_UNSPEC, url->host, url->port);
}

int dial_start(struct dialer *d, const struct url *url, struct bufferevent *bev)
{
	return url->is_unix ? start_unix(url, bev) : start_tcp(d, url, bev);
}

void dial_explain(struct bufferevent *bev, int error, struct err *e)
{
	int dns = bufferevent_socket_get_dns_error(bev);
	if (dns)
		err_set(e, "%s", evutil_gai_strerror(dns));
	else if (!tls_explain(bev, e))
		err_set(e, "%s", strerror(error));
}

void dial_done(const struct url *url, struct bufferevent *bev)
{
	int on = 1;
	evutil_socket_t fd = bufferevent_getfd(bev);
	if (url->is_unix)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

void dial_flush(struct bufferevent *bev, int ms)
{
	evutil_socket_t fd = bufferevent_getfd(bev);
	struct evbuffer *out = bufferevent_get_output(bev);
	struct mono start = mono_now();
	bool sent = false;
	if (tls_is(bev)) {
		tls_flush(bev, ms);
		return;
	}
	for (int left = ms; left > 0; left = ms - (int)mono_since_ms(start)) {
		struct pollfd p = { .fd = fd, .events = sent ? POLLIN : POLLOUT };
		if (poll(&p, 1, left) <= 0)
			return;
		char sink[4096];
		if (sent && recv(fd, sink, sizeof sink, 0) <= 0)
			return; /* the server has read everything and closed */
		if (!sent) {
			evbuffer_unfreeze(out, 1);
			if (evbuffer_get_length(out) > 0 && evbuffer_write(out, fd) < 0)
				return;
			evbuffer_freeze(out, 1);
			sent = evbuffer_get_length(out) == 0;
			if (sent)
				shutdown(fd, SHUT_WR);
		}
	}
}

void dial_fini(struct dialer *d)
{
	if (d->dns)
		evdns_base_free(d->dns, 0);
}
