/* Asking a node of a Cluster: who owns the slot of the center's keys? */
#include <stdint.h>
#include <string.h>

#include "finder_internal.h"
#include "reply.h"

#define SLOTS 16384

/* CRC-16 with polynomial 0x1021, most significant bit first, from 0: as the Cluster specification
 * has it for keys. */
int cluster_slot(const char *center)
{
	unsigned crc = 0;
	for (const char *p = center; *p; p++) {
		crc ^= (unsigned)(unsigned char)*p << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0);
		crc &= 0xffff;
	}
	return (int)(crc % SLOTS);
}

/* The next word of a line; len 0 at its end. */
static struct slice next_word(const char **at)
{
	const char *p = *at + strspn(*at, " ");
	struct slice word = { p, strcspn(p, " \n") };
	*at = p + word.len;
	return word;
}

/* "first-last" or "slot"; what moves, "[…", is still where it was. */
static bool covers(struct slice range, int slot)
{
	const char *dash = memchr(range.data, '-', range.len);
	struct slice first = { range.data, dash ? (size_t)(dash - range.data) : range.len };
	struct slice last = dash ? (struct slice){ dash + 1, range.len - first.len - 1 } : first;
	int64_t from, to;
	return slice_int(first, &from) == 0 && slice_int(last, &to) == 0 && from <= slot &&
	       slot <= to;
}

/* "host:port@bus", perhaps with ",name" behind; a node that does not know its own host yet leaves
 * it out, and is the one asked. */
static int read_address(
	struct slice word, const struct url *self, struct finding *out, struct err *e)
{
	const char *end = memchr(word.data, '@', word.len);
	size_t n = end ? (size_t)(end - word.data) : word.len;
	const char *colon = memrchr(word.data, ':', n);
	int64_t port;
	if (!colon || slice_int((struct slice){ colon + 1, n - (size_t)(colon - word.data) - 1 },
			      &port) < 0)
		return err_set(
			e, "CLUSTER NODES: \"%.*s\" is no address", (int)word.len, word.data);
	size_t host = (size_t)(colon - word.data);
	if (host == 0)
		return url_from(self, self->host, strlen(self->host), port, &out->master, e);
	return url_from(self, word.data, host, port, &out->master, e);
}

/* Fields of a line: id address flags master ping pong epoch link slot… 1: it owns the slot. */
static int read_line(
	const char *line, int slot, const struct url *self, struct finding *out, struct err *e)
{
	struct slice word[8];
	for (size_t i = 0; i < 8; i++)
		word[i] = next_word(&line);
	struct slice range;
	while ((range = next_word(&line)).len > 0 && !covers(range, slot))
		;
	if (range.len == 0)
		return 0;
	if (slice_int(word[6], &out->epoch) < 0)
		return err_set(e, "CLUSTER NODES: no configuration epoch");
	return read_address(word[1], self, out, e) < 0 ? -1 : 1;
}

int cluster_owner(
	const char *nodes, int slot, const struct url *self, struct finding *out, struct err *e)
{
	struct finding best = { .epoch = -1 };
	for (const char *line = nodes; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		struct finding f = { 0 };
		int owns = read_line(line, slot, self, &f, e);
		if (owns < 0)
			return -1;
		if (owns && f.epoch > best.epoch)
			best = f;
	}
	if (best.epoch < 0)
		return err_set(e, "no node of the Cluster owns slot %d", slot);
	best.known = true;
	*out = best;
	return 0;
}

static void on_nodes(void *arg, const redisReply *r)
{
	struct source *s = arg;
	struct err e;
	if (!r)
		return;
	s->next = (struct finding){ 0 };
	if (reply_check(r, &e) < 0 ||
		cluster_owner(reply_str(r), s->finder->slot, &s->url, &s->next, &e) < 0)
		s->next.why = e;
	finder_answered(s);
}

void cluster_ask(struct source *s)
{
	struct args a = { 0 };
	args_adds(&a, "CLUSTER");
	args_adds(&a, "NODES");
	link_send(s->link, &a, on_nodes, s);
	args_free(&a);
}
