/* Handing a contact over: who may ask for it, whom, and who takes it back. */
#include <string.h>

#include "apply.h"

static int unavailable(struct core *core, const char *reason)
{
	return core_refuse(core, OUTPUT_ERR_INVALID_STATE, reason, "to");
}

/* One named responder: asked now, or not at all. */
static struct responder *find_receiver(
	struct core *core, const struct contact *n, const struct command *c)
{
	struct responder *r = map_get(&core->responders, c->responder);
	if (!r || !r->stored) {
		(void)core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_responder", "to");
		return NULL;
	}
	const char *why = NULL;
	if (r == n->responder)
		why = "has_it_already";
	else if (!responder_is_ready(r))
		why = "not_ready";
	else if (profile_fit(core, r->profile, n->need).tier == FIT_NEVER)
		why = "not_eligible";
	else if (!match_fits(core, n, r))
		why = "at_capacity";
	if (why)
		(void)unavailable(core, why);
	return why ? NULL : r;
}

/* Somebody else on shift may serve what is wanted, now or when they are free. */
static bool somebody_may(const struct core *core, const struct contact *n, struct requirement *need)
{
	const struct responder *r;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));)
		if (r != n->responder && responder_is_ready(r) &&
			profile_fit(core, r->profile, need).tier <= contact_tier(core, n))
			return true;
	return false;
}

static bool is_servable(struct core *core, const struct contact *n, const struct command *c)
{
	struct contact asked = *n;
	asked.transfer = (struct transfer){ .state = TRANSFER_WAITING,
		.line = *c->line ? (char *)(uintptr_t)c->line : NULL,
		.skill = *c->skills ? (char *)(uintptr_t)c->skills : NULL };
	struct requirement *need = requirement_get(core, &asked);
	bool may = somebody_may(core, n, need);
	requirement_release(core, &need);
	return may;
}

static int check_transfer(struct core *core, const struct contact *n, const struct command *c)
{
	int targets =
		(*c->responder != 0) + (*c->line != 0) + (*c->skills != 0) + (*c->center != 0);
	if (n->state != CONTACT_ACTIVE)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "not_active", "contact");
	if (n->transfer.state != TRANSFER_NONE)
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "transfer_open", "contact");
	if (!c->text.len && !c->said)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "summary_needed", "summary");
	if (targets != 1)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "one_target", "to");
	if (*c->center && !words_have(core->options.centers, c->center, strlen(c->center)))
		return core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_center", "to");
	if (*c->center && (n->dispatches_open || n->far.role != FAR_NONE))
		return core_refuse(core, OUTPUT_ERR_CONFLICT,
			n->dispatches_open ? "dispatch_open" : "came_from_a_center", "to");
	if (*c->center && c->warm)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "warm_inside_only", "warm");
	return 0;
}

static void take_transfer(struct core *core, struct contact *n, const struct command *c)
{
	char id[ID_SIZE];
	struct transfer *t = &n->transfer;
	id_text('t', core_new_id(core), id);
	text_set(&t->id, id);
	text_set(&t->by, c->identity);
	text_set(&t->responder, c->responder);
	text_set(&t->line, c->line);
	text_set(&t->skill, c->skills);
	text_set(&t->center, c->center);
	t->warm = c->warm != 0;
	t->due_ms = core->now_ms + core->options.transfer_ms;
	buf_add(&t->summary, c->text.data, c->text.len);
	n->n_excluded = 0;
	put_message(core, n, c, "note");
	DECIDE(core->step, "transfer_asked", n->id, t->id, transfer_target(t),
		t->warm ? "warm" : "cold");
}

static void put_transfer(struct core *core, const struct contact *n, const char *state)
{
	struct buf *b = &core->answer.fields;
	record_puts(b, "transfer", n->transfer.id);
	record_puts(b, "contact", n->id);
	record_puts(b, "state", state);
}

static void begin(
	struct core *core, struct contact *n, const struct command *c, struct responder *r)
{
	take_transfer(core, n, c);
	if (*c->center)
		transfer_send(core, n, c);
	else if (r)
		transfer_offer_to(core, n, r);
	else
		transfer_seek(core, n);
}

int apply_contact_transfer(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	if (!n || check_transfer(core, n, c) != 0)
		return -1;
	struct responder *r = *c->responder ? find_receiver(core, n, c) : NULL;
	if (*c->responder && !r)
		return -1;
	if (!r && !*c->center && !is_servable(core, n, c))
		return unavailable(core, "nobody_available");
	begin(core, n, c, r);
	match_run(core);
	put_transfer(core, n, transfer_state_name(n->transfer.state));
	return 0;
}

static bool is_of(const struct contact *n, const struct command *c)
{
	return !*c->transfer || text_is(n->transfer.id, c->transfer);
}

int apply_transfer_cancel(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	if (!n)
		return -1;
	if (!transfer_is_pending(&n->transfer) || !is_of(n, c))
		return core_refuse(core, OUTPUT_ERR_STALE, "no_such_transfer", "contact");
	put_transfer(core, n, "ended");
	transfer_end(core, n, "cancelled");
	return 0;
}

/* The time together is over: the guest goes, or is let go. */
int apply_transfer_done(struct core *core, const struct command *c)
{
	struct contact *n = find_heard_contact(core, c);
	if (!n)
		return -1;
	if (n->transfer.state != TRANSFER_JOINED || !is_of(n, c))
		return core_refuse(core, OUTPUT_ERR_STALE, "no_such_transfer", "contact");
	put_transfer(core, n, "done");
	transfer_end(core, n, "done");
	return 0;
}
