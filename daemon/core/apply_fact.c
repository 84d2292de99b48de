/*
 * Facts: commands that a node acknowledged and decided while it was cut off from the store. They are not
 * refused, because they have happened: only that node could reach the persons whose sessions it had. A
 * contact that is unknown here is made from what the fact says of it; a known one goes to the responder
 * who served it there. Whatever the state, no message is lost. If the person has since come to another
 * node, where others could reach them, a late fact is recorded but takes the person from nobody.
 */
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/core/fact.h"

#include "apply.h"
#include "level.h"

static bool is_frontend(const struct command *c)
{
	return strcmp(c->role, "frontend") == 0;
}

/* Back in line at its old place, out of whatever it is in. */
static void to_line(struct core *core, struct contact *n)
{
	if (n->state == CONTACT_OFFERED)
		offer_end_all(core, n, OFFER_TAKEN);
	if (n->state == CONTACT_WRAPUP) {
		n->wrap_due_ms = 0;
		n->closed_ms = 0;
		text_set(&n->disposition, NULL);
		contact_enter(core, n, CONTACT_EV_ABANDON);
	}
	if (n->state == CONTACT_ACTIVE) {
		struct buf *b = contact_tell_responder(core, n, OUTPUT_CONTACT_LEFT);
		if (b)
			record_puts(b, "why", "served_elsewhere");
		contact_enter(core, n, CONTACT_EV_RETURN);
	} else if (n->state == CONTACT_REVIEW) {
		contact_enter(core, n, CONTACT_EV_RETURN);
	}
	CHECK(n->state == CONTACT_WAITING);
}

static struct responder *known_responder(struct core *core, const char *id)
{
	struct responder *r = responder_get(core, id);
	if (!r->profile)
		responder_reprofile(core, r);
	if (!r->connected && !r->lost_due_ms) { /* their session is heard of, or they are lost */
		r->lost_due_ms = core->now_ms + core->options.responder_grace_ms;
		responder_touch(core, r);
	}
	return r;
}

/* It is with this responder, as the fact says. */
static void serve(struct core *core, struct contact *n, const char *identity)
{
	struct responder *r = known_responder(core, identity);
	if (n->responder == r || n->state == CONTACT_HANDED)
		return;
	to_line(core, n);
	DECIDE(core->step, "served_on_island", n->id, identity);
	contact_enter(core, n, CONTACT_EV_OFFER);
	responder_takes(core, r, n);
}

/* A contact nobody here knows: what the fact tells of it, and people must look. */
static struct contact *adopt(struct core *core, const struct command *c)
{
	if (!id_is_contact(c->contact))
		return NULL;
	struct contact *n = contact_take(core, c);
	level_triage(core, n, c);
	DECIDE(core->step, "adopted", n->id, level_name((enum level)n->level));
	if (is_frontend(c))
		session_attach(core, session_open(core, c->session, c->identity, "frontend"), n);
	else
		text_set(&n->identity, NULL);
	contact_enter(core, n, CONTACT_EV_ARRIVE);
	if (strcmp(c->island, CORE_HERE) != 0)
		alert_raise(core, n, "inconsistent");
	contact_touch(core, n);
	return n;
}

/* What tells enough of a contact to take it in. Its end is not among it: it has come. */
static bool may_adopt(const struct command *c)
{
	switch (c->command) {
	case COMMAND_CONTACT_SAY:
	case COMMAND_CONTACT_ANSWER:
	case COMMAND_CONTACT_ASSESS:
	case COMMAND_CONTACT_NOTE:
	case COMMAND_CONTACT_LEVEL:
	case COMMAND_CONTACT_ESCALATE:
	case COMMAND_OFFER_ACCEPT:
		return true;
	default:
		return strcmp(c->island, CORE_HERE) == 0 &&
		       (c->command == COMMAND_CONTACT_RESUME ||
			       c->command == COMMAND_CONTACT_RETRIAGE);
	}
}

/* The person has come elsewhere since then, and is there. */
static bool is_past(const struct contact *n, const struct command *c)
{
	bool later = n->front && c->decided_ms > 0 && c->decided_ms < n->session_ms;
	/* What was asked there may have come through the inbox too, and later. */
	return later && !text_is_below(n->front->id, c->island);
}

/* What was said, found out or asked for counts whenever it is told; nothing is lowered by it. */
static bool counts_still(const struct contact *n, const struct command *c)
{
	switch (c->command) {
	case COMMAND_CONTACT_SAY:
	case COMMAND_CONTACT_ANSWER:
	case COMMAND_CONTACT_ASSESS:
	case COMMAND_CONTACT_NOTE:
	case COMMAND_CONTACT_ESCALATE:
	case COMMAND_CONTACT_RETRIAGE:
	case COMMAND_OFFER_ACCEPT:
		return true;
	case COMMAND_CONTACT_LEVEL:
		return c->human_level - 1 > n->level;
	default:
		return false;
	}
}

bool fact_is_heard(const struct command *c)
{
	if (!c->fact || !is_responder(c) || !*c->identity)
		return false;
	return c->command == COMMAND_CONTACT_SAY || c->command == COMMAND_CONTACT_NOTE ||
	       c->command == COMMAND_CONTACT_ASSESS || c->command == COMMAND_CONTACT_LEVEL ||
	       c->command == COMMAND_CONTACT_ESCALATE;
}

/* They left, or it was closed, and the person is back since: nobody hangs up on them. */
static int overtaken(struct core *core, struct contact *n, const struct command *c)
{
	DECIDE(core->step, "overtaken", n->id, command_name(c->command));
	bool theirs = n->responder && text_is(n->responder->id, c->identity);
	if (c->command == COMMAND_CONTACT_CLOSE && theirs && n->state == CONTACT_ACTIVE) {
		DECIDE(core->step, "returned", n->id, n->responder->id, "overtaken");
		to_line(core, n);
	}
	record_puts(&core->answer.fields, "state", contact_state_name(n->state));
	return 0;
}

/* Who says what only who serves it may say did serve it there. */
static void serve_as_there(struct core *core, struct contact *n, const struct command *c)
{
	bool guest = n->guest && text_is(n->guest->id, c->identity);
	if (is_responder(c) && *c->identity && !guest)
		serve(core, n, c->identity);
	else if (is_frontend(c) && n->state == CONTACT_WRAPUP &&
		 c->command != COMMAND_CONTACT_LEAVE)
		to_line(core, n);
}

static int about_contact(struct core *core, const struct command *c)
{
	struct contact *n = map_get(&core->contacts, c->contact);
	if (!n && (c->command == COMMAND_CONTACT_LEAVE || c->command == COMMAND_CONTACT_CLOSE)) {
		record_puts(&core->answer.fields, "state", contact_state_name(CONTACT_ENDED));
		return 0;
	}
	if (!n && may_adopt(c))
		n = adopt(core, c);
	if (!n)
		return core_refuse(core, OUTPUT_ERR_NOT_FOUND, "no_such_contact", "contact");
	if (is_frontend(c) && !n->identity) /* adopted from what a responder did */
		text_set(&n->identity, c->identity);
	bool past = is_past(n, c);
	if (past && !counts_still(n, c))
		return overtaken(core, n, c);
	if (!past || n->state != CONTACT_ACTIVE)
		serve_as_there(core, n, c);
	if (c->command != COMMAND_OFFER_ACCEPT)
		return apply_command(core, c);
	put_taken(core, n); /* asked again under its reference, it is answered as the first time */
	return 0;
}

/* ---- one request, two contacts ---- */

static struct contact *contact_of_ref(struct core *core, const struct ref *r)
{
	struct record_reader in = { r->fields.data, r->fields.data + r->fields.len };
	struct slice name, value;
	bool found = false;
	while (!found && record_next(&in, &name, &value) == 1)
		found = slice_is(name, "contact");
	return found ? map_getn(&core->contacts, value.data, value.len) : NULL;
}

/* The higher level counts for both. Whom a person lowered stays: the request says nothing new; but
 * that word was about one contact and lowers no other. */
static void level_with_twin(struct core *core, struct contact *n, const struct contact *other)
{
	if (n->level_auto < other->level_auto)
		n->level_auto = other->level_auto;
	int level = other->level > n->level_auto ? other->level : n->level_auto;
	if (!n->lowered && n->level < level)
		level_set(core, n, (enum level)level, "", "twin");
}

static void link_twin(struct core *core, struct contact *n, const struct contact *other)
{
	text_set(&n->twin, other->id);
	level_with_twin(core, n, other);
	struct buf *b = contact_tell_responder(core, n, OUTPUT_NOTICE);
	if (b) {
		record_puts(b, "kind", "twin");
		record_puts(b, "twin", other->id);
	}
	if (n->alert) /* which says what is to be done now, and is repeated */
		notice_contact(core, n, "twin");
	else
		alert_raise(core, n, "twin");
	contact_touch(core, n);
}

/* The same person asked twice for the same thing, nodes that could not hear of each other answered,
 * and which of the answers arrived is not known: neither contact may go. People are told of both. */
static int open_contact(struct core *core, const struct command *c)
{
	const struct ref *r = ref_find(core, c);
	struct contact *first = r && ref_is_of(r, c) ? contact_of_ref(core, r) : NULL;
	if (apply_contact_open(core, c) != 0)
		return -1;
	struct contact *second = map_get(&core->contacts, c->contact);
	if (!first || !second || first->state == CONTACT_ENDED || second->state == CONTACT_ENDED)
		return 0;
	DECIDE(core->step, "twins", first->id, second->id);
	link_twin(core, first, second);
	link_twin(core, second, first);
	return 0;
}

/* The contact it was taken for may have ended and been opened anew since: what it showed of danger
 * counts for that one too, and raises nobody whom a person lowered. */
void fact_again(struct core *core, const struct command *c)
{
	struct contact *n = map_get(&core->contacts, c->contact);
	bool shows = c->command == COMMAND_CONTACT_SAY || c->command == COMMAND_CONTACT_ANSWER ||
		     c->command == COMMAND_CONTACT_ASSESS;
	if (n && shows && n->state != CONTACT_ENDED && !n->lowered && n->level < c->level_alone - 1)
		level_triage(core, n, c);
}

int apply_fact(struct core *core, const struct command *c)
{
	struct contact *n = map_get(&core->contacts, c->contact);
	if (n && n->state == CONTACT_ENDED) /* whether it is written already must not matter */
		core_forget(core, n);
	switch (c->command) {
	case COMMAND_CONTACT_OPEN:
		return open_contact(core, c);
	case COMMAND_RESPONDER_SET:
		if (*c->identity)
			(void)known_responder(core, c->identity);
		return apply_command(core, c);
	default:
		return *c->contact ? about_contact(core, c) : apply_command(core, c);
	}
}
