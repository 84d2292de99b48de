#include "triaged/outreach/webhook.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "triaged/base/log.h"
#include "triaged/base/mem.h"
#include "triaged/privacy/random.h"
#include "judge.h"
#include "retry.h"
#include "transfer.h"

struct agency {
	char *id, *url, *ca, *detail;
	struct webhook_secrets secrets;
	struct breaker breaker;
	uint64_t accepted, refused, unknown, tries;
	bool gone; /* not in the last webhooks_set(); only while that runs */
	struct agency *next;
};

struct message {
	char *id, *agency, *dispatch;
	int version, tries;
	int64_t began_ms, deadline_ms;
	struct buf body;
	uint64_t transfer;   /* 0: waits for its timer */
	struct event *timer; /* next try, or the end */
	const char *detail;  /* of the last try: of detail_text or constant */
	char detail_text[16];
	struct webhooks *all;
	struct message *next;
};

struct webhooks {
	struct event_base *base;
	struct webhook_options options;
	struct webhook_events events;
	struct transfers *transfers;
	struct agency *agencies;
	struct message *messages;
};

static int64_t now_ms(void)
{
	return mono_now().us / 1000;
}

const char *webhook_result_name(enum webhook_result result)
{
	static const char *const names[] = { "accepted", "refused", "unknown" };
	return names[result];
}

/* ---- agencies ---- */

static struct agency *find_agency(const struct webhooks *w, const char *id)
{
	struct agency *a = w->agencies;
	while (a && strcmp(a->id, id) != 0)
		a = a->next;
	return a;
}

static void agency_free(struct agency *a)
{
	free(a->id);
	free(a->url);
	free(a->ca);
	free(a->detail);
	webhook_secrets_wipe(&a->secrets);
	free(a);
}

static void set_agency(struct webhooks *w, const struct webhook_agency *from)
{
	struct agency *a = find_agency(w, from->id);
	if (!a) {
		struct agency **end = &w->agencies;
		while (*end)
			end = &(*end)->next;
		a = *end = mem_zalloc(sizeof *a);
		a->id = mem_strdup(from->id);
		a->detail = mem_strdup("");
	}
	mem_set_str(&a->url, from->url);
	mem_set_str(&a->ca, from->ca);
	a->secrets = from->secrets;
	a->gone = false;
}

void webhooks_set(struct webhooks *w, const struct webhook_options *options,
	const struct webhook_agency *agencies, size_t n)
{
	w->options = *options;
	for (struct agency *a = w->agencies; a; a = a->next)
		a->gone = true;
	for (size_t i = 0; i < n; i++)
		set_agency(w, &agencies[i]);
	for (struct agency **at = &w->agencies; *at;) {
		struct agency *a = *at;
		if (a->gone) {
			*at = a->next;
			agency_free(a);
		} else {
			at = &a->next;
		}
	}
}

/* ---- the end of a message ---- */

static void unlink_message(struct message *m)
{
	struct message **at = &m->all->messages;
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
}

static void message_free(struct message *m)
{
	unlink_message(m);
	if (m->transfer)
		transfers_cancel(m->all->transfers, m->transfer);
	event_free(m->timer);
	free(m->id);
	free(m->agency);
	free(m->dispatch);
	buf_wipe(&m->body);
	free(m);
}

static void count(struct agency *a, enum webhook_result result)
{
	a->accepted += result == WEBHOOK_ACCEPTED;
	a->refused += result == WEBHOOK_REFUSED;
	a->unknown += result == WEBHOOK_UNKNOWN;
}

static void finish(struct message *m, enum webhook_result result, const char *detail)
{
	struct webhooks *w = m->all;
	struct agency *a = find_agency(w, m->agency);
	const struct webhook_done done = { .id = m->id,
		.agency = m->agency,
		.dispatch = m->dispatch,
		.version = m->version,
		.result = result,
		.tries = m->tries,
		.detail = detail,
		.took_ms = now_ms() - m->began_ms };
	if (a)
		count(a, result);
	LOG(NOTICE, "webhook.done", LOG_S("id", m->id), LOG_S("agency", m->agency),
		LOG_S("result", webhook_result_name(result)), LOG_S("detail", detail),
		LOG_I("tries", m->tries), LOG_I("took_ms", done.took_ms));
	w->events.done(w->events.arg, &done);
	message_free(m);
}

/* ---- tries ---- */

static void wake_at(struct message *m, int64_t at_ms)
{
	int64_t in = at_ms - now_ms();
	if (in < 0)
		in = 0;
	struct timeval tv = { (time_t)(in / 1000), (suseconds_t)(in % 1000 * 1000) };
	CHECK(evtimer_add(m->timer, &tv) == 0);
}

static void post(struct message *m, const struct agency *a)
{
	struct webhooks *w = m->all;
	const struct slice body = { buf_str(&m->body), m->body.len };
	char id[WEBHOOK_ID_MAX + 16], time[48];
	struct buf signature = { 0 };
	int64_t now_s = wall_now_ms() / 1000, left = m->deadline_ms - now_ms();
	buf_adds(&signature, "webhook-signature: ");
	webhook_sign(&a->secrets, m->id, now_s, body, &signature);
	snprintf(id, sizeof id, "webhook-id: %s", m->id);
	snprintf(time, sizeof time, "webhook-timestamp: %" PRId64, now_s);
	const char *const headers[] = { "content-type: application/cloudevents+json; charset=UTF-8",
		id, time, signature.data, "expect:", NULL };
	const struct transfer_post p = { .url = a->url,
		.ca = a->ca,
		.user_agent = w->options.user_agent,
		.headers = headers,
		.body = body,
		.timeout_ms = left < w->options.try_ms ? left : w->options.try_ms,
		.answer_max = WEBHOOK_ANSWER_MAX };
	m->transfer = transfers_post(w->transfers, &p);
	buf_free(&signature);
}

/* The time of the next try, or of giving up, has come. */
static void on_due(evutil_socket_t fd, short what, void *arg)
{
	struct message *m = arg;
	struct webhooks *w = m->all;
	struct agency *a = find_agency(w, m->agency);
	(void)fd;
	(void)what;
	if (!a || m->body.len > WEBHOOK_BODY_MAX) {
		finish(m, WEBHOOK_UNKNOWN, a ? "too long" : "no such agency");
	} else if (now_ms() >= m->deadline_ms) {
		finish(m, WEBHOOK_UNKNOWN, m->detail);
	} else if (breaker_admit(&a->breaker, now_ms())) {
		m->tries++;
		a->tries++;
		post(m, a);
	} else {
		m->detail = "circuit open";
		wake_at(m, a->breaker.state == CIRCUIT_OPEN && a->breaker.probe_ms < m->deadline_ms
				   ? a->breaker.probe_ms
				   : m->deadline_ms);
	}
}

/* Those that wait for this agency need not wait any longer: it is back, or their probe is over. */
static void wake_all(struct webhooks *w, const struct agency *a, int64_t at_ms)
{
	for (struct message *m = w->messages; m; m = m->next)
		if (!m->transfer && strcmp(m->agency, a->id) == 0)
			wake_at(m, at_ms < m->deadline_ms ? at_ms : m->deadline_ms);
}

static void note_health(struct webhooks *w, struct agency *a, bool good, const char *detail)
{
	enum circuit before = a->breaker.state;
	breaker_report(&a->breaker, good, w->options.open_after, w->options.open_ms, now_ms());
	if (!good)
		mem_set_str(&a->detail, detail);
	if (a->breaker.state == before)
		return;
	LOG(WARNING, "webhook.circuit", LOG_S("agency", a->id),
		LOG_S("circuit", circuit_name(a->breaker.state)), LOG_S("detail", detail),
		LOG_I("failures", a->breaker.failures));
	if (a->breaker.state == CIRCUIT_CLOSED)
		wake_all(w, a, now_ms());
	else if (before == CIRCUIT_PROBING)
		wake_all(w, a, a->breaker.probe_ms);
}

static void try_again(struct message *m, int64_t asked_ms)
{
	const struct webhook_options *o = &m->all->options;
	uint32_t chance;
	random_bytes(&chance, sizeof chance);
	int64_t wait = retry_wait_ms(m->tries, o->retry_ms, o->retry_max_ms, chance);
	if (asked_ms > wait)
		wait = asked_ms < o->retry_max_ms ? asked_ms : o->retry_max_ms;
	int64_t at = now_ms() + wait;
	wake_at(m, at < m->deadline_ms ? at : m->deadline_ms);
}

static const char *detail_of(struct message *m, const struct transfer_answer *a)
{
	if (!a->status)
		return a->why;
	snprintf(m->detail_text, sizeof m->detail_text, "http %d", a->status);
	return m->detail_text;
}

static void on_answer(void *arg, uint64_t transfer, const struct transfer_answer *answer)
{
	struct webhooks *w = arg;
	struct message *m = w->messages;
	while (m && m->transfer != transfer)
		m = m->next;
	if (!m)
		return;
	m->transfer = 0;
	m->detail = detail_of(m, answer);
	enum webhook_result result = judge_answer(answer->status, answer->body, m->dispatch);
	struct agency *a = find_agency(w, m->agency);
	if (result == WEBHOOK_UNKNOWN)
		try_again(m, answer->retry_after_ms);
	if (a)
		note_health(w, a, result != WEBHOOK_UNKNOWN, m->detail);
	if (result != WEBHOOK_UNKNOWN)
		finish(m, result, m->detail);
}

/* ---- what the layer above says ---- */

/* What is under way cannot be called back, but nobody waits for it any more. */
static void stop_trying(struct message *m)
{
	struct agency *a = find_agency(m->all, m->agency);
	if (!m->transfer)
		return;
	transfers_cancel(m->all->transfers, m->transfer);
	m->transfer = 0;
	if (a)
		breaker_give_up(&a->breaker, now_ms());
}

/* The end is told by the timer: whoever sends may not be ready to hear of it now. */
static void give_up(struct message *m, const char *detail)
{
	stop_trying(m);
	m->detail = detail;
	m->deadline_ms = 0;
	wake_at(m, 0);
}

/* Older versions of the same rescue must not arrive behind this one. */
static void supersede(struct webhooks *w, const struct webhook_message *by)
{
	for (struct message *m = w->messages; m; m = m->next)
		if (m->version < by->version && strcmp(m->dispatch, by->dispatch) == 0 &&
			strcmp(m->agency, by->agency) == 0)
			give_up(m, "superseded");
}

void webhooks_send(struct webhooks *w, const struct webhook_message *from)
{
	CHECK(webhook_id_check(from->id) == 0);
	for (struct message *m = w->messages; m; m = m->next)
		if (strcmp(m->id, from->id) == 0 && strcmp(m->agency, from->agency) == 0)
			return;
	supersede(w, from);
	struct message *m = mem_zalloc(sizeof *m);
	m->all = w;
	m->id = mem_strdup(from->id);
	m->agency = mem_strdup(from->agency);
	m->dispatch = mem_strdup(from->dispatch);
	m->version = from->version;
	m->detail = "not tried";
	m->began_ms = now_ms();
	m->deadline_ms = m->began_ms + w->options.total_ms;
	buf_add(&m->body, from->body.data, from->body.len);
	m->timer = evtimer_new(w->base, on_due, m);
	CHECK(m->timer != NULL);
	m->next = w->messages;
	w->messages = m;
	wake_at(m, 0);
}

void webhooks_drop(struct webhooks *w)
{
	while (w->messages) {
		stop_trying(w->messages);
		message_free(w->messages);
	}
}

struct webhooks *webhooks_new(struct event_base *base, const struct webhook_options *options,
	const struct webhook_events *events, struct err *e)
{
	struct webhooks *w = mem_zalloc(sizeof *w);
	*w = (struct webhooks){ .base = base, .options = *options, .events = *events };
	w->transfers = transfers_new(base, on_answer, w, e);
	if (w->transfers)
		return w;
	free(w);
	return NULL;
}

void webhooks_free(struct webhooks **webhooks)
{
	struct webhooks *w = *webhooks;
	*webhooks = NULL;
	if (!w)
		return;
	webhooks_drop(w);
	while (w->agencies) {
		struct agency *a = w->agencies;
		w->agencies = a->next;
		agency_free(a);
	}
	transfers_free(&w->transfers);
	free(w);
}

bool webhooks_at(const struct webhooks *w, size_t i, struct webhook_state *state)
{
	const struct agency *a = w->agencies;
	while (a && i-- > 0)
		a = a->next;
	if (!a)
		return false;
	*state = (struct webhook_state){ .agency = a->id,
		.circuit = circuit_name(a->breaker.state),
		.failures = a->breaker.failures,
		.accepted = a->accepted,
		.refused = a->refused,
		.unknown = a->unknown,
		.tries = a->tries,
		.detail = a->detail };
	if (a->breaker.state != CIRCUIT_CLOSED)
		state->open_ms = now_ms() - a->breaker.opened_ms;
	for (const struct message *m = w->messages; m; m = m->next)
		state->waiting += strcmp(m->agency, a->id) == 0;
	return true;
}
