#include "island.h"

#include <string.h>

#include "apply.h"
#include "triaged/core/fact.h"

static bool reaches(const struct core *core, const char *session)
{
	const char *island = text_of(core->island);
	return !*island || (session && text_is_below(session, island));
}

bool island_reaches_contact(const struct core *core, const struct contact *c)
{
	return !core->island || reaches(core, c->session);
}

void island_place(struct core *core, struct responder *r)
{
	r->cut_off = !reaches(core, r->session);
}

void island_moved(struct core *core, struct contact *c)
{
	if (contact_is_reserved(c) && !island_reaches_contact(core, c))
		offer_end_all(core, c, OFFER_WITHDRAWN);
	if (!contact_is_queued(c))
		return;
	queue_move(core, c); /* nobody is kept free for whom the island cannot reach */
	match_mark_contact(core, c);
}

static void place_all(struct core *core)
{
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		if (contact_is_reserved(c) && !island_reaches_contact(core, c))
			offer_end_all(core, c, OFFER_WITHDRAWN);
		else if (contact_is_queued(c))
			match_mark_contact(core, c);
	}
	struct responder *r;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));) {
		island_place(core, r);
		responder_trim(core, r);
	}
}

int apply_node_island(struct core *core, const struct command *c)
{
	if (!*c->node)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_node", "node");
	bool on = c->watch != 0;
	if (on == (core->island != NULL))
		return 0;
	text_set(&core->island, on ? c->node : NULL);
	DECIDE(core->step, "island", c->node, on ? "begins" : "ends");
	core->step->changed = true;
	core_keep_time(core); /* it is in the ledger, and whoever leads next goes on behind it */
	place_all(core);
	return 0;
}

void core_leave_island(struct core *core)
{
	struct responder *r;
	text_set(&core->island, NULL);
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));)
		island_place(core, r);
	core_rebuild(core);
}
