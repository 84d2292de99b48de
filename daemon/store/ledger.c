#include "triaged/store/ledger.h"

#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "args.h"
#include "reply.h"
#include "triaged/base/mem.h"
#include "url.h"

#define PAGE               100 /* packs of some 32 kB: below what a reply may hold */
#define TRANSCRIPT_MAX     10000
#define PIPELINED_CONTACTS 64

struct ledger {
	redisContext *link;
	char *center;
	redisReply *page;
	size_t at;                 /* in page */
	struct record_reader pack; /* what is left of the pack before that */
	char id[64];
	int64_t number; /* in its pack */
	bool asked;     /* the next page is on its way */
	bool ended;
};

static redisReply *receive(struct ledger *l, struct err *e)
{
	void *reply = NULL;
	if (redisGetReply(l->link, &reply) != REDIS_OK) {
		err_set(e, "reading: %s", l->link->errstr);
		return NULL;
	}
	if (reply_check(reply, e) != 0) {
		freeReplyObject(reply);
		return NULL;
	}
	return reply;
}

static int run(struct ledger *l, int argc, const char **argv, struct err *e)
{
	redisAppendCommandArgv(l->link, argc, argv, NULL);
	redisReply *reply = receive(l, e);
	if (!reply)
		return -1;
	freeReplyObject(reply);
	return 0;
}

static int authenticate(struct ledger *l, const struct ledger_options *o, struct err *e)
{
	const char *with_user[] = { "AUTH", o->username, o->password };
	const char *without[] = { "AUTH", o->password };
	if (!o->password || !*o->password)
		return 0;
	if (o->username && *o->username)
		return run(l, 3, with_user, e);
	return run(l, 2, without, e);
}

static redisContext *dial(const struct ledger_options *o, struct err *e)
{
	struct url u;
	struct timeval limit = { o->timeout_ms / 1000, o->timeout_ms % 1000 * 1000 };
	if (url_parse(o->url, &u, e) != 0)
		return NULL;
	if (u.is_tls) {
		err_set(e, "%s: this reads without TLS only: unix:PATH or tcp:HOST:PORT", o->url);
		return NULL;
	}
	redisContext *c = u.is_unix ? redisConnectUnixWithTimeout(u.host, limit)
				    : redisConnectWithTimeout(u.host, u.port, limit);
	if (!c || c->err || redisSetTimeout(c, limit) != REDIS_OK) {
		err_set(e, "%s: %s", o->url, c ? c->errstr : "out of memory");
		if (c)
			redisFree(c);
		return NULL;
	}
	return c;
}

int ledger_open(const struct ledger_options *options, struct ledger **out, struct err *e)
{
	redisContext *link = dial(options, e);
	*out = NULL;
	if (!link)
		return -1;
	struct ledger *l = mem_zalloc(sizeof *l);
	l->link = link;
	l->center = mem_strdup(options->center);
	if (authenticate(l, options, e) != 0) {
		ledger_close(&l);
		return err_wrap(e, "%s", options->url);
	}
	*out = l;
	return 0;
}

void ledger_close(struct ledger **slot)
{
	struct ledger *l = *slot;
	*slot = NULL;
	if (!l)
		return;
	freeReplyObject(l->page);
	redisFree(l->link);
	free(l->center);
	free(l);
}

/* ---- the ledger ---- */

/* Behind the entry with that id; "" from the oldest. */
static void ask(struct ledger *l, const char *behind)
{
	redisAppendCommand(l->link, "XRANGE t:{%s}:log %s%s + COUNT %d", l->center,
		*behind ? "(" : "-", behind, PAGE);
	l->asked = true;
}

static const char *last_id(const redisReply *page)
{
	return reply_str(reply_at(reply_at(page, reply_count(page) - 1), 0));
}

/* While one page is worked on, the server makes the next one. */
static int turn_page(struct ledger *l, struct err *e)
{
	freeReplyObject(l->page);
	l->page = NULL;
	l->at = 0;
	if (!l->asked)
		ask(l, "");
	l->asked = false;
	l->page = receive(l, e);
	if (!l->page)
		return err_wrap(e, "ledger");
	if (reply_count(l->page) == 0)
		l->ended = true;
	else
		ask(l, last_id(l->page));
	return 0;
}

static int take_field(struct ledger_entry *entry, struct slice name, struct slice value)
{
	if (slice_is(name, "at"))
		return slice_int(value, &entry->at_ms);
	if (slice_is(name, "c"))
		entry->command = value;
	else if (slice_is(name, "d"))
		entry->decisions = value;
	return 0;
}

/* Entries of one commit lie in packs; the second one of a pack is ID/2. */
static int next_of_pack(struct ledger *l, struct ledger_entry *entry)
{
	struct slice name, value;
	int more;
	if (++l->number > 1)
		snprintf(l->id, sizeof l->id, "%s/%" PRId64,
			reply_str(reply_at(reply_at(l->page, l->at - 1), 0)), l->number);
	while ((more = record_next(&l->pack, &name, &value)) == 1) {
		if (take_field(entry, name, value) != 0)
			return -1;
		if (slice_is(name, "d"))
			return 0;
	}
	return -1;
}

/* Schema 1 wrote each entry by itself. */
static int next_of_page(struct ledger *l, struct ledger_entry *entry)
{
	const redisReply *r = reply_at(l->page, l->at++), *fields = reply_at(r, 1);
	snprintf(l->id, sizeof l->id, "%s", reply_str(reply_at(r, 0)));
	for (size_t i = 0; i + 1 < reply_count(fields); i += 2) {
		struct slice name = reply_slice(reply_at(fields, i));
		struct slice value = reply_slice(reply_at(fields, i + 1));
		if (slice_is(name, "e")) {
			l->pack = (struct record_reader){ value.data, value.data + value.len };
			l->number = 0;
			return next_of_pack(l, entry);
		}
		if (take_field(entry, name, value) != 0)
			return -1;
	}
	return 0;
}

int ledger_next(struct ledger *l, struct ledger_entry *entry, struct err *e)
{
	bool in_pack = l->pack.at != l->pack.end;
	if (!in_pack && l->at >= reply_count(l->page) && !l->ended && turn_page(l, e) != 0)
		return -1;
	if (l->ended)
		return 0;
	*entry = (struct ledger_entry){ .id = l->id };
	if ((in_pack ? next_of_pack(l, entry) : next_of_page(l, entry)) != 0)
		return err_set(e, "ledger: entry %s is broken", entry->id);
	if (!entry->command.len)
		return err_set(e, "ledger: entry %s holds no command", entry->id);
	return 1;
}

/* ---- transcripts ---- */

struct messages {
	size_t contact;
	ledger_message_fn each;
	void *arg;
};

static void hand_over(void *arg, const char *id, const redisReply *fields)
{
	struct messages *m = arg;
	(void)id;
	for (size_t i = 0; i + 1 < reply_count(fields); i += 2)
		if (strcmp(reply_str(reply_at(fields, i)), "b") == 0)
			m->each(m->arg, m->contact, reply_slice(reply_at(fields, i + 1)));
}

static int receive_transcript(struct ledger *l, struct messages *m, struct err *e)
{
	redisReply *r = receive(l, e);
	if (!r)
		return -1;
	int result = reply_entries(r, hand_over, m);
	freeReplyObject(r);
	return result == 0 ? 0 : err_set(e, "no entries of a stream");
}

int ledger_transcripts(struct ledger *l, const char *const *contacts, size_t n,
	ledger_message_fn each, void *arg, struct err *e)
{
	for (size_t from = 0; from < n; from += PIPELINED_CONTACTS) {
		size_t to = from + PIPELINED_CONTACTS < n ? from + PIPELINED_CONTACTS : n;
		for (size_t i = from; i < to; i++)
			redisAppendCommand(l->link, "XRANGE t:{%s}:m:%s - + COUNT %d", l->center,
				contacts[i], TRANSCRIPT_MAX);
		for (size_t i = from; i < to; i++)
			if (receive_transcript(l, &(struct messages){ i, each, arg }, e) != 0)
				return err_wrap(e, "transcript of %s", contacts[i]);
	}
	return 0;
}

/* ---- the state ---- */

#define RECORDS_AT_ONCE 256

struct index {
	char kind;
	const char *ids;
};

static redisReply *ask_for_records(
	struct ledger *l, const struct index *x, const redisReply *ids, size_t from, struct err *e)
{
	struct args a = { 0 };
	struct buf key = { 0 };
	args_adds(&a, "MGET");
	for (size_t i = from; i < reply_count(ids) && i < from + RECORDS_AT_ONCE; i++) {
		buf_clear(&key);
		buf_addf(&key, "t:{%s}:%c:%s", l->center, x->kind, reply_str(reply_at(ids, i)));
		args_add(&a, key.data, key.len);
	}
	struct slice wire = args_format(&a);
	redisAppendFormattedCommand(l->link, wire.data, wire.len);
	args_format_free(&wire);
	args_free(&a);
	buf_free(&key);
	return receive(l, e);
}

static int read_index(
	struct ledger *l, const struct index *x, ledger_record_fn each, void *arg, struct err *e)
{
	redisAppendCommand(l->link, "SMEMBERS t:{%s}:%s", l->center, x->ids);
	redisReply *ids = receive(l, e);
	size_t n = reply_count(ids);
	bool failed = !ids;
	for (size_t from = 0; !failed && from < n; from += RECORDS_AT_ONCE) {
		redisReply *records = ask_for_records(l, x, ids, from, e);
		failed = !records;
		for (size_t i = 0; i < reply_count(records); i++)
			if (reply_is_text(reply_at(records, i)))
				each(arg, x->kind, reply_str(reply_at(ids, from + i)),
					reply_slice(reply_at(records, i)));
		freeReplyObject(records);
	}
	freeReplyObject(ids);
	return failed ? err_wrap(e, "%s", x->ids) : 0;
}

int ledger_state(struct ledger *l, ledger_record_fn each, void *arg, struct err *e)
{
	static const struct index all[] = {
		{ 'c', "live" },
		{ 'r', "responders" },
		{ 't', "teams" },
		{ 'd', "dispatches" },
	};
	redisAppendCommand(l->link, "HGET t:{%s}:state counters", l->center);
	redisReply *counters = receive(l, e);
	if (!counters)
		return -1;
	if (reply_is_text(counters))
		each(arg, 's', "", reply_slice(counters));
	freeReplyObject(counters);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (read_index(l, &all[i], each, arg, e) < 0)
			return -1;
	return 0;
}

int ledger_only_center(const struct ledger_options *options, char out[128], struct err *e)
{
	struct ledger *l;
	if (ledger_open(options, &l, e) < 0)
		return -1;
	redisAppendCommand(l->link, "KEYS t:{*}:state");
	redisReply *keys = receive(l, e);
	size_t n = reply_count(keys);
	if (keys && n == 1)
		snprintf(out, 128, "%.*s",
			(int)(strlen(reply_str(reply_at(keys, 0))) - strlen("t:{}:state")),
			reply_str(reply_at(keys, 0)) + 3);
	else if (keys)
		err_set(e, "%s has %zu centers: name one", options->url, n);
	freeReplyObject(keys);
	ledger_close(&l);
	return keys && n == 1 ? 0 : -1;
}
