/* Commands of responders about offers and about themselves. */
#include <string.h>

#include "apply.h"

#define GAP_MAX_MS (60 * 60 * 1000)
#define DAY_MS     ((int64_t)24 * 60 * 60 * 1000)

static struct offer *find_offer(struct core *core, const struct command *c)
{
	struct offer *o = map_get(&core->offers, c->offer);
	if (!o) {
		(void)core_refuse(core, OUTPUT_ERR_STALE, "offer_gone", "offer");
		return NULL;
	}
	if (!text_is(o->responder->id, c->identity)) {
		(void)core_refuse(core, OUTPUT_ERR_FORBIDDEN, "not_yours", "offer");
		return NULL;
	}
	return o;
}

static void count_taken(struct core *core, struct responder *r, const struct contact *n)
{
	int64_t day = core->now_ms / DAY_MS;
	if (r->served_day != day)
		r->served = 0;
	r->served_day = day;
	r->served++;
	if (n->level >= LEVEL_URGENT)
		r->heavy++;
	r->missed = 0;
	r->idle_since_ms = core->now_ms;
	responder_touch(core, r);
}

/* How fast the line moves: a moving average over about eight acceptances. */
static void count_pace(struct core *core)
{
	int64_t gap = core->now_ms - core->accepted_ms;
	if (core->accepted_ms == 0)
		gap = 0;
	if (gap > GAP_MAX_MS)
		gap = GAP_MAX_MS; /* a quiet night says nothing about the line */
	core->accept_gap_ms += (gap - core->accept_gap_ms) / 8;
	core->accepted_ms = core->now_ms;
	core->counters_dirty = true;
}

static void count_wait(struct core *core, const struct contact *n)
{
	int64_t ms = n->accepted_ms - n->arrived_ms;
	int i = 0;
	while (i < CORE_WAIT_BUCKETS && ms > core_wait_bounds_s[i] * 1000LL)
		i++;
	core->waits.counts[n->level][i]++;
	core->waits.sum_ms[n->level] += ms;
}

void responder_takes(struct core *core, struct responder *r, struct contact *n)
{
	responder_attach(core, r, n);
	n->accepted_ms = core->at_ms;
	n->n_excluded = 0;
	count_taken(core, r, n);
	if (!n->test) {
		count_pace(core);
		count_wait(core, n);
	}
	n->reconnect = 0;
	contact_enter(core, n, CONTACT_EV_ACCEPT);
	responder_trim(core, r);
	person_served(core, n);
	contact_tell_connected(core, n);
	if (far_is_receiver(n))
		far_accepted(core, n);
}

/* From hand to hand: its wait was over when it was first accepted. */
static void take_over(struct core *core, struct responder *r, struct contact *n)
{
	transfer_taken(core, n, r);
	responder_attach(core, r, n);
	n->n_excluded = 0;
	count_taken(core, r, n);
	responder_trim(core, r);
	person_served(core, n);
	contact_touch(core, n);
	contact_tell_connected(core, n);
	if (far_is_receiver(n)) /* they hear another name */
		far_accepted(core, n);
}

/* Everything at once: the other offers are gone before anybody hears of the acceptance. */
static void take_offer(struct core *core, struct offer *o)
{
	struct contact *n = o->contact;
	struct responder *r = o->responder;
	DECIDE(core->step, "accepted", o->id, n->id, r->id);
	while (n->n_offers > 1)
		offer_end(core, n->offers[n->offers[0] == o ? 1 : 0], OFFER_TAKEN);
	offer_end(core, o, OFFER_ACCEPTED);
	if (n->state == CONTACT_ACTIVE)
		take_over(core, r, n);
	else
		responder_takes(core, r, n);
}

void put_taken(struct core *core, const struct contact *n)
{
	struct buf *b = &core->answer.fields;
	record_puts(b, "contact", n->id);
	record_puts(b, "state", contact_state_name(n->state));
	record_puts(b, "level", level_name((enum level)n->level));
	record_put(b, "reasons", n->reasons.data, n->reasons.len);
	record_puti(b, "seq", n->seq);
	record_put(b, "facts", n->facts.data, n->facts.len);
	record_puts(b, "channel", n->channel);
	record_puts(b, "lang", n->lang);
	record_puti(b, "returning", n->returning);
	record_puti(b, "contacts_30d", n->contacts_30d);
	record_puts(b, "last_responder", n->previous);
	record_puti(b, "connected", n->connected);
}

int apply_offer_accept(struct core *core, const struct command *c)
{
	struct offer *o = find_offer(core, c);
	if (!o)
		return -1;
	struct contact *n = o->contact;
	take_offer(core, o);
	put_taken(core, n);
	return 0;
}

int apply_offer_decline(struct core *core, const struct command *c)
{
	struct offer *o = find_offer(core, c);
	if (!o)
		return -1;
	DECIDE(core->step, "declined", o->id, o->contact->id, c->identity, c->reason);
	offer_decline(core, o);
	return 0;
}

static struct responder *find_responder(struct core *core, const char *id, const char *field)
{
	struct responder *r = map_get(&core->responders, id);
	if (r && r->stored)
		return r;
	(void)core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_responder", field);
	return NULL;
}

static int check_settings(struct core *core, const struct command *c, const struct responder *r)
{
	int presence = *c->presence ? presence_parse(c->presence) : r->presence;
	if (presence < 0)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_such_presence", "presence");
	if (c->capacity < 0 || c->capacity > CAPACITY_MAX)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "out_of_range", "capacity");
	if (c->wrap_ms < 0 || c->wrap_ms > DAY_MS + 1)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "out_of_range", "wrap_ms");
	if (*c->presence && presence == PRESENCE_READY && !r->connected)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "not_connected", NULL);
	return 0;
}

static void change_channels(struct core *core, struct responder *r, const char *channels)
{
	char *fresh = NULL;
	text_set(&fresh, channels);
	words_sort(&fresh);
	if (!text_is(fresh, r->own_channels)) {
		text_set(&r->own_channels, fresh);
		responder_reprofile(core, r);
		responder_touch(core, r);
	}
	text_set(&fresh, NULL);
}

static void change_settings(struct core *core, struct responder *r, const struct command *c)
{
	if (*c->channels)
		change_channels(core, r, c->channels);
	if (c->wrap_ms && c->wrap_ms != r->own_wrap_ms) {
		r->own_wrap_ms = c->wrap_ms;
		responder_touch(core, r);
	}
	if (c->capacity && c->capacity != r->own_capacity) {
		r->own_capacity = c->capacity;
		responder_trim(core, r);
		responder_touch(core, r);
	}
	if (*c->presence)
		responder_set_presence(
			core, r, (enum presence)presence_parse(c->presence), c->reason);
}

static int set_responder(struct core *core, struct responder *r, const struct command *c)
{
	if (!r || check_settings(core, c, r) != 0)
		return -1;
	change_settings(core, r, c);
	match_run(core);
	responder_answer(core, r);
	return 0;
}

int apply_responder_set(struct core *core, const struct command *c)
{
	return set_responder(core, find_responder(core, c->identity, NULL), c);
}

int apply_responder_force(struct core *core, const struct command *c)
{
	if (!is_supervisor(c))
		return core_refuse(core, OUTPUT_ERR_FORBIDDEN, "supervisors_only", NULL);
	return set_responder(core, find_responder(core, c->responder, "responder"), c);
}

int apply_responder_done(struct core *core, const struct command *c)
{
	struct responder *r = map_get(&core->responders, c->identity);
	if (r && *c->contact && text_is(r->after_contact, c->contact)) {
		responder_rested(core, r);
	} else if (!r || map_get(&core->contacts, c->contact)) {
		struct contact *n = find_served_contact(core, c);
		if (!n)
			return -1;
		if (n->state != CONTACT_WRAPUP)
			return core_refuse(
				core, OUTPUT_ERR_INVALID_STATE, "not_in_wrapup", "contact");
		r = n->responder;
		n->wrap_due_ms = core->now_ms;
		contact_fire(core, n);
	} /* else its wrap-up was over just before: nothing to do */
	match_run(core);
	responder_answer(core, r);
	return 0;
}

static int answer_why(struct core *core, const char *why)
{
	record_puts(&core->answer.fields, "why", why);
	return 0;
}

/* Whoever asks gets what they turned down before as well. */
static const char *pull(struct core *core, struct responder *r)
{
	if (r->offers)
		return NULL;
	struct contact *n = queue_best_for(core, r, true);
	if (!n)
		return tree_size(&core->queue.order) > 0 ? "not_eligible" : "none_waiting";
	if (!match_fits(core, n, r))
		return "at_capacity";
	for (int i = 0; i < n->n_excluded; i++)
		if (n->excluded[i].responder == r)
			n->excluded[i] = n->excluded[--n->n_excluded];
	struct offer *o = offer_make(core, n, r, profile_fit(core, r->profile, n->need).tier);
	DECIDE(core->step, "offered", o->id, n->id, r->id, "pulled");
	return NULL;
}

static const struct offer *most_urgent(const struct responder *r)
{
	const struct offer *most = r->offers;
	for (const struct offer *o = r->offers; o; o = o->next)
		if (contact_cmp(o->contact, most->contact) < 0)
			most = o;
	return most;
}

int apply_contact_next(struct core *core, const struct command *c)
{
	struct responder *r = find_responder(core, c->identity, NULL);
	if (!r)
		return -1;
	if (!responder_is_ready(r))
		return answer_why(core, "not_ready");
	const char *why = pull(core, r);
	if (why && r->load >= r->capacity)
		why = "at_capacity";
	if (why)
		return answer_why(core, why);
	offer_describe(core, most_urgent(r), &core->answer.fields);
	return 0;
}
