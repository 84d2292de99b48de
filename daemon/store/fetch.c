#include "fetch.h"

#include <stdio.h>
#include <stdlib.h>

#include "reply.h"
#include "triaged/base/mem.h"

#define PAGE "200"

struct transcript {
	struct link *link;
	char *key;
	char from[64]; /* "-", or "(id" of the last entry read */
	store_message_fn each;
	store_done_fn done;
	void *arg;
};

struct record {
	struct link *link;
	char *key;
	store_record_fn done;
	void *arg;
};

static void ask_page(struct transcript *t);

static void take_entry(void *arg, const char *id, const redisReply *fields)
{
	struct transcript *t = arg;
	snprintf(t->from, sizeof t->from, "(%s", id);
	for (size_t i = 1; i < fields->elements; i += 2)
		t->each(t->arg, reply_slice(fields->element[i]));
}

static void on_page(void *arg, const redisReply *r)
{
	struct transcript *t = arg;
	bool ok = reply_entries(r, take_entry, t) == 0;
	if (ok && reply_count(r) > 0) {
		ask_page(t);
		return;
	}
	t->done(t->arg, ok ? STORE_OK : STORE_UNAVAILABLE);
	free(t->key);
	free(t);
}

static void ask_page(struct transcript *t)
{
	struct args a = { 0 };
	const char *words[] = { "XRANGE", t->key, t->from, "+", "COUNT", PAGE };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		args_adds(&a, words[i]);
	link_send(t->link, &a, on_page, t);
	args_free(&a);
}

void fetch_transcript(
	struct link *link, const char *key, store_message_fn each, store_done_fn done, void *arg)
{
	struct transcript *t = mem_zalloc(sizeof *t);
	*t = (struct transcript){ .link = link,
		.key = mem_strdup(key),
		.from = "-",
		.each = each,
		.done = done,
		.arg = arg };
	ask_page(t);
}

static void hand_over(struct record *rec, const redisReply *r)
{
	bool known = r && (reply_is_text(r) || r->type == REDIS_REPLY_NIL);
	rec->done(rec->arg, known ? STORE_OK : STORE_UNAVAILABLE, reply_slice(r));
	free(rec->key);
	free(rec);
}

static void on_hash(void *arg, const redisReply *r)
{
	hand_over(arg, r);
}

static void ask_record(struct record *rec, const char *verb, const char *field, link_reply_fn done)
{
	struct args a = { 0 };
	args_adds(&a, verb);
	args_adds(&a, rec->key);
	if (*field)
		args_adds(&a, field);
	link_send(rec->link, &a, done, rec);
	args_free(&a);
}

static void on_record(void *arg, const redisReply *r)
{
	struct record *rec = arg;
	if (r && reply_is_error(r, "WRONGTYPE"))
		ask_record(rec, "HGET", "r", on_hash); /* written by schema 1 */
	else
		hand_over(rec, r);
}

void fetch_record(struct link *link, const char *key, store_record_fn done, void *arg)
{
	struct record *rec = mem_zalloc(sizeof *rec);
	*rec = (struct record){ .link = link, .key = mem_strdup(key), .done = done, .arg = arg };
	ask_record(rec, "GET", "", on_record);
}
