/* contact.escalate: a person asks for a rescue, or says more about the one that is open. */
#include <string.h>

#include "apply.h"
#include "dispatch_ask.h"

/* With these nobody needs to agree first: an attempt in progress gets help without consent. */
static const char *const emergencies[] = { "attempt_in_progress", "medical_emergency" };

static bool is_emergency(const struct contact *n, const char *criteria)
{
	static const char flag[] = "rescue_without_consent";
	for (size_t i = 0; i < sizeof emergencies / sizeof emergencies[0]; i++)
		if (words_have(criteria, emergencies[i], strlen(emergencies[i])))
			return true;
	return words_have(n->flags, flag, sizeof flag - 1);
}

static bool has_location(const struct command *c)
{
	return c->location.len || c->located;
}

static void put_location(struct core *core, struct dispatch *d, const struct command *c)
{
	spot_take(&d->spot, c, core->now_ms);
	buf_clear(&d->location);
	buf_add(&d->location, c->location.data, c->location.len);
	text_set(&d->place_by, NULL);
}

/* Whether it must be confirmed, and by whom it was. */
static void judge_place(struct core *core, struct dispatch *d, const struct command *c)
{
	char doubts[SPOT_DOUBTS];
	spot_doubts(&d->spot, &core->options, core->now_ms, doubts);
	d->place_open = *doubts && !c->place_confirmed;
	if (c->place_confirmed)
		text_set(&d->place_by, c->identity);
}

static void unite(char **slot, const char *words)
{
	struct buf b = { 0 };
	buf_addf(&b, "%s %s", text_of(*slot), words);
	text_set(slot, buf_str(&b));
	words_sort(slot);
	buf_free(&b);
}

static void judge_consent(struct core *core, struct dispatch *d, const struct contact *n)
{
	bool against = text_is(d->consent, "no");
	d->exempt = against && is_emergency(n, d->criteria);
	if (!against || d->exempt)
		d->second_due_ms = 0;
	else if (core->options.second_ms && !d->second_by && !d->silence && !d->second_due_ms)
		d->second_due_ms = core->now_ms + core->options.second_ms;
}

static struct dispatch *request_dispatch(
	struct core *core, struct contact *n, const struct command *c)
{
	char id[ID_SIZE];
	if (c->fact && *c->dispatch && strlen(c->dispatch) < ID_SIZE &&
		!map_get(&core->dispatches, c->dispatch))
		memcpy(id, c->dispatch, strlen(c->dispatch) + 1); /* told to people already */
	else
		core_free_id(core, &core->dispatches, 'd', id);
	struct dispatch *d = dispatch_new(core, id);
	text_set(&d->contact, n->id);
	text_set(&d->line, n->line);
	text_set(&d->kind, c->kind);
	text_set(&d->consent, c->consent);
	text_set(&d->agency, c->agency);
	text_set(&d->reason, c->reason);
	text_set(&d->requested_by, c->identity);
	unite(&d->tried, c->tried);
	unite(&d->criteria, c->criteria);
	d->test = n->test || c->test;
	d->version = 1;
	if (has_location(c)) {
		put_location(core, d, c);
	} else if (spot_is_known(&n->spot)) { /* what this same contact said before */
		spot_copy(&d->spot, &n->spot);
		buf_add(&d->location, n->location.data, n->location.len);
	}
	judge_place(core, d, c);
	judge_consent(core, d, n);
	n->dispatches_open++;
	DECIDE(core->step, "dispatch_requested", d->id, n->id, d->kind, c->identity);
	dispatch_begin(core, d, d->place_open || d->second_due_ms);
	return d;
}

/* Somebody asks again for what is open: new facts go to whoever has it. */
static int change_dispatch(
	struct core *core, struct contact *n, struct dispatch *d, const struct command *c)
{
	char doubts[SPOT_DOUBTS];
	struct spot said = { 0 };
	bool located = has_location(c);
	spot_take(&said, c, core->now_ms);
	spot_doubts(&said, &core->options, core->now_ms, doubts);
	spot_free(&said);
	if (located && *doubts && !c->place_confirmed && d->state != DISPATCH_HELD)
		return core_refuse(
			core, OUTPUT_ERR_CONFLICT, "location_unconfirmed", "location_confirmed");
	bool changed = located || !text_is(d->reason, c->reason) ||
		       !text_is(d->consent, c->consent) || !words_within(c->tried, d->tried) ||
		       !words_within(c->criteria, d->criteria);
	text_set(&d->reason, c->reason);
	text_set(&d->consent, c->consent);
	unite(&d->tried, c->tried);
	unite(&d->criteria, c->criteria);
	if (*c->agency)
		text_set(&d->agency, c->agency);
	if (located)
		put_location(core, d, c);
	if (located || c->place_confirmed)
		judge_place(core, d, c);
	if (d->state == DISPATCH_HELD)
		judge_consent(core, d, n);
	if (changed) {
		DECIDE(core->step, "dispatch_changed", d->id, n->id, c->identity);
		dispatch_changed(core, d);
		dispatch_tell(core, d);
	}
	dispatch_unhold(core, d);
	dispatch_touch(core, d);
	return 0;
}

static struct dispatch *find_open(
	const struct core *core, const struct contact *n, const char *kind)
{
	struct dispatch *d, *other = NULL;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		if (!dispatch_is_open(d) || !text_is(d->contact, n->id))
			continue;
		if (text_is(d->kind, kind))
			return d;
		other = d;
	}
	return other;
}

int apply_contact_escalate(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	if (!n)
		return -1;
	if (!*c->kind)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "kind_needed", "kind");
	struct dispatch *d = n->dispatches_open && !c->confirm ? find_open(core, n, c->kind) : NULL;
	if (d && !text_is(d->kind, c->kind)) /* a second unit is sent by a person's word only */
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "dispatch_open", "confirm");
	if (!d)
		d = request_dispatch(core, n, c);
	else if (change_dispatch(core, n, d, c) != 0)
		return -1;
	dispatch_put(core, d, &core->answer.fields);
	record_puts(&core->answer.fields, "contact", d->contact);
	return 0;
}
