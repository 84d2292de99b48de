#include "sources.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#define NETWORK_BYTES 8 /* of an IPv6 address: what one customer has is never less */

struct waiting_peer {
	struct waiting_peer *next;
	int64_t until_ms;
	int fd;
};

struct source {
	struct waiting_peer *first, *last;
	int handshakes;
	unsigned char address[NETWORK_BYTES];
	uint8_t address_len;
};

void sources_init(struct sources *t)
{
	uint64_t seed[2];
	CHECK(getrandom(seed, sizeof seed, 0) == sizeof seed);
	*t = (struct sources){ 0 };
	map_init(&t->by_address, seed[0], seed[1]);
}

void sources_fini(struct sources *t)
{
	sources_send_away(t);
	map_fini(&t->by_address);
}

static void read_address(struct source *s, int fd)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof a;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&a;
	if (getpeername(fd, (struct sockaddr *)&a, &n) < 0)
		return; /* gone already: as good an address as any */
	bool mapped = a.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
	if (a.ss_family == AF_INET) {
		memcpy(s->address, &v4->sin_addr, s->address_len = 4);
	} else if (a.ss_family == AF_INET6) {
		s->address_len = mapped ? 4 : NETWORK_BYTES;
		memcpy(s->address, v6->sin6_addr.s6_addr + (mapped ? 12 : 0), s->address_len);
	}
}

static struct source *source_of(struct sources *t, int fd)
{
	struct source fresh = { 0 };
	read_address(&fresh, fd);
	const char *key = (const char *)fresh.address;
	struct source *s = map_getn(&t->by_address, key, fresh.address_len);
	if (!s) {
		s = mem_dup(&fresh, sizeof fresh);
		map_putn(&t->by_address, key, fresh.address_len, s);
	}
	return s;
}

static bool has_place(const struct source *s, const struct source_limits *l)
{
	return l->handshakes == 0 || s->handshakes < l->handshakes;
}

static void forget_if_empty(struct sources *t, struct source *s)
{
	if (s->handshakes > 0 || s->first)
		return;
	map_removen(&t->by_address, (const char *)s->address, s->address_len);
	free(s);
}

enum source_entry sources_enter(struct sources *t, int fd, const struct source_limits *l,
	int64_t now_ms, struct source **source)
{
	struct source *s = source_of(t, fd);
	*source = s;
	if (has_place(s, l) && !s->first) {
		s->handshakes++;
		return SOURCE_BEGIN;
	}
	if (t->waiting >= l->waiting)
		return SOURCE_REFUSE;
	struct waiting_peer *p = mem_zalloc(sizeof *p);
	p->fd = fd;
	p->until_ms = now_ms + l->wait_ms;
	*(s->last ? &s->last->next : &s->first) = p;
	s->last = p;
	t->waiting++;
	return SOURCE_WAIT;
}

static int take_first(struct sources *t, struct source *s, int64_t *until_ms)
{
	struct waiting_peer *p = s->first;
	int fd = p->fd;
	*until_ms = p->until_ms;
	s->first = p->next;
	if (!s->first)
		s->last = NULL;
	free(p);
	t->waiting--;
	return fd;
}

int sources_leave(
	struct sources *t, struct source *s, const struct source_limits *l, int64_t now_ms)
{
	s->handshakes--;
	while (s->first && has_place(s, l)) {
		int64_t until_ms;
		int fd = take_first(t, s, &until_ms);
		if (until_ms > now_ms) {
			s->handshakes++;
			return fd;
		}
		close(fd);
	}
	forget_if_empty(t, s);
	return -1;
}

bool sources_any_waits(const struct source *s)
{
	return s->first != NULL;
}

void sources_send_away(struct sources *t)
{
	struct source *s;
	const char *key;
	int64_t until_ms;
	for (size_t i = 0; (s = map_walk(&t->by_address, &i, &key));) {
		while (s->first)
			close(take_first(t, s, &until_ms));
		forget_if_empty(t, s);
	}
}
