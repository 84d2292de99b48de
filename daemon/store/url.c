#include "url.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "triaged/base/record.h"

static int set_host(struct url *u, const char *p, size_t n, size_t max, struct err *e)
{
	if (n == 0 || n > max)
		return err_set(e, "address of %zu bytes, allowed are 1 to %zu", n, max);
	memcpy(u->host, p, n);
	u->host[n] = '\0';
	return 0;
}

static int set_port(struct url *u, int64_t port, struct err *e)
{
	if (port < 1 || port > 65535)
		return err_set(e, "port %lld, allowed are 1 to 65535", (long long)port);
	u->port = (int)port;
	return 0;
}

static int parse_tcp(const char *p, struct url *u, struct err *e)
{
	const char *colon = strrchr(p, ':');
	int64_t port;
	if (!colon || slice_int((struct slice){ colon + 1, strlen(colon + 1) }, &port) < 0 ||
		set_port(u, port, e) < 0)
		return err_set(e, "\"%s\" does not end in a port (1 to 65535)", p);
	const char *end = colon;
	if (*p == '[' && end[-1] == ']')
		p++, end--;
	if (memchr(p, '[', (size_t)(end - p)) || memchr(p, ']', (size_t)(end - p)))
		return err_set(e, "brackets stand around a whole address, [::1]:6379");
	return set_host(u, p, (size_t)(end - p), sizeof u->host - 1, e);
}

int url_parse(const char *text, struct url *u, struct err *e)
{
	*u = (struct url){ 0 };
	if (strncmp(text, "unix:", 5) == 0) {
		u->is_unix = true;
		return set_host(u, text + 5, strlen(text + 5),
			sizeof((struct sockaddr_un *)0)->sun_path - 1, e);
	}
	u->is_tls = strncmp(text, "tls:", 4) == 0;
	if (u->is_tls || strncmp(text, "tcp:", 4) == 0)
		return parse_tcp(text + 4, u, e);
	return err_set(e, "\"%s\" is none of unix:PATH, tcp:HOST:PORT and tls:HOST:PORT", text);
}

int url_from(const struct url *like, const char *host, size_t n, int64_t port, struct url *u,
	struct err *e)
{
	*u = (struct url){ .is_tls = like->is_tls };
	if (set_port(u, port, e) < 0)
		return -1;
	return set_host(u, host, n, sizeof u->host - 1, e);
}

bool url_equal(const struct url *a, const struct url *b)
{
	return a->is_unix == b->is_unix && a->is_tls == b->is_tls && a->port == b->port &&
	       strcmp(a->host, b->host) == 0;
}

const char *url_text(const struct url *u, char out[URL_TEXT_SIZE])
{
	bool v6 = strchr(u->host, ':') && !u->is_unix;
	if (u->is_unix)
		snprintf(out, URL_TEXT_SIZE, "%s", u->host);
	else
		snprintf(out, URL_TEXT_SIZE, v6 ? "[%s]:%d" : "%s:%d", u->host, u->port);
	return out;
}
