/* What front ends ask for: contacts opened, spoken in, answered, left and taken up again. */
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/clock.h"
#include "verbs_internal.h"

/* A contact's id: milliseconds since 1970 in 11 hex digits (good until 2527), so ids sort by
 * arrival, then 36 random bits, so nodes need not agree. Chosen here because the text is sealed
 * under it before it leaves the node. */
void new_contact_id(char out[24])
{
	uint64_t random;
	CHECK(RAND_bytes((unsigned char *)&random, sizeof random) == 1);
	snprintf(out, 24, "%011llx%09llx", (unsigned long long)wall_now_ms() & 0xfffffffffffULL,
		(unsigned long long)random & 0xfffffffffULL);
}

static void note_contacts(struct verbs *v, const struct edge_request *r)
{
	attach(v, r->session, r->who, ROLE_FRONTEND);
	struct attached *a = map_getn(&v->attached, (const char *)&r->session, sizeof r->session);
	a->contacts = true;
}

static int seal_text(struct draft *d, const char *contact)
{
	const json_t *text = json_object_get(d->request->params, "text");
	if (json_string_length(text) == 0)
		return 0;
	return draft_seal(
		d, contact, json_string_value(text), json_string_length(text), &d->command.text);
}

static void open_contact(struct verbs *v, const struct edge_request *r)
{
	struct draft d;
	char id[24], person[64] = "";
	draft_init(&d, v, r, COMMAND_CONTACT_OPEN);
	struct command *c = &d.command;
	new_contact_id(id);
	openings_name(&v->openings, c, id);
	c->contact = id;
	c->age = param_int(r, "age", -1) + 1;
	const json_t *safe = json_object_get(r->params, "safe_to_contact");
	c->safe = json_is_true(safe) ? 2 : json_is_false(safe) ? 1 : 0;
	c->needs = draft_words(&d, "needs");
	const char *from = param_text(r, "from");
	if (from) {
		v->ops.pseudonym(v->ops.arg, from, person);
		c->person = person;
	}
	if ((from && v->ops.keep_addresses &&
		    draft_seal(&d, id, from, strlen(from), &c->address) < 0) ||
		seal_text(&d, id) < 0 || draft_place(&d, id) < 0 ||
		draft_seal_json(&d, "meta", id, &c->meta) < 0 ||
		draft_seal_json(&d, "answers", id, &c->answers) < 0) {
		draft_drop(&d);
		return;
	}
	draft_triage(&d, id);
	note_contacts(v, r);
	draft_submit(&d);
}

static void say(struct verbs *v, const struct edge_request *r)
{
	struct draft d;
	draft_init(&d, v, r, COMMAND_CONTACT_SAY);
	if (seal_text(&d, d.command.contact) < 0) {
		draft_drop(&d);
		return;
	}
	draft_triage(&d, d.command.contact);
	note_contacts(v, r);
	draft_submit(&d);
}

static void answer(struct verbs *v, const struct edge_request *r)
{
	struct draft d;
	draft_init(&d, v, r, COMMAND_CONTACT_ANSWER);
	if (draft_seal_json(&d, "answers", d.command.contact, &d.command.answers) < 0) {
		draft_drop(&d);
		return;
	}
	draft_triage(&d, d.command.contact);
	note_contacts(v, r);
	draft_submit(&d);
}

static void resume(struct verbs *v, const struct edge_request *r)
{
	struct draft d;
	char person[64];
	draft_init(&d, v, r, COMMAND_CONTACT_RESUME);
	const char *from = param_text(r, "from");
	if (from) {
		v->ops.pseudonym(v->ops.arg, from, person);
		d.command.person = person;
	}
	d.command.since = param_int(r, "since_seq", -1) + 1;
	note_contacts(v, r);
	draft_submit(&d);
}

static void leave(struct verbs *v, const struct edge_request *r)
{
	struct draft d;
	draft_init(&d, v, r, COMMAND_CONTACT_LEAVE);
	draft_submit(&d);
}

void verbs_frontend(struct verbs *v, const struct edge_request *r)
{
	switch (r->verb->id) {
	case VERB_CONTACT_OPEN:
		open_contact(v, r);
		break;
	case VERB_CONTACT_SAY:
		say(v, r);
		break;
	case VERB_CONTACT_ANSWER:
		answer(v, r);
		break;
	case VERB_CONTACT_RESUME:
		resume(v, r);
		break;
	default:
		leave(v, r);
	}
}
