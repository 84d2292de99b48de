/* Asking a Sentinel: whose address, in which configuration, and is it able to act? */
#include <string.h>

#include "finder_internal.h"
#include "reply.h"
#include "triaged/base/log.h"

static void send_words(
	struct link *link, const char *const *words, size_t n, link_reply_fn done, void *arg)
{
	struct args a = { 0 };
	for (size_t i = 0; i < n; i++)
		args_adds(&a, words[i]);
	link_send(link, &a, done, arg);
	args_free(&a);
}

static void on_address(void *arg, const redisReply *r)
{
	struct source *s = arg;
	int64_t port;
	if (!r)
		return;
	s->next = (struct finding){ 0 };
	struct slice host = reply_slice(reply_at(r, 0));
	if (reply_check(r, &s->next.why) < 0)
		return;
	if (r->type == REDIS_REPLY_NIL || reply_int(reply_at(r, 1), &port) < 0)
		err_set(&s->next.why, "knows no master named %.100s", s->finder->name);
	else if (url_from(&s->url, host.data, host.len, port, &s->next.master, &s->next.why) == 0)
		s->next.known = true;
}

static void on_master(void *arg, const redisReply *r)
{
	struct source *s = arg;
	for (size_t i = 0; i + 1 < reply_count(r); i += 2)
		if (strcmp(reply_str(reply_at(r, i)), "config-epoch") == 0 &&
			reply_int(reply_at(r, i + 1), &s->next.epoch) < 0)
			s->next.known = false;
}

static void on_state(void *arg, const redisReply *r)
{
	struct source *s = arg;
	struct slice tilt = reply_info(r, "sentinel_tilt");
	if (!r)
		return;
	s->next.tilt = slice_is(tilt, "1");
	finder_answered(s);
}

void sentinel_ask(struct source *s)
{
	const char *const address[] = { "SENTINEL", "get-master-addr-by-name", s->finder->name };
	const char *const master[] = { "SENTINEL", "MASTER", s->finder->name };
	static const char *const state[] = { "INFO", "sentinel" };
	send_words(s->link, address, 3, on_address, s);
	send_words(s->link, master, 3, on_master, s);
	send_words(s->link, state, 2, on_state, s);
}

static void on_subscribed(void *arg, const redisReply *r)
{
	struct source *s = arg;
	struct err e;
	char at[URL_TEXT_SIZE];
	if (r && reply_check(r, &e) < 0)
		LOG(WARNING, "store.sentinel", LOG_S("at", url_text(&s->url, at)),
			LOG_S("why", e.text));
}

void sentinel_listen(struct source *s)
{
	static const char *const channels[] = { "+switch-master", "+tilt", "-tilt" };
	for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
		send_words(s->news, (const char *const[]){ "SUBSCRIBE", channels[i] }, 2,
			on_subscribed, s);
}

void sentinel_message(void *source, const char *channel, const char *text)
{
	struct source *s = source;
	LOG(NOTICE, "store.sentinel", LOG_S("channel", channel), LOG_S("text", text));
	finder_ask_now(s->finder);
}
