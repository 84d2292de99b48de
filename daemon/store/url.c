#include "url.h"

#include <stdint.h>
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

static int parse_tcp(const char *p, struct url *u, struct err *e)
{
	const char *colon = strrchr(p, ':');
	int64_t port;
	if (!colon || slice_int((struct slice){ colon + 1, strlen(colon + 1) }, &port) < 0 ||
		port < 1 || port > 65535)
		return err_set(e, "\"%s\" does not end in a port (1 to 65535)", p);
	u->port = (int)port;
	if (*p == '[' && colon[-1] == ']')
		return set_host(u, p + 1, (size_t)(colon - p) - 2, sizeof u->host - 1, e);
	return set_host(u, p, (size_t)(colon - p), sizeof u->host - 1, e);
}

int url_parse(const char *text, struct url *u, struct err *e)
{
	*u = (struct url){ 0 };
	if (strncmp(text, "unix:", 5) == 0) {
		u->is_unix = true;
		return set_host(u, text + 5, strlen(text + 5),
			sizeof((struct sockaddr_un *)0)->sun_path - 1, e);
	}
	if (strncmp(text, "tcp:", 4) == 0)
		return parse_tcp(text + 4, u, e);
	return err_set(e, "\"%s\" is neither unix:PATH nor tcp:HOST:PORT", text);
}
