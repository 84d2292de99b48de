/*
 * bean port=P connections=N in_flight=W seconds=S: put, reserve and delete against beanstalkd, W
 * of these lives at once over N connections, as the peer of the daemon's contact lives.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loadgen/peer.h"
#include "loadgen/samples.h"

#define BODY_BYTES 300

enum call { CALL_PUT, CALL_RESERVE, CALL_DELETE };

struct life {
	enum call call;
	int64_t t0_us;
	uint64_t job;
	struct life *next; /* the next call on this connection awaiting its answer */
};

struct connection {
	struct bufferevent *bev;
	struct life *first, **last;
};

static struct event_base *base;
static struct samples put_to_reserved, whole;
static char body[BODY_BYTES + 3];
static uint64_t lives;
static int64_t from_us, end_us;

static void send_call(struct connection *c, struct life *l)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	switch (l->call) {
	case CALL_PUT:
		l->t0_us = now_us();
		evbuffer_add_printf(out, "put 100 0 60 %d\r\n%s", BODY_BYTES, body);
		break;
	case CALL_RESERVE:
		evbuffer_add_printf(out, "reserve\r\n");
		break;
	case CALL_DELETE:
		evbuffer_add_printf(out, "delete %" PRIu64 "\r\n", l->job);
		break;
	}
	l->next = NULL;
	*c->last = l;
	c->last = &l->next;
}

static void answered(struct connection *c, struct life *l)
{
	int64_t now = now_us();
	bool counts = now >= from_us && now < end_us;

	if (l->call == CALL_RESERVE && counts)
		samples_add(&put_to_reserved, now - l->t0_us);
	if (l->call == CALL_DELETE) {
		if (counts) {
			lives++;
			samples_add(&whole, now - l->t0_us);
		}
		if (now >= end_us)
			event_base_loopbreak(base);
		l->call = CALL_PUT;
	} else {
		l->call++;
	}
	send_call(c, l);
}

/* Takes one answer; false when it has not arrived whole. */
static bool take_answer(struct connection *c, struct evbuffer *in, struct life *l)
{
	static const char *const words[] = { "INSERTED", "RESERVED", "DELETED" };
	char line[128] = "";
	unsigned bytes = 0;
	struct evbuffer_ptr eol = evbuffer_search_eol(in, NULL, NULL, EVBUFFER_EOL_CRLF_STRICT);

	if (eol.pos < 0)
		return false;
	evbuffer_copyout(
		in, line, (size_t)eol.pos < sizeof line - 1 ? (size_t)eol.pos : sizeof line - 1);
	size_t need = (size_t)eol.pos + 2;
	if (strncmp(line, words[l->call], strlen(words[l->call])) != 0) {
		fprintf(stderr, "bean: %s\n", line);
		exit(1);
	}
	if (l->call == CALL_RESERVE) {
		if (sscanf(line, "RESERVED %" SCNu64 " %u", &l->job, &bytes) != 2)
			exit(1);
		need += bytes + 2;
		if (evbuffer_get_length(in) < need)
			return false;
	}
	evbuffer_drain(in, need);
	c->first = l->next;
	if (!c->first)
		c->last = &c->first;
	answered(c, l);
	return true;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct connection *c = arg;

	while (c->first && take_answer(c, bufferevent_get_input(bev), c->first))
		continue;
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev, (void)arg, (void)what;
	fprintf(stderr, "bean: connection lost\n");
	exit(1);
}

static void connect_one(struct connection *c, int port)
{
	int fd = peer_socket(port);

	if (fd < 0) {
		perror("bean: connect");
		exit(2);
	}
	c->last = &c->first;
	c->bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

int main(int argc, char **argv)
{
	int port = 0, connections = 50, in_flight = 256;
	double seconds = 1;

	for (int i = 1; i < argc; i++)
		if (sscanf(argv[i], "port=%d", &port) != 1 &&
			sscanf(argv[i], "connections=%d", &connections) != 1 &&
			sscanf(argv[i], "in_flight=%d", &in_flight) != 1 &&
			sscanf(argv[i], "seconds=%lf", &seconds) != 1)
			return 2;
	base = event_base_new();
	memset(body, 'm', BODY_BYTES);
	memcpy(body + BODY_BYTES, "\r\n", 3);
	struct connection *all = calloc((size_t)connections, sizeof *all);
	struct life *ls = calloc((size_t)in_flight, sizeof *ls);
	if (!all || !ls)
		abort();
	for (int i = 0; i < connections; i++)
		connect_one(&all[i], port);
	from_us = now_us() + 300000;
	end_us = from_us + (int64_t)(seconds * 1e6);
	for (int i = 0; i < in_flight; i++)
		send_call(&all[i % connections], &ls[i]);
	event_base_dispatch(base);
	samples_sort(&put_to_reserved);
	samples_sort(&whole);
	printf("{\"lives\":%" PRIu64 ",\"lives_per_s\":%.1f,\"reserved_p50_us\":%lld,"
	       "\"life_p50_us\":%lld}\n",
		lives, (double)lives / seconds, (long long)samples_at(&put_to_reserved, 0.5),
		(long long)samples_at(&whole, 0.5));
	return 0;
}
