#include "dispatch_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

#define AGENCIES_ASKED 64 /* candidates looked at for one place: far more than any place has */

/* ---- targets ---- */

static bool is_team(const char *target)
{
	return strncmp(target, "team:", 5) == 0;
}

static const char *id_of(const char *target)
{
	const char *colon = strchr(target, ':');
	return colon ? colon + 1 : "";
}

static struct team *team_of(const struct core *core, const char *target)
{
	return target && is_team(target) ? map_get(&core->teams, id_of(target)) : NULL;
}

static const struct agency *agency_of(const struct core *core, const char *target)
{
	return target && !is_team(target) ? agencies_find(&core->agencies, id_of(target)) : NULL;
}

static bool has_word(const char *set, const char *word)
{
	return words_have(set, word, strlen(word));
}

static void add_word(char **slot, const char *word)
{
	if (has_word(*slot, word))
		return;
	struct buf b = { 0 };
	buf_addf(&b, "%s%s%s", text_of(*slot), *slot ? " " : "", word);
	text_set(slot, buf_str(&b));
	buf_free(&b);
}

static void remove_word(char **slot, const char *word)
{
	struct buf b = { 0 };
	size_t n;
	for (const char *p = text_of(*slot); *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		if (n != strlen(word) || memcmp(p, word, n) != 0)
			buf_addf(&b, "%s%.*s", b.len ? " " : "", (int)n, p);
	}
	text_set(slot, buf_str(&b));
	buf_free(&b);
}

/* ---- partners ---- */

/* One notification to each session of the identity that speaks for a target. */
static const char *speaker(const struct core *core, const char *target)
{
	const struct team *t = team_of(core, target);
	const struct agency *a = agency_of(core, target);
	return text_of(t ? t->identity : a ? a->session : NULL);
}

/* The least they need: no contact, no name, and the place to about a kilometre. */
static void put_partner_view(const struct core *core, const struct dispatch *d, struct buf *b)
{
	const struct team *t = team_of(core, d->target ? d->target : d->unit);
	record_puts(b, "dispatch", d->id);
	record_puts(b, "kind", d->kind);
	record_puts(b, "state", dispatch_state_name(d->state));
	record_puts(b, "consent", d->consent);
	record_puts(b, "criteria", d->criteria);
	record_puts(b, "area", d->spot.area);
	record_puti(b, "lat", d->spot.lat);
	record_puti(b, "lon", d->spot.lon);
	record_puti(b, "version", d->version);
	record_puti(b, "test", d->test);
	if (t)
		record_puts(b, "team", t->id);
	if (t && spot_has_point(&d->spot) && team_eta_ms(core, t, spot_point(&d->spot)) >= 0)
		record_puti(b, "eta_ms", team_eta_ms(core, t, spot_point(&d->spot)));
	if (d->target && d->target_due_ms > core->now_ms)
		record_puti(b, "expires_in_ms", d->target_due_ms - core->now_ms);
}

static void tell_partner(
	struct core *core, const struct dispatch *d, const char *identity, enum output_kind kind)
{
	for (size_t i = 0; *identity && i < core->n_partners; i++)
		if (text_is(core->partners[i]->identity, identity))
			put_partner_view(
				core, d, step_notify(core->step, kind, core->partners[i]->id));
}

static void tell_gone(
	struct core *core, const struct dispatch *d, const char *target, const char *why)
{
	const char *identity = speaker(core, target);
	for (size_t i = 0; *identity && i < core->n_partners; i++) {
		if (!text_is(core->partners[i]->identity, identity))
			continue;
		struct buf *b =
			step_notify(core->step, OUTPUT_DISPATCH_GONE, core->partners[i]->id);
		record_puts(b, "dispatch", d->id);
		record_puts(b, "why", why);
	}
}

void dispatch_announce_to(struct core *core, const char *identity)
{
	const struct dispatch *d;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));)
		if (d->target && text_is((char *)(uintptr_t)speaker(core, d->target), identity))
			tell_partner(core, d, identity, OUTPUT_DISPATCH_NEW);
}

/* ---- one target ---- */

static void drop_target(struct core *core, struct dispatch *d, const char *why)
{
	struct team *t = team_of(core, d->target);
	const struct agency *a = agency_of(core, d->target);
	const struct dispatch_send *s = a ? dispatch_find_send(d, a->id) : NULL;
	tell_gone(core, d, d->target, why);
	if (t && text_is(t->dispatch, d->id))
		team_let_go(core, t);
	if (s && s->what != SEND_CANCEL && s->result != SEND_REFUSED)
		dispatch_queue_send(core, d, a->id, SEND_CANCEL);
	text_set(&d->target, NULL);
	d->target_due_ms = 0;
}

static void ask_target(struct core *core, struct dispatch *d, const char *target)
{
	text_set(&d->target, target);
	add_word(&d->asked, target);
	add_word(&d->told, target);
	d->target_due_ms = core->now_ms + core->options.unit_offer_ms;
	DECIDE(core->step, "dispatch_asked", d->id, target);
	struct team *t = team_of(core, target);
	const struct agency *a = agency_of(core, target);
	if (t)
		team_ask(core, t, d->id);
	if (a && a->webhook)
		dispatch_queue_send(core, d, a->id, SEND_NEW);
	tell_partner(core, d, speaker(core, target), OUTPUT_DISPATCH_NEW);
}

/* ---- who is next ---- */

struct search {
	const struct dispatch *d;
	bool left; /* somebody could be asked who has not said no */
	char found[TARGET_SIZE];
};

static void consider(struct search *s, const char *prefix, const char *id)
{
	char target[TARGET_SIZE];
	if (snprintf(target, sizeof target, "%s:%s", prefix, id) >= TARGET_SIZE ||
		has_word(s->d->declined, target))
		return;
	s->left = true;
	if (!*s->found && !has_word(s->d->asked, target))
		memcpy(s->found, target, sizeof target);
}

static void consider_teams(const struct core *core, struct search *s, const char *needs)
{
	size_t n;
	const struct spot *spot = &s->d->spot;
	const struct team_query q = { .skills = needs,
		.has_point = spot_has_point(spot),
		.point = spot_point(spot),
		.test = s->d->test != 0 };
	struct team_rank *ranks = teams_nearest(core, &q, &n);
	for (size_t i = 0; i < n; i++)
		consider(s, "team", ranks[i].team->id);
	free(ranks);
}

static void consider_agencies(const struct core *core, struct search *s)
{
	const struct agency *list[AGENCIES_ASKED];
	const struct spot *spot = &s->d->spot;
	const struct agency_query q = { .kind = text_of(s->d->kind),
		.asked = text_of(s->d->agency),
		.area = text_of(spot->area),
		.has_point = spot_has_point(spot),
		.point = spot_point(spot),
		.test = s->d->test != 0,
		.now_ms = core->now_ms };
	size_t n = agency_choose(&core->agencies, &q, list, AGENCIES_ASKED);
	for (size_t i = 0; i < n && i < AGENCIES_ASKED; i++)
		if (!s->d->drill_due_ms || text_is(s->d->agency, list[i]->id))
			consider(s, "agency", list[i]->id);
}

static void search(const struct core *core, struct search *s)
{
	const struct contact *c = map_get(&core->contacts, text_of(s->d->contact));
	if (text_is(s->d->kind, "mobile_team") && !s->d->drill_due_ms)
		consider_teams(core, s, c ? text_of(c->needs) : "");
	consider_agencies(core, s);
}

void dispatch_next_target(const struct core *core, const struct dispatch *d, char out[TARGET_SIZE])
{
	struct search s = { .d = d };
	out[0] = '\0';
	if (d->unit || !dispatch_is_open(d))
		return;
	search(core, &s);
	memcpy(out, s.found, TARGET_SIZE);
}

static bool may_ask(const struct dispatch *d)
{
	if (d->target || d->unit || d->place_open || d->second_due_ms)
		return false;
	return d->state == DISPATCH_REQUESTED || d->state == DISPATCH_DECLINED ||
	       d->state == DISPATCH_FAILED || d->state == DISPATCH_ACKNOWLEDGED;
}

void dispatch_ask(struct core *core, struct dispatch *d)
{
	struct search s = { .d = d };
	if (!may_ask(d))
		return;
	search(core, &s);
	if (*s.found) {
		if (d->state == DISPATCH_DECLINED || d->state == DISPATCH_FAILED)
			dispatch_enter(core, d, DISPATCH_EV_AGAIN);
		ask_target(core, d, s.found);
	} else {
		d->target_due_ms = core->now_ms + core->options.round_ms;
		if (!s.left && d->declined && d->state == DISPATCH_REQUESTED)
			dispatch_enter(core, d, DISPATCH_EV_DECLINE);
	}
	dispatch_touch(core, d);
}

void dispatch_unanswered(struct core *core, struct dispatch *d)
{
	if (d->target) {
		DECIDE(core->step, "dispatch_unanswered", d->id, d->target);
		drop_target(core, d, "expired");
	} else { /* everybody was asked: from the first again */
		text_set(&d->asked, NULL);
		d->target_due_ms = 0;
		d->rounds++;
	}
	dispatch_ask(core, d);
	dispatch_touch(core, d);
}

/* ---- what they say ---- */

void dispatch_declined(struct core *core, struct dispatch *d, const char *target)
{
	char who[TARGET_SIZE];
	snprintf(who, sizeof who, "%s", target);
	add_word(&d->declined, who);
	remove_word(&d->told, who);
	DECIDE(core->step, "dispatch_declined", d->id, who);
	if (text_is(d->unit, who)) {
		struct team *t = team_of(core, who);
		if (t && text_is(t->dispatch, d->id))
			team_let_go(core, t);
		text_set(&d->unit, NULL);
		text_set(&d->by, NULL);
		dispatch_enter(core, d, DISPATCH_EV_FAIL);
	} else if (text_is(d->target, who)) {
		struct dispatch_send *s = dispatch_find_send(d, id_of(who));
		if (s && s->result == SEND_PENDING) /* they know, or they would not have said no */
			s->result = SEND_ACCEPTED;
		struct team *t = team_of(core, who);
		if (t)
			team_let_go(core, t);
		text_set(&d->target, NULL);
		d->target_due_ms = 0;
	}
	dispatch_ask(core, d);
	dispatch_touch(core, d);
}

void dispatch_accepted(struct core *core, struct dispatch *d, const char *target)
{
	char who[TARGET_SIZE];
	snprintf(who, sizeof who, "%s", target);
	if (d->target && !text_is(d->target, who))
		drop_target(core, d, "taken");
	text_set(&d->target, NULL);
	d->target_due_ms = 0;
	text_set(&d->unit, who);
	DECIDE(core->step, "dispatch_accepted", d->id, who);
	struct team *t = team_of(core, who);
	const struct agency *a = agency_of(core, who);
	if (t) {
		team_ask(core, t, d->id);
		team_take(core, t);
	}
	const struct dispatch_send *s = a ? dispatch_find_send(d, a->id) : NULL;
	if (s && s->what == SEND_CANCEL) /* they were asked no longer, and are again */
		dispatch_queue_send(core, d, a->id, SEND_NEW);
	dispatch_touch(core, d);
}

void unit_heard(struct core *core, struct dispatch *d)
{
	struct team *t = team_of(core, d->unit);
	if (t)
		team_heard(core, t);
}

void dispatch_stop_asking(struct core *core, struct dispatch *d)
{
	if (d->target)
		drop_target(core, d, "taken");
	d->target_due_ms = 0;
}

void dispatch_let_go(struct core *core, struct dispatch *d, const char *why)
{
	if (d->target)
		drop_target(core, d, why);
	if (!d->unit)
		return;
	struct team *t = team_of(core, d->unit);
	const struct agency *a = agency_of(core, d->unit);
	tell_gone(core, d, d->unit, why);
	if (t && text_is(t->dispatch, d->id))
		team_let_go(core, t);
	if (a && a->webhook && d->state == DISPATCH_CANCELLED)
		dispatch_queue_send(core, d, a->id, SEND_CANCEL);
}

void dispatch_changed(struct core *core, struct dispatch *d)
{
	const char *target = d->unit ? d->unit : d->target;
	const struct agency *a = agency_of(core, target);
	if (a && a->webhook)
		dispatch_queue_send(core, d, a->id, SEND_UPDATE);
	else
		d->version++;
	if (target)
		tell_partner(core, d, speaker(core, target), OUTPUT_DISPATCH_UPDATE);
	dispatch_touch(core, d);
}

/* ---- whose business it is ---- */

static bool speaks_for(const struct core *core, const char *identity, const char *target)
{
	return strcmp(identity, target) == 0 || /* the agency itself, calling back */
	       (*identity && strcmp(speaker(core, target), identity) == 0);
}

bool dispatch_concerns(const struct core *core, const struct dispatch *d, const char *identity,
	char target[TARGET_SIZE])
{
	const char *now = d->unit ? d->unit : d->target;
	if (now && speaks_for(core, identity, now)) {
		snprintf(target, TARGET_SIZE, "%s", now);
		return true;
	}
	size_t n;
	for (const char *p = d->unit ? "" : text_of(d->told); *p; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		snprintf(target, TARGET_SIZE, "%.*s", (int)n, p);
		if (speaks_for(core, identity, target))
			return true;
	}
	return false;
}
