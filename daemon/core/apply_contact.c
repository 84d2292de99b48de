/* Commands of front ends: contacts come, speak, go and come back. */
#include <string.h>

#include "apply.h"
#include "level.h"

#define AGE_MAX 151 /* years + 1 */

void put_message(
	struct core *core, struct contact *c, const struct command *command, const char *kind)
{
	struct slice content = strcmp(kind, "answers") == 0 ? command->answers : command->text;
	struct buf *b = core_message(core, c->id);
	record_puti(b, "seq", ++c->seq);
	record_puts(b, "from", strcmp(command->role, "frontend") == 0 ? "person" : command->role);
	record_puts(b, "by", command->identity);
	record_puts(b, "kind", kind);
	record_puti(b, "at_ms", core->at_ms);
	record_puts(b, "instrument", command->instrument);
	record_puts(b, "corrects", command->corrects);
	record_put(b, "text", content.data, content.len);
	contact_touch(core, c);
}

static void keep(struct buf *slot, struct slice s)
{
	buf_add(slot, s.data, s.len);
}

struct contact *contact_take(struct core *core, const struct command *c)
{
	char own[ID_SIZE];
	if (!*c->contact) /* nothing is sealed under it yet */
		core_free_id(core, &core->contacts, 0, own);
	struct contact *n = contact_new(core, *c->contact ? c->contact : own);
	text_set(&n->identity, c->identity);
	text_set(&n->channel, c->channel);
	text_set(&n->lang, c->lang);
	text_set(&n->line, c->line);
	text_set(&n->needs, c->needs);
	words_sort(&n->needs);
	text_set(&n->caller_role, c->caller_role);
	text_set(&n->person, c->person);
	n->age = c->age > 0 && c->age <= AGE_MAX ? c->age : 0;
	n->safe = c->safe;
	n->test = c->test;
	if (n->test)
		text_set(&n->flags, "test");
	keep(&n->address, c->address);
	keep(&n->location, c->location);
	if (c->location.len || c->located)
		spot_take(&n->spot, c, core->now_ms);
	keep(&n->meta, c->meta);
	n->arrived_ms = core->at_ms;
	n->need = requirement_get(core, n);
	return n;
}

static void put_place(struct core *core, const struct contact *c)
{
	struct buf *b = &core->answer.fields;
	record_puts(b, "state", contact_state_name(c->state));
	contact_put_place(core, c, b);
}

static void put_level(struct core *core, const struct contact *c)
{
	record_puts(&core->answer.fields, "level", level_name((enum level)c->level));
}

/* For the triage of what is said next: see triage_answer. Not shown to the front end. */
static void put_course(const struct contact *c, struct buf *b)
{
	record_puti(b, "reconnects", c->reconnects);
	record_puti(b, "prior_contacts_24h", c->contacts_24h);
	record_puts(b, "prior_level",
		c->prior_level ? level_name((enum level)(c->prior_level - 1)) : "");
}

int apply_contact_open(struct core *core, const struct command *c)
{
	if (!*c->identity)
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "no_identity", "identity");
	if (*c->contact && !id_is_contact(c->contact))
		return core_refuse(core, OUTPUT_ERR_INVALID_PARAMS, "bad_id", "contact");
	if (map_get(&core->contacts, c->contact))
		return core_refuse(core, OUTPUT_ERR_CONFLICT, "contact_exists", "contact");
	struct contact *n = contact_take(core, c);
	level_triage(core, n, c);
	person_visit(core, n);
	session_attach(core, session_open(core, c->session, c->identity, "frontend"), n);
	DECIDE(core->step, "opened", n->id, level_name((enum level)n->level));
	contact_enter(core, n, CONTACT_EV_ARRIVE);
	if (c->text.len || c->said)
		put_message(core, n, c, "text");
	if (c->answers.len || c->answered)
		put_message(core, n, c, "answers");
	match_run(core);
	struct buf *b = &core->answer.fields;
	record_puts(b, "contact", n->id);
	put_level(core, n);
	record_put(b, "reasons", n->reasons.data, n->reasons.len);
	record_puts(b, "ruleset", n->ruleset);
	put_place(core, n);
	record_puti(b, "target_ms", core->options.target_ms[n->level]);
	record_puts(b, "flags", n->flags);
	put_course(n, b);
	return 0;
}

/* The person is heard from: their front end has the contact, and if they were given up for gone
 * they are back at their old place. */
static void person_is_here(struct core *core, struct contact *n, const struct command *c)
{
	if (!n->front)
		session_attach(core, session_open(core, c->session, c->identity, "frontend"), n);
	if (n->state == CONTACT_REVIEW)
		contact_enter(core, n, CONTACT_EV_RETURN);
}

void pass_on(
	const struct core *core, const struct contact *n, const struct command *c, struct buf *b)
{
	if (!b)
		return;
	record_puti(b, "seq", n->seq);
	record_puts(b, "from", strcmp(c->role, "frontend") == 0 ? "person" : c->role);
	record_put(b, "text", c->text.data, c->text.len);
	record_puti(b, "at_ms", core->at_ms);
}

/* Where the message came in, not all of the contact's facts were known (another session, another
 * node, a restart): the edge is told the rest and triages once more. */
static void put_unknown_facts(struct core *core, const struct contact *n, const struct command *c)
{
	if (c->level > 0 && n->facts.len > c->facts.len)
		record_put(&core->answer.fields, "facts", n->facts.data, n->facts.len);
}

int apply_contact_retriage(struct core *core, const struct command *c)
{
	struct contact *n = find_contact(core, c);
	if (!n)
		return -1;
	if (n->state != CONTACT_WRAPUP)
		level_triage(core, n, c);
	if (far_is_origin(n))
		far_said(core, n, c);
	return 0;
}

static int person_says(struct core *core, const struct command *c)
{
	struct contact *n = find_own_contact(core, c);
	if (!n)
		return -1;
	if (n->state == CONTACT_WRAPUP)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "closed", "contact");
	person_is_here(core, n, c);
	put_message(core, n, c, "text");
	level_triage(core, n, c);
	if (n->state == CONTACT_ACTIVE)
		pass_on(core, n, c, contact_tell_responder(core, n, OUTPUT_CONTACT_SAID));
	pass_on(core, n, c, contact_tell_guest(core, n, OUTPUT_CONTACT_SAID));
	if (far_is_origin(n))
		far_said(core, n, c);
	record_puti(&core->answer.fields, "seq", n->seq);
	put_level(core, n);
	put_unknown_facts(core, n, c);
	return 0;
}

static int responder_says(struct core *core, const struct command *c)
{
	struct contact *n = find_heard_contact(core, c);
	if (!n)
		return -1;
	if (n->state != CONTACT_ACTIVE)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "not_active", "contact");
	put_message(core, n, c, "text");
	pass_on(core, n, c, contact_tell(core, n, OUTPUT_CONTACT_SAID));
	if (!text_is(n->responder->id, c->identity))
		pass_on(core, n, c, contact_tell_responder(core, n, OUTPUT_CONTACT_SAID));
	if (far_is_receiver(n))
		far_said(core, n, c);
	if (n->guest && !text_is(n->guest->id, c->identity))
		pass_on(core, n, c, contact_tell_guest(core, n, OUTPUT_CONTACT_SAID));
	record_puti(&core->answer.fields, "seq", n->seq);
	put_level(core, n);
	return 0;
}

int apply_contact_say(struct core *core, const struct command *c)
{
	return strcmp(c->role, "frontend") == 0 ? person_says(core, c) : responder_says(core, c);
}

static int take_answers(struct core *core, struct contact *n, const struct command *c)
{
	put_message(core, n, c, "answers");
	level_triage(core, n, c);
	if (far_is_origin(n))
		far_said(core, n, c);
	put_level(core, n);
	record_put(&core->answer.fields, "reasons", n->reasons.data, n->reasons.len);
	put_unknown_facts(core, n, c);
	return 0;
}

int apply_contact_answer(struct core *core, const struct command *c)
{
	struct contact *n = find_own_contact(core, c);
	if (!n)
		return -1;
	if (n->state == CONTACT_WRAPUP)
		return core_refuse(core, OUTPUT_ERR_INVALID_STATE, "closed", "contact");
	person_is_here(core, n, c);
	return take_answers(core, n, c);
}

int apply_contact_assess(struct core *core, const struct command *c)
{
	struct contact *n = find_served_contact(core, c);
	return n ? take_answers(core, n, c) : -1;
}

/* Gone without having been served: below high that is an outcome, from high on somebody looks. */
static void leave_line(struct core *core, struct contact *n)
{
	offer_end_all(core, n, OFFER_LEFT);
	if (n->level >= LEVEL_HIGH || n->dispatches_open) {
		alert_raise(core, n, "left");
		contact_enter(core, n, CONTACT_EV_ABANDON);
		return;
	}
	text_set(&n->disposition, "left");
	n->closed_ms = core->at_ms;
	contact_enter(core, n, CONTACT_EV_END);
}

static void leave_handed(struct core *core, struct contact *n)
{
	far_over(core, n, "left");
	far_end(core, n);
}

int apply_contact_leave(struct core *core, const struct command *c)
{
	struct contact *n = find_own_contact(core, c);
	if (!n)
		return -1;
	bool was_here = n->front != NULL, changed = was_here || n->grace_due_ms;
	session_detach(n); /* first: the one who leaves is not told about it */
	n->grace_due_ms = 0;
	if (contact_in_line(n)) {
		DECIDE(core->step, "left", n->id, c->reason);
		leave_line(core, n);
	} else if (n->state == CONTACT_ACTIVE && was_here) {
		struct buf *b = contact_tell_responder(core, n, OUTPUT_CONTACT_LEFT);
		if (b)
			record_puts(b, "why", "left");
	}
	if (transfer_is_pending(&n->transfer))
		transfer_end(core, n, "left");
	if (n->state == CONTACT_HANDED)
		leave_handed(core, n);
	if (changed)
		contact_touch(core, n);
	record_puts(&core->answer.fields, "state", contact_state_name(n->state));
	return 0;
}

static struct contact *find_resumed(struct core *core, const struct command *c)
{
	if (is_responder(c))
		return find_heard_contact(core, c);
	struct person *p = *c->contact ? NULL : person_get(core, c->person);
	if (!p)
		return find_own_contact(core, c);
	struct command by_id = *c;
	by_id.contact = text_of(p->contact);
	return find_own_contact(core, &by_id);
}

static void person_is_back(struct core *core, struct contact *n, const struct command *c)
{
	if (!n->front || !text_is(n->front->id, c->session)) {
		n->reconnects++;
		contact_touch(core, n);
		session_attach(core, session_open(core, c->session, c->identity, "frontend"), n);
		if (n->state == CONTACT_ACTIVE)
			(void)contact_tell_responder(core, n, OUTPUT_CONTACT_BACK);
	}
	if (n->state == CONTACT_REVIEW)
		contact_enter(core, n, CONTACT_EV_RETURN);
	match_run(core);
}

int apply_contact_resume(struct core *core, const struct command *c)
{
	struct contact *n = find_resumed(core, c);
	if (!n)
		return -1;
	struct buf *b = &core->answer.fields;
	if (is_responder(c))
		record_put(b, "reasons", n->reasons.data, n->reasons.len);
	else
		person_is_back(core, n, c);
	record_puts(b, "contact", n->id);
	put_place(core, n);
	put_level(core, n);
	put_course(n, b);
	record_puti(b, "seq", n->seq);
	record_put(b, "facts", n->facts.data, n->facts.len);
	record_puti(b, "since", c->since);
	return 0;
}
