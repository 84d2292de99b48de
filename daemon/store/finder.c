#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finder_internal.h"
#include "triaged/base/check.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"

#define ROUND_MS 1000
/* Time between two rounds while the master is unknown or doubted. */
#define DOUBT_MS 100
/* A doubt that nothing came of ends; the next failure raises it again. */
#define DOUBT_ENDS_MS 10000
/* What one said so long ago it may not say any more. */
#define FRESH_MS 3000
/* A server that was redirected to is tried for so long, whatever those say who may be behind. */
#define HOLD_MS 2000

static void after(struct event *ev, int64_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
	event_add(ev, &tv);
}

/* The only writer of master. */
static void set_master(struct finder *f, const struct url *master, int64_t epoch)
{
	char text[URL_TEXT_SIZE];
	bool same = f->known && url_equal(&f->master, master);
	f->epoch = epoch;
	if (same)
		return;
	LOG(NOTICE, "store.master", LOG_S("at", url_text(master, text)), LOG_I("epoch", epoch));
	f->master = *master;
	f->known = true;
	f->since = mono_now();
	f->doubted.us = 0;
	after(f->tell, 0);
}

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct finder *f = arg;
	f->events.moved(f->events.arg);
}

/* ---- what they say ---- */

static bool is_fresh(const struct source *s)
{
	return s->answered.us && mono_since_ms(s->answered) < FRESH_MS;
}

static const struct finding *newest(const struct finder *f)
{
	const struct finding *best = NULL;
	for (size_t i = 0; i < f->n; i++) {
		const struct source *s = &f->sources[i];
		if (is_fresh(s) && s->last.known && (!best || s->last.epoch > best->epoch))
			best = &s->last;
	}
	return best;
}

static void watch_tilt(struct finder *f)
{
	const struct source *in_tilt = NULL;
	for (size_t i = 0; i < f->n; i++)
		if (is_fresh(&f->sources[i]) && f->sources[i].last.tilt)
			in_tilt = &f->sources[i];
	if (f->tilt == (in_tilt != NULL))
		return;
	f->tilt = in_tilt != NULL;
	char at[URL_TEXT_SIZE];
	struct err text = { .text = "" };
	if (in_tilt)
		err_set(&text,
			"Sentinel %s is in TILT: its clock jumped or it was stopped, and it "
			"replaces no master for 30 s",
			url_text(&in_tilt->url, at));
	f->events.warning(f->events.arg, text.text);
}

static void decide(struct finder *f)
{
	const struct finding *best = newest(f);
	watch_tilt(f);
	if (best && (!f->known || best->epoch > f->epoch || mono_since_ms(f->since) >= HOLD_MS))
		set_master(f, &best->master, best->epoch);
}

/* It cannot be made out. */
static void unanswered(struct source *s, const char *why)
{
	char at[URL_TEXT_SIZE];
	if (!s->finder->known)
		snprintf(s->finder->why, sizeof s->finder->why, "%s: %s", url_text(&s->url, at),
			why);
}

void finder_answered(struct source *s)
{
	s->asked = false;
	s->last = s->next;
	s->answered = mono_now();
	if (!s->last.known)
		unanswered(s, s->last.why.text);
	decide(s->finder);
}

/* ---- asking ---- */

static void ask(struct source *s)
{
	if (s->asked || !link_is_up(s->link))
		return;
	s->asked = true;
	s->finder->ask(s);
}

void finder_ask_now(struct finder *f)
{
	for (size_t i = 0; i < f->n; i++)
		ask(&f->sources[i]);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	struct finder *f = arg;
	finder_ask_now(f);
	if (f->doubted.us && mono_since_ms(f->doubted) >= DOUBT_ENDS_MS)
		f->doubted.us = 0;
	after(f->timer, f->known && !f->doubted.us ? ROUND_MS : DOUBT_MS);
}

const struct url *finder_master(void *finder, const char **why)
{
	struct finder *f = finder;
	*why = f->why;
	return f->known ? &f->master : NULL;
}

/* "MOVED slot host:port": the server says itself who has taken over. */
static bool follow(struct finder *f, const char *why)
{
	const char *address = strncmp(why, "MOVED ", 6) == 0 ? strchr(why + 6, ' ') : NULL;
	const char *colon = address ? strrchr(address, ':') : NULL;
	struct url u;
	int64_t port;
	if (!colon || slice_int((struct slice){ colon + 1, strlen(colon + 1) }, &port) < 0)
		return false;
	size_t n = (size_t)(colon - address) - 1;
	/* Without a host it is the one asked, at another port. */
	const char *host = n ? address + 1 : f->master.host;
	if (url_from(&f->master, host, n ? n : strlen(host), port, &u, NULL) < 0)
		return false;
	set_master(f, &u, f->epoch);
	return true;
}

void finder_doubt(void *finder, const char *why)
{
	struct finder *f = finder;
	if (follow(f, why) || f->doubted.us)
		return;
	f->doubted = mono_now();
	after(f->timer, 0);
}

/* ---- the links to them ---- */

static void on_up(void *arg)
{
	struct source *s = arg;
	link_settled(s->link);
	ask(s);
}

static void on_down(void *arg, const char *why)
{
	struct source *s = arg;
	s->asked = false;
	unanswered(s, why);
}

static void on_news_up(void *arg)
{
	struct source *s = arg;
	link_settled(s->news);
	sentinel_listen(s);
}

static int open_source(struct source *s, const struct finder_options *o, struct err *e)
{
	struct link_options lo = o->link;
	const struct link_events events = { .arg = s, .up = on_up, .down = on_down };
	const struct link_events news = { .arg = s, .up = on_news_up, .message = sentinel_message };
	lo.place = (struct link_place){ 0 };
	s->link = link_open(s->finder->base, &lo, &events, e);
	if (s->link && o->mode == STORE_SENTINEL)
		s->news = link_open(s->finder->base, &lo, &news, e);
	return s->link && (s->news || o->mode != STORE_SENTINEL) ? 0 : -1;
}

static int add_source(
	struct finder *f, const struct finder_options *o, const char *url, struct err *e)
{
	struct source *s = &f->sources[f->n++];
	struct finder_options copy = *o;
	copy.link.url = url;
	s->finder = f;
	if (url_parse(url, &s->url, e) < 0)
		return -1;
	if (s->url.is_unix || s->url.is_tls != f->sources[0].url.is_tls)
		return err_set(e, "%s: all must be tcp:HOST:PORT, or all tls:HOST:PORT", url);
	return open_source(s, &copy, e);
}

static int add_sources(struct finder *f, const struct finder_options *o, struct err *e)
{
	char *copy = mem_strdup(o->urls), *rest = copy, *url;
	int result = 0;
	f->sources = mem_zalloc((strlen(copy) / 2 + 1) * sizeof *f->sources);
	while (result == 0 && (url = strsep(&rest, " ")))
		if (*url)
			result = add_source(f, o, url, e);
	free(copy);
	if (result == 0 && f->n == 0)
		return err_set(e, "no address is given");
	return result;
}

struct finder *finder_open(struct event_base *base, const struct finder_options *options,
	const struct finder_events *events, struct err *e)
{
	struct finder *f = mem_zalloc(sizeof *f);
	f->base = base;
	f->events = *events;
	f->ask = options->mode == STORE_SENTINEL ? sentinel_ask : cluster_ask;
	f->name = mem_strdup(options->master);
	f->slot = cluster_slot(options->center);
	f->timer = evtimer_new(base, on_timer, f);
	f->tell = evtimer_new(base, on_tell, f);
	CHECK(f->timer && f->tell);
	snprintf(f->why, sizeof f->why, "looking for the master");
	after(f->timer, 0);
	if (add_sources(f, options, e) < 0)
		finder_close(&f);
	return f;
}

void finder_close(struct finder **slot)
{
	struct finder *f = *slot;
	*slot = NULL;
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++) {
		link_close(&f->sources[i].link);
		link_close(&f->sources[i].news);
	}
	event_free(f->timer);
	event_free(f->tell);
	free(f->sources);
	free(f->name);
	free(f);
}
