#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "match_explain.h"
#include "state.h"

void match_mark_contact(struct core *core, struct contact *c)
{
	if (c->mark == 0)
		heap_push(&core->marked_contacts, c);
}

void match_mark_responder(struct core *core, struct responder *r)
{
	responder_release(core, r);
	if (r->mark == 0 && r->available)
		heap_push(&core->marked_responders, r);
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp((*(struct responder *const *)a)->id, (*(struct responder *const *)b)->id);
}

void match_everything(struct core *core)
{
	struct responder *r,
		**all = mem_resize(NULL, core->responders.count, sizeof(struct responder *));
	size_t n = 0;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));)
		all[n++] = r;
	/* In an order that does not depend on how the core came to be. */
	qsort(all, n, sizeof(struct responder *), compare_ids);
	core->rematch = false;
	for (size_t i = 0; i < n; i++)
		responder_trim(core, all[i]);
	free(all);
}

bool match_fits(const struct core *core, const struct contact *c, const struct responder *r)
{
	if (!r->available)
		return false;
	if (c->level == LEVEL_EMERGENCY)
		return true;
	int weight = contact_weight(core, c);
	return r->load + (weight < r->capacity ? weight : r->capacity) <= r->capacity;
}

/* May r serve c at its present tier (room and presence apart)? */
static bool eligible(const struct core *core, const struct contact *c, const struct responder *r)
{
	return profile_fit(core, r->profile, c->need).tier <= contact_tier(core, c) &&
	       !contact_excludes(c, r);
}

/* Somebody goes before c at this responder. If there is room for them they get it; if not, the
 * room that is left is kept for them: small contacts must not starve a heavy one. */
static bool must_wait(struct core *core, struct contact *c, struct responder *r)
{
	size_t others = tree_size(&core->queue.order) - (contact_is_queued(c) ? 1 : 0);
	if (others == 0)
		return false;
	struct contact *first = queue_best_for(core, r, false);
	bool bare = c->n_offers > 0 && first && first->level == LEVEL_EMERGENCY;
	if (!first || (contact_cmp(first, c) >= 0 && !bare))
		return false; /* bare: an emergency nobody was offered yet, before a second offer */
	if (match_fits(core, first, r))
		match_mark_responder(core, r);
	else
		responder_keep_for(core, r, first);
	return true;
}

/* An emergency takes whoever is available: what is offered to them is lower, and makes way. Its
 * further offers disturb nobody: only_idle. */
static bool usable(struct core *core, struct contact *c, struct responder *r, bool only_idle)
{
	if (!match_fits(core, c, r) || contact_excludes(c, r))
		return false;
	if (only_idle && r->n_offers > 0)
		return false;
	return !must_wait(core, c, r);
}

static void consider(struct core *core, struct pick *pick, struct contact *c, struct responder *r)
{
	struct rank_key key = r->key;
	enum rank_step step;
	key.known = text_is(c->previous, r->id);
	key.tier = profile_fit(core, r->profile, c->need).tier;
	if (r == pick->best)
		return;
	pick->candidates++;
	if (!pick->best || rank_cmp(&key, &pick->best_key, &step) < 0) {
		pick->second = pick->best;
		pick->second_key = pick->best_key;
		pick->best = r;
		pick->best_key = key;
	} else if (!pick->second || rank_cmp(&key, &pick->second_key, &step) < 0) {
		pick->second = r;
		pick->second_key = key;
	}
}

/* The first two of each profile are enough: the rest rank behind them. Looking at a responder may
 * move them between the trees, so the next one is fetched before. */
static void search_profile(
	struct core *core, struct pick *pick, struct contact *c, struct profile *p, bool only_idle)
{
	int found = 0;
	struct responder *next, *r = tree_first(&p->available);
	for (; r && found < 2; r = next) {
		next = tree_next(&p->available, r);
		if (!usable(core, c, r, only_idle))
			continue;
		consider(core, pick, c, r);
		found++;
	}
	for (r = tree_first(&p->kept); r && contact_cmp(c, r->kept_for) < 0; r = next) {
		next = tree_next(&p->kept, r);
		if (usable(core, c, r, only_idle))
			consider(core, pick, c, r);
	}
}

/* The one who talked with this person last goes first, wherever they stand among the others. */
static void search_previous(struct core *core, struct pick *pick, struct contact *c, bool only_idle)
{
	struct responder *r = c->previous ? map_get(&core->responders, c->previous) : NULL;
	if (r && r->available && eligible(core, c, r) && usable(core, c, r, only_idle))
		consider(core, pick, c, r);
}

static void search(struct core *core, struct pick *pick, struct contact *c, bool only_idle)
{
	*pick = (struct pick){ 0 };
	int tier = contact_tier(core, c);
	search_previous(core, pick, c, only_idle);
	struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));)
		if (p->ready > 0 && profile_fit(core, p, c->need).tier <= tier)
			search_profile(core, pick, c, p, only_idle);
}

/* Another emergency holds several offers: one of them is enough while this one has none. */
static struct offer *spare_offer(struct core *core, struct contact *c, struct pick *pick)
{
	struct offer *spare = NULL;
	*pick = (struct pick){ 0 };
	struct contact *other = tree_first(&core->emergencies);
	for (; other; other = tree_next(&core->emergencies, other)) {
		for (int i = 0; other->n_offers > 1 && i < other->n_offers; i++) {
			struct responder *r = other->offers[i]->responder;
			if (!eligible(core, c, r))
				continue;
			struct responder *before = pick->best;
			consider(core, pick, c, r);
			if (pick->best != before)
				spare = other->offers[i];
		}
	}
	return spare;
}

static void withdraw_lower(struct core *core, struct responder *r)
{
	while (r->offers)
		offer_end(core, r->offers, OFFER_WITHDRAWN);
}

struct offer *match_offer(struct core *core, struct contact *c, struct responder *r)
{
	if (c->level == LEVEL_EMERGENCY)
		withdraw_lower(core, r);
	return offer_make(core, c, r, profile_fit(core, r->profile, c->need).tier);
}

/* Its further offers are one too many while an emergency waits that nobody there can be offered
 * in their place: the first in line which one of them would do for looks again. */
static void mark_without_offer(struct core *core, const struct contact *c)
{
	struct contact *w = tree_first(&core->queue.order);
	for (; w && w->level == LEVEL_EMERGENCY; w = tree_next(&core->queue.order, w))
		for (int i = 0; i < c->n_offers; i++)
			if (eligible(core, w, c->offers[i]->responder)) {
				match_mark_contact(core, w);
				return;
			}
}

static void make_offer(struct core *core, struct contact *c, const struct pick *pick)
{
	enum rank_step step = RANK_ONLY;
	if (pick->second)
		(void)rank_cmp(&pick->best_key, &pick->second_key, &step);
	struct responder *r = pick->best;
	match_record(core, c, pick, step);
	struct offer *o = match_offer(core, c, r);
	DECIDE(core->step, "offered", o->id, c->id, r->id, rank_step_name(step));
	if (c->n_offers > 1)
		mark_without_offer(core, c);
}

static int offers_wanted(const struct core *core, const struct contact *c)
{
	int most = core->options.parallel_emergency_offers;
	if (c->level != LEVEL_EMERGENCY)
		return 1;
	return most < CONTACT_OFFERS_MAX ? most : CONTACT_OFFERS_MAX;
}

static void match_contact(struct core *core, struct contact *c)
{
	if (!island_reaches_contact(core, c))
		return;
	bool emergency = c->level == LEVEL_EMERGENCY;
	int wanted = offers_wanted(core, c);
	while (contact_is_sought_for(c) && (c->n_offers < wanted || c->n_offers == 0)) {
		struct pick pick;
		bool first = c->n_offers == 0;
		search(core, &pick, c, emergency && !first);
		if (!pick.best && emergency && first) {
			struct offer *spare = spare_offer(core, c, &pick);
			if (spare)
				offer_end(core, spare, OFFER_WITHDRAWN);
		}
		if (!pick.best)
			break;
		make_offer(core, c, &pick);
	}
}

/* The first emergency on offer that may be offered to one more. */
static struct contact *emergency_to_widen(struct core *core, struct responder *r)
{
	if (r->n_offers > 0)
		return NULL;
	struct contact *c = tree_first(&core->emergencies);
	while (c && (c->n_offers >= offers_wanted(core, c) || !eligible(core, c, r)))
		c = tree_next(&core->emergencies, c);
	return c;
}

/* 1. a waiting emergency, 2. one on offer that may be offered to more, 3. the first in line. */
static void match_responder(struct core *core, struct responder *r)
{
	bool offered = true; /* to them or to somebody better: else nothing would ever change */
	while (r->available && offered) {
		struct contact *c = queue_best_for(core, r, false);
		if (!c || c->level != LEVEL_EMERGENCY) {
			struct contact *wider = emergency_to_widen(core, r);
			c = wider ? wider : c;
		}
		if (!c)
			return;
		if (!match_fits(core, c, r)) {
			responder_keep_for(core, r, c);
			return;
		}
		int before = c->n_offers;
		match_contact(core, c);
		offered = c->n_offers != before;
	}
}

static int compare_heads(const void *a, const void *b)
{
	return contact_cmp((*(struct lane *const *)a)->head, (*(struct lane *const *)b)->head);
}

/* Told in the order of the line: that of the list of lanes depends on how the core came to be. */
static void check_lanes(struct core *core)
{
	struct lane **lost = NULL;
	size_t n = 0;
	core->staff_changed = false;
	for (size_t i = 0; i < core->queue.n_lanes; i++) {
		struct lane *lane = core->queue.lanes[i];
		bool servable = lane_is_servable(core, lane);
		if (!servable && !lane->unservable) {
			lost = mem_resize(lost, n + 1, sizeof(struct lane *));
			lost[n++] = lane;
		}
		lane->unservable = !servable;
	}
	if (n > 1)
		qsort(lost, n, sizeof(struct lane *), compare_heads);
	for (size_t i = 0; i < n; i++)
		notice_lane(core, lost[i]);
	free(lost);
}

void match_run(struct core *core)
{
	for (;;) {
		struct contact *c = heap_top(&core->marked_contacts);
		struct responder *r = heap_top(&core->marked_responders);
		if (c) {
			heap_remove(&core->marked_contacts, c);
			if (contact_is_sought_for(c))
				match_contact(core, c);
		} else if (r) {
			heap_remove(&core->marked_responders, r);
			match_responder(core, r);
		} else {
			break;
		}
	}
	if (core->staff_changed)
		check_lanes(core);
}
