/* I3, I4, I6 and I10: what responders carry and are offered, and who should not be waiting. */
#include <string.h>

#include "check_state.h"
#include "state.h"

#define HEAD_OF_LINE 1000 /* contacts looked at for one responder while the center runs */

static int bad(struct err *e, const char *rule, const struct responder *r, const char *what)
{
	return err_set(e, "%s: %s: %s", rule, r->id, what);
}

struct units {
	int carried, offered, emergencies_offered, offers;
};

static int units_of(const struct core *core, const struct responder *r, const struct contact *c)
{
	int weight = core->options.weight[c->level] > 0 ? core->options.weight[c->level] : 1;
	return c->level == LEVEL_EMERGENCY || weight > r->capacity ? r->capacity : weight;
}

static struct units count(const struct core *core, const struct responder *r)
{
	struct units u = { 0 };
	for (const struct contact *c = r->contacts; c; c = c->responder_next)
		u.carried += units_of(core, r, c);
	for (const struct contact *c = r->visited; c; c = c->visited_next)
		u.carried += units_of(core, r, c);
	u.carried += (int)r->after_units;
	for (const struct offer *o = r->offers; o; o = o->next) {
		u.offers++;
		u.offered += units_of(core, r, o->contact);
		u.emergencies_offered += o->contact->level == LEVEL_EMERGENCY;
	}
	return u;
}

static int check_lists(const struct core *core, const struct responder *r, struct err *e)
{
	for (const struct contact *c = r->contacts; c; c = c->responder_next)
		if (c->responder != r || map_get(&core->contacts, c->id) != c)
			return bad(e, "I3", r, "carries a contact that is not theirs");
	for (const struct offer *o = r->offers; o; o = o->next)
		if (o->responder != r || !contact_is_reserved(o->contact))
			return bad(e, "I3", r, "holds an offer of a contact that is not on offer");
	return 0;
}

/* I4, offers included. What they carry may outgrow the capacity by a raise or by a smaller
 * capacity; nothing is offered then. */
static int check_load(const struct core *core, const struct responder *r, struct err *e)
{
	struct units u = count(core, r);
	int load = u.carried + u.offered;
	if (r->load != (load < r->capacity ? load : r->capacity))
		return bad(e, "I4", r, "load is counted wrongly");
	if (u.offers == 0)
		return 0;
	if (u.carried >= r->capacity) /* an emergency takes all of it */
		return bad(e, "I4", r, "full, and an offer is open");
	if (u.emergencies_offered == 0 ? load > r->capacity : u.offers != 1)
		return bad(e, "I4", r, "offered more than fits");
	return 0;
}

static bool has_room(const struct core *core, const struct responder *r, const struct contact *c)
{
	struct units u = count(core, r);
	if (u.carried >= r->capacity || u.emergencies_offered > 0)
		return false;
	return c->level == LEVEL_EMERGENCY ||
	       u.carried + u.offered + units_of(core, r, c) <= r->capacity;
}

/* I6 and I10: of what they may serve, the first in line does not wait while it could be offered.
 * (What stands behind it may have to wait for it.) */
static int check_idle(
	const struct core *core, const struct responder *r, size_t depth, struct err *e)
{
	if (!responder_is_ready(r))
		return 0;
	const struct contact *c = tree_first(&core->queue.order);
	for (; c && depth > 0; c = tree_next(&core->queue.order, c), depth--) {
		if (fit_of(&core->options, r->profile, c->need).tier > contact_tier(core, c) ||
			contact_excludes(c, r) || !island_reaches_contact(core, c))
			continue;
		if (!has_room(core, r, c))
			return 0;
		return err_set(e, "%s: %s waits and %s could be offered it",
			c->level == LEVEL_EMERGENCY ? "I10" : "I6", c->id, r->id);
	}
	return 0;
}

static int check_responder(
	const struct core *core, const struct responder *r, size_t depth, struct err *e)
{
	if (check_lists(core, r, e) != 0 || check_load(core, r, e) != 0 ||
		check_idle(core, r, depth, e) != 0)
		return -1;
	if (r->lost_due_ms && r->timer.index == 0)
		return bad(e, "I5", r, "lost, and nobody will notice");
	return 0;
}

int check_some_responder(const struct core *core, size_t *i, struct err *e)
{
	const struct responder *r = map_walk(&core->responders, i, NULL);
	if (!r)
		*i = 0;
	return r && !core->rematch ? check_responder(core, r, HEAD_OF_LINE, e) : 0;
}

int check_responders(const struct core *core, struct err *e)
{
	if (core->rematch)
		return 0; /* loaded or reconfigured: the next command matches first */
	const struct responder *r;
	size_t available = 0, listed = 0;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));) {
		if (check_responder(core, r, SIZE_MAX, e) != 0)
			return -1;
		available += r->available;
	}
	const struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));)
		listed += tree_size(&p->available) + tree_size(&p->kept);
	return available == listed ? 0 : err_set(e, "I6: responders with room are listed wrongly");
}
