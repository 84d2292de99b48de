#include "far.h"

#include "state.h"

bool far_is_origin(const struct contact *c)
{
	return c->far.role == FAR_ASKED || c->far.role == FAR_THERE;
}

bool far_is_receiver(const struct contact *c)
{
	return c->far.role == FAR_OPENED || c->far.role == FAR_HERE;
}

void far_clear(struct far *f)
{
	text_set(&f->center, NULL);
	text_set(&f->contact, NULL);
	text_set(&f->transfer, NULL);
	*f = (struct far){ 0 };
}

/* A letter about n, to be filled in. */
static void begin(struct command *letter, enum command_kind kind, const struct contact *n)
{
	command_init(letter, kind);
	letter->contact = text_of(n->far.contact);
	letter->transfer = text_of(n->far.transfer);
}

void far_ask(struct core *core, struct contact *n, const struct command *c)
{
	struct command letter;
	n->far.role = FAR_ASKED;
	text_set(&n->far.center, c->center);
	text_set(&n->far.contact, c->peer);
	text_set(&n->far.transfer, n->transfer.id);
	begin(&letter, COMMAND_TRANSFER_OPEN, n);
	letter.role = c->role;
	letter.peer = n->id;
	letter.channel = "transfer";
	letter.lang = text_of(n->lang);
	letter.needs = text_of(n->needs);
	letter.caller_role = text_of(n->caller_role);
	letter.age = n->age;
	letter.safe = n->safe;
	letter.test = n->test;
	letter.arrived_ms = n->arrived_ms;
	letter.level = letter.level_alone = n->level + 1;
	letter.unscored = n->unscored;
	letter.reasons = (struct slice){ buf_str(&n->reasons), n->reasons.len };
	letter.facts = (struct slice){ buf_str(&n->facts), n->facts.len };
	letter.ruleset = text_of(n->ruleset);
	letter.flags = text_of(n->flags);
	letter.domains = text_of(n->domains);
	letter.text = c->text;
	letter.said = c->said;
	letter_send(core, n->far.center, &letter);
	contact_touch(core, n);
}

static void settle(struct core *core, const struct contact *n, const char *result)
{
	struct command letter;
	begin(&letter, COMMAND_TRANSFER_SETTLE, n);
	letter.result = result;
	letter_send(core, n->far.center, &letter);
}

void far_cancel(struct core *core, struct contact *n)
{
	settle(core, n, "cancelled");
	far_clear(&n->far);
	contact_touch(core, n);
}

static void answer(struct core *core, const struct contact *n, const char *result, const char *name)
{
	struct command letter;
	begin(&letter, COMMAND_TRANSFER_ANSWER, n);
	letter.peer = n->id;
	letter.result = result;
	letter.name = name;
	letter_send(core, n->far.center, &letter);
}

void far_accepted(struct core *core, struct contact *n)
{
	answer(core, n, "accepted", text_of(n->responder->name));
}

void far_said(struct core *core, struct contact *n, const struct command *c)
{
	struct command letter;
	begin(&letter, COMMAND_TRANSFER_SAID, n);
	letter.role = c->role;
	letter.peer = n->id;
	letter.text = c->text;
	letter.said = c->said;
	letter.level = c->level;
	letter.level_alone = c->level_alone;
	letter.unscored = c->unscored;
	letter.reasons = c->reasons;
	letter.flags = c->flags;
	letter.domains = c->domains;
	letter.facts = c->facts;
	letter_send(core, n->far.center, &letter);
}

void far_over(struct core *core, struct contact *n, const char *how)
{
	struct command letter;
	begin(&letter, COMMAND_TRANSFER_OVER, n);
	letter.result = how;
	letter_send(core, n->far.center, &letter);
}

void far_end(struct core *core, struct contact *n)
{
	far_clear(&n->far);
	text_set(&n->disposition, "transferred");
	n->closed_ms = core->at_ms;
	if (n->dispatches_open)
		alert_raise(core, n, "dispatch_open");
	contact_enter(core, n, n->dispatches_open ? CONTACT_EV_ABANDON : CONTACT_EV_END);
}
