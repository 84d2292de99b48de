#include "transfer.h"

#include <string.h>

#include "triaged/base/check.h"

#include "state.h"

enum effect {
	FX_LINE = 1,       /* into the line, and match it */
	FX_LEAVE_LINE = 2, /* out of the line */
};

/* An empty cell refuses. */
static const struct {
	uint8_t legal, to, effects;
} table[TRANSFER_STATE_COUNT][TRANSFER_EVENT_COUNT] = {
	[TRANSFER_NONE] = {
		[TRANSFER_EV_SEEK] = { 1, TRANSFER_WAITING, FX_LINE },
		[TRANSFER_EV_OFFER] = { 1, TRANSFER_OFFERED, 0 },
		[TRANSFER_EV_SEND] = { 1, TRANSFER_SENT, 0 },
	},
	[TRANSFER_SENT] = {
		[TRANSFER_EV_ACCEPT] = { 1, TRANSFER_NONE, 0 },
		[TRANSFER_EV_END] = { 1, TRANSFER_NONE, 0 },
	},
	[TRANSFER_WAITING] = {
		[TRANSFER_EV_OFFER] = { 1, TRANSFER_OFFERED, FX_LEAVE_LINE },
		[TRANSFER_EV_END] = { 1, TRANSFER_NONE, FX_LEAVE_LINE },
	},
	[TRANSFER_OFFERED] = {
		[TRANSFER_EV_OFFER] = { 1, TRANSFER_OFFERED, 0 },
		[TRANSFER_EV_UNOFFER] = { 1, TRANSFER_WAITING, FX_LINE },
		[TRANSFER_EV_ACCEPT] = { 1, TRANSFER_NONE, 0 },
		[TRANSFER_EV_JOIN] = { 1, TRANSFER_JOINED, 0 },
		[TRANSFER_EV_END] = { 1, TRANSFER_NONE, 0 },
	},
	[TRANSFER_JOINED] = {
		[TRANSFER_EV_END] = { 1, TRANSFER_NONE, 0 },
	},
};

const char *transfer_state_name(int state)
{
	static const char *const names[TRANSFER_STATE_COUNT] = {
#define X(sym, name) name,
		TRANSFER_STATES(X)
#undef X
	};
	return (unsigned)state < TRANSFER_STATE_COUNT ? names[state] : NULL;
}

int transfer_next_state(enum transfer_state state, enum transfer_event event)
{
	return table[state][event].legal ? table[state][event].to : -1;
}

const char *transfer_target(const struct transfer *t)
{
	const char *const targets[] = { t->responder, t->line, t->skill, t->center };
	size_t i = 0;
	while (i < 3 && !targets[i])
		i++;
	return text_of(targets[i]);
}

bool transfer_is_pending(const struct transfer *t)
{
	return t->state == TRANSFER_WAITING || t->state == TRANSFER_OFFERED ||
	       t->state == TRANSFER_SENT;
}

/* Who may serve it follows from whom it is for, while somebody is sought, and from itself again. */
static void renew_need(struct core *core, struct contact *c)
{
	struct requirement *before = c->need;
	c->need = requirement_get(core, c);
	requirement_release(core, &before);
}

/* The only writer of the state. */
static void enter(struct core *core, struct contact *c, enum transfer_event event)
{
	struct transfer *t = &c->transfer;
	int next = transfer_next_state((enum transfer_state)t->state, event);
	CHECK(next >= 0);
	int effects = table[t->state][event].effects;
	if (effects & FX_LEAVE_LINE)
		queue_remove(core, c);
	t->state = next;
	renew_need(core, c);
	if (effects & FX_LINE) {
		queue_insert(core, c);
		match_mark_contact(core, c);
	}
	contact_list_emergency(core, c);
	contact_touch(core, c);
}

void transfer_clear(struct transfer *t)
{
	text_set(&t->id, NULL);
	text_set(&t->by, NULL);
	text_set(&t->responder, NULL);
	text_set(&t->line, NULL);
	text_set(&t->skill, NULL);
	text_set(&t->center, NULL);
	buf_free(&t->summary);
	*t = (struct transfer){ 0 };
}

struct telling {
	const char *state, *why, *responder;
};

static void tell(struct core *core, const struct contact *c, const struct responder *r,
	const struct telling *what)
{
	if (!r || !r->connected)
		return;
	struct buf *b = step_notify(core->step, OUTPUT_TRANSFER_UPDATE, text_of(r->session));
	record_puts(b, "transfer", c->transfer.id);
	record_puts(b, "contact", c->id);
	record_puts(b, "state", what->state);
	record_puts(b, "why", what->why);
	record_puts(b, "responder", what->responder);
}

void transfer_seek(struct core *core, struct contact *c)
{
	enter(core, c, TRANSFER_EV_SEEK);
}

void transfer_offer_to(struct core *core, struct contact *c, struct responder *r)
{
	queue_move(core, c); /* its place among what r is offered */
	struct offer *o = match_offer(core, c, r);
	DECIDE(core->step, "offered", o->id, c->id, r->id, "transfer");
}

void transfer_offered(struct core *core, struct contact *c)
{
	enter(core, c, TRANSFER_EV_OFFER);
}

void transfer_unoffered(struct core *core, struct contact *c, const char *why)
{
	if (c->transfer.responder)
		transfer_end(core, c, why); /* it was for nobody else */
	else
		enter(core, c, TRANSFER_EV_UNOFFER);
}

/* What it was handed over for stays with it, should it have to wait once more. */
static void keep_target(struct contact *c)
{
	const struct transfer *t = &c->transfer;
	if (t->line)
		text_set(&c->line, t->line);
	if (!t->skill)
		return;
	struct buf b = { 0 };
	buf_addf(&b, "%s %s", text_of(c->needs), t->skill);
	text_set(&c->needs, buf_str(&b));
	words_sort(&c->needs);
	buf_free(&b);
}

void transfer_taken(struct core *core, struct contact *c, const struct responder *r)
{
	struct responder *origin = c->responder;
	bool warm = c->transfer.warm && origin->connected;
	DECIDE(core->step, "transferred", c->id, origin->id, r->id, warm ? "warm" : "cold");
	keep_target(c);
	responder_detach(core, c);
	enter(core, c, warm ? TRANSFER_EV_JOIN : TRANSFER_EV_ACCEPT);
	if (warm)
		guest_attach(core, origin, c);
	else
		responder_rest(core, origin, c);
	tell(core, c, origin,
		&(struct telling){ .state = warm ? "joined" : "accepted", .responder = r->id });
	if (!warm)
		transfer_clear(&c->transfer);
}

void transfer_send(struct core *core, struct contact *c, const struct command *asked)
{
	enter(core, c, TRANSFER_EV_SEND);
	far_ask(core, c, asked);
}

void transfer_confirm(struct core *core, struct contact *c)
{
	DECIDE(core->step, "transferred", c->id, c->responder->id, c->far.center, "cold");
	enter(core, c, TRANSFER_EV_ACCEPT);
	tell(core, c, c->responder, &(struct telling){ .state = "accepted" });
	transfer_clear(&c->transfer);
}

void transfer_end(struct core *core, struct contact *c, const char *why)
{
	struct responder *guest = c->guest;
	DECIDE(core->step, guest ? "transfer_done" : "transfer_off", c->id, text_of(c->transfer.id),
		why);
	offer_end_all(core, c, OFFER_OVER);
	c->n_excluded = 0;
	enter(core, c, TRANSFER_EV_END);
	struct telling what = { .state = guest ? "done" : "ended", .why = why };
	tell(core, c, c->responder, &what);
	tell(core, c, guest, &what);
	if (c->far.role == FAR_ASKED)
		far_cancel(core, c);
	if (text_is(c->alert, "transfer_pending"))
		alert_clear(c);
	if (guest) {
		guest_detach(core, c);
		responder_rest(core, guest, c);
	}
	transfer_clear(&c->transfer);
}

void transfer_return(struct core *core, struct contact *c)
{
	struct responder *guest = c->guest;
	DECIDE(core->step, "transfer_returned", c->id, c->responder->id, guest->id);
	guest_detach(core, c);
	responder_detach(core, c);
	enter(core, c, TRANSFER_EV_END);
	responder_attach(core, guest, c);
	tell(core, c, guest, &(struct telling){ .state = "returned", .why = "lost" });
	transfer_clear(&c->transfer);
	contact_tell_connected(core, c);
}
