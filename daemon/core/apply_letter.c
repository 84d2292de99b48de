/* Letters of other centers. They are not answered as requests are: an answer is a letter too. */
#include <string.h>

#include "apply.h"
#include "level.h"

#define SILENT_MS ((int64_t)24 * 60 * 60 * 1000)

/* "center:NAME" */
static const char *center_of(const struct command *c)
{
	static const char prefix[] = "center:";
	size_t n = sizeof prefix - 1;
	return strncmp(c->identity, prefix, n) == 0 && c->identity[n] ? c->identity + n : NULL;
}

/* The contact a letter is about: of that transfer with that center. */
static struct contact *find(struct core *core, const struct command *c)
{
	struct contact *n = map_get(&core->contacts, c->contact);
	const char *center = center_of(c);
	if (n && center && n->state != CONTACT_ENDED && text_is(n->far.center, center) &&
		text_is(n->far.transfer, c->transfer))
		return n;
	(void)core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_contact", "contact");
	return NULL;
}

int apply_transfer_open(struct core *core, const struct command *c)
{
	const char *center = center_of(c);
	if (!center || !id_is_contact(c->contact) || !*c->transfer || !id_is_contact(c->peer))
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "bad_letter", "contact");
	if (map_get(&core->contacts, c->contact))
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "contact_exists", "contact");
	struct contact *n = contact_take(core, c);
	if (c->arrived_ms > 0 && c->arrived_ms < n->arrived_ms)
		n->arrived_ms = c->arrived_ms; /* its wait began where it came from */
	n->far.role = FAR_OPENED;
	text_set(&n->far.center, center);
	text_set(&n->far.contact, c->peer);
	text_set(&n->far.transfer, c->transfer);
	level_triage(core, n, c);
	DECIDE(core->step, "opened", n->id, level_name((enum level)n->level), center);
	contact_enter(core, n, CONTACT_EV_ARRIVE);
	put_message(core, n, c, "note");
	return 0;
}

/* They have it: whoever had it here is released, and what is said here is passed on. */
static void hand(struct core *core, struct contact *n)
{
	struct responder *origin = n->responder;
	transfer_confirm(core, n);
	n->far.role = FAR_THERE;
	n->far.due_ms = core->now_ms + SILENT_MS;
	contact_enter(core, n, CONTACT_EV_HAND);
	responder_rest(core, origin, n);
}

static void settle(struct core *core, const struct command *c, const char *result)
{
	struct command letter;
	command_init(&letter, COMMAND_TRANSFER_SETTLE);
	letter.contact = c->peer;
	letter.transfer = c->transfer;
	letter.result = result;
	letter_send(core, center_of(c), &letter);
}

int apply_transfer_answer(struct core *core, const struct command *c)
{
	struct contact *n = map_get(&core->contacts, c->contact);
	const char *center = center_of(c);
	if (!center || !id_is_contact(c->peer))
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "bad_letter", "contact");
	bool ours = n && n->state != CONTACT_ENDED && far_is_origin(n) &&
		    text_is(n->far.center, center) && text_is(n->far.transfer, c->transfer);
	if (!ours) { /* cancelled, or over, while they accepted */
		settle(core, c, "cancelled");
		return 0;
	}
	if (n->far.role == FAR_ASKED && n->dispatches_open) { /* who asked for it sees it through */
		transfer_end(core, n, "dispatch_open");
		return 0;
	}
	if (n->far.role == FAR_ASKED) {
		settle(core, c, "confirmed");
		hand(core, n);
	}
	n->far.due_ms = core->now_ms + SILENT_MS;
	contact_touch(core, n);
	struct buf *b = contact_tell(core, n, OUTPUT_CONTACT_CONNECTED);
	if (b)
		record_puts(b, "alias", c->name);
	return 0;
}

static void withdraw(struct core *core, struct contact *n)
{
	struct buf *b = contact_tell_responder(core, n, OUTPUT_CONTACT_LEFT);
	if (b)
		record_puts(b, "why", "transfer_cancelled");
	offer_end_all(core, n, OFFER_LEFT);
	text_set(&n->disposition, "transfer_cancelled");
	n->closed_ms = core->now_ms;
	far_clear(&n->far);
	contact_enter(core, n, CONTACT_EV_END);
}

int apply_transfer_settle(struct core *core, const struct command *c)
{
	struct contact *n = find(core, c);
	if (!n)
		return -1;
	if (!far_is_receiver(n))
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "not_asked", "contact");
	if (strcmp(c->result, "confirmed") == 0) {
		n->far.role = FAR_HERE;
		contact_touch(core, n);
	} else if (n->far.role == FAR_OPENED && n->state != CONTACT_WRAPUP && !n->dispatches_open) {
		withdraw(core, n);
	} else { /* a rescue is under way, or it has ended here: it is ours whatever they say */
		n->far.role = FAR_HERE;
		contact_touch(core, n);
	}
	return 0;
}

int apply_transfer_said(struct core *core, const struct command *c)
{
	struct contact *n = find(core, c);
	if (!n)
		return -1;
	if (n->far.role == FAR_ASKED)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "not_confirmed", "contact");
	bool words =
		c->text.len || c->said; /* otherwise answers: what they mean, not what they say */
	if (words)
		put_message(core, n, c, "text");
	if (n->far.role == FAR_THERE) {
		n->far.due_ms = core->now_ms + SILENT_MS;
		pass_on(core, n, c, contact_tell(core, n, OUTPUT_CONTACT_SAID));
		return 0;
	}
	if (n->state == CONTACT_REVIEW)
		contact_enter(core, n, CONTACT_EV_RETURN);
	if (n->state != CONTACT_WRAPUP && c->level > 0)
		level_triage(core, n, c);
	if (!words)
		return 0;
	pass_on(core, n, c, contact_tell_responder(core, n, OUTPUT_CONTACT_SAID));
	pass_on(core, n, c, contact_tell_guest(core, n, OUTPUT_CONTACT_SAID));
	return 0;
}

int apply_transfer_over(struct core *core, const struct command *c)
{
	struct contact *n = find(core, c);
	if (!n)
		return -1;
	DECIDE(core->step, "far_over", n->id, n->far.center, c->result);
	if (far_is_receiver(n)) {
		struct buf *b = contact_tell_responder(core, n, OUTPUT_CONTACT_LEFT);
		if (b)
			record_puts(b, "why", c->result);
		return 0;
	}
	if (n->far.role == FAR_ASKED) { /* ended there before anybody took it */
		far_clear(&n->far);
		transfer_end(core, n, "declined");
		return 0;
	}
	struct buf *b = contact_tell(core, n, OUTPUT_CONTACT_CLOSED);
	if (b)
		record_puts(b, "outcome", c->result);
	far_end(core, n);
	return 0;
}

int apply_letter_sent(struct core *core, const struct command *c)
{
	letter_sent(core, c->letter);
	return 0;
}
