#include "recent.h"

#include <stdio.h>
#include <stdlib.h>

#include "pack.h"
#include "reply.h"
#include "triaged/base/mem.h"

#define PAGE      256
#define PAGE_TEXT "256"

/* Pages of the inbox read at most: more waits only where a leader is overloaded, not where it is lost. */
#define INBOX_PAGES 16

struct recent {
	struct recent_options o;
	char *prefix;
	char at[64];                  /* where the next page begins, as the command takes it */
	int64_t oldest_ms, newest_ms; /* of the answers read; 0: none yet */
	int pages;                    /* of the inbox, read */
};

static void end(struct recent *r, enum store_result result)
{
	r->o.done(r->o.arg, result);
	free(r->prefix);
	free(r);
}

static void ask(struct recent *r, const char *const words[], size_t n, link_reply_fn done)
{
	struct args a = { 0 };
	struct buf key = { 0 };
	buf_addf(&key, "%s%s", r->prefix, words[1]);
	for (size_t i = 0; i < n; i++)
		args_adds(&a, i == 1 ? buf_str(&key) : words[i]);
	link_send(r->o.link, &a, done, r);
	args_free(&a);
	buf_free(&key);
}

#define ASK(r, done, ...)                                                                          \
	ask(r, (const char *const[]){ __VA_ARGS__ },                                               \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), done)

/* ---- the inbox, from the committed position on ---- */

static void take_command(void *arg, const char *id, const redisReply *fields)
{
	struct recent *r = arg;
	snprintf(r->at, sizeof r->at, "(%s", id);
	for (size_t i = 1; i < fields->elements; i += 2)
		r->o.each(r->o.arg, '+', "", "", reply_slice(fields->element[i]));
}

static void on_commands(void *arg, const redisReply *reply)
{
	struct recent *r = arg;
	if (reply_entries(reply, take_command, r) < 0)
		end(r, STORE_UNAVAILABLE);
	else if (reply_count(reply) == PAGE && ++r->pages < INBOX_PAGES)
		ASK(r, on_commands, "XRANGE", "in", r->at, "+", "COUNT", PAGE_TEXT);
	else
		end(r, STORE_OK);
}

static void on_position(void *arg, const redisReply *reply)
{
	struct recent *r = arg;
	bool there = reply_is_text(reply) && *reply_str(reply);
	if (!reply || reply->type == REDIS_REPLY_ERROR) {
		end(r, STORE_UNAVAILABLE);
		return;
	}
	snprintf(r->at, sizeof r->at, "%s%s", there ? "(" : "-", there ? reply_str(reply) : "");
	ASK(r, on_commands, "XRANGE", "in", r->at, "+", "COUNT", PAGE_TEXT);
}

/* ---- answers, from the newest back ---- */

static void take_pack(void *arg, const char *id, const redisReply *fields)
{
	struct recent *r = arg;
	snprintf(r->at, sizeof r->at, "(%s", id);
	r->oldest_ms = strtoll(id, NULL, 10);
	if (!r->newest_ms)
		r->newest_ms = r->oldest_ms;
	for (size_t i = 1; i < fields->elements; i += 2)
		pack_read(fields->element[i], r->o.each, r->o.arg);
}

static void on_packs(void *arg, const redisReply *reply)
{
	struct recent *r = arg;
	if (reply_entries(reply, take_pack, r) < 0)
		end(r, STORE_UNAVAILABLE);
	else if (reply_count(reply) == PAGE && r->newest_ms - r->oldest_ms < r->o.back_ms)
		ASK(r, on_packs, "XREVRANGE", "answers", r->at, "-", "COUNT", PAGE_TEXT);
	else
		ASK(r, on_position, "HGET", "state", "position");
}

void recent_read(const struct recent_options *options)
{
	struct recent *r = mem_zalloc(sizeof *r);
	r->o = *options;
	r->prefix = mem_strdup(options->prefix);
	ASK(r, on_packs, "XREVRANGE", "answers", "+", "-", "COUNT", PAGE_TEXT);
}
