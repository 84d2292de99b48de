/* I16 and what belongs to it: rescues are counted, watched, and asked of one at a time. */
#include <string.h>

#include "check_state.h"
#include "state.h"

static int bad(struct err *e, const char *id, const char *what)
{
	return err_set(e, "I16: %s: %s", id, what);
}

static int check_one(const struct core *core, const struct dispatch *d, struct err *e)
{
	const struct contact *c = map_get(&core->contacts, text_of(d->contact));
	if (!d->drill_due_ms && (!c || c->state == CONTACT_ENDED || c->dispatches_open < 1))
		return bad(e, d->id, "open, and its contact ended");
	if (d->timer.index == 0 || d->alert_due_ms == 0)
		return bad(e, d->id, "open, and nobody will be reminded");
	if (d->target && d->unit)
		return bad(e, d->id, "asked of somebody while somebody has it");
	if (d->target && !d->target_due_ms)
		return bad(e, d->id, "asked of somebody for ever");
	if (d->state == DISPATCH_HELD && (d->target || d->unit))
		return bad(e, d->id, "held, and asked of somebody");
	if (d->state == DISPATCH_HELD && !d->place_open && !d->second_due_ms)
		return bad(e, d->id, "held by nothing");
	if (d->state == DISPATCH_REQUESTED && !d->target_due_ms)
		return bad(e, d->id, "requested, and nobody will be asked");
	if (dispatch_is_under_way(d) && !d->by)
		return bad(e, d->id, "under way without a name");
	return 0;
}

/* A team and its dispatch know of each other. */
static int check_team(const struct core *core, const struct team *t, struct err *e)
{
	char target[80];
	team_target(t, target);
	if (t->has && !t->overdue && t->timer.index == 0)
		return bad(e, t->id, "on a dispatch, and nobody will miss its crew");
	if (!t->dispatch)
		return t->has ? bad(e, t->id, "has no dispatch and yet has it") : 0;
	const struct dispatch *d = map_get(&core->dispatches, t->dispatch);
	if (!d || !dispatch_is_open(d) || !text_is(t->has ? d->unit : d->target, target))
		return bad(e, t->id, "its dispatch does not know of it");
	return 0;
}

int check_rescues(const struct core *core, struct err *e)
{
	size_t open = 0, counted = 0;
	const struct dispatch *d;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		if (!dispatch_is_open(d))
			continue;
		open += !d->drill_due_ms; /* a drill has no contact */
		if (check_one(core, d, e) != 0)
			return -1;
	}
	const struct team *t;
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));)
		if (check_team(core, t, e) != 0)
			return -1;
	const struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));)
		counted += c->state == CONTACT_ENDED ? 0 : (size_t)c->dispatches_open;
	return open == counted ? 0 : bad(e, "dispatches", "counted wrongly");
}
