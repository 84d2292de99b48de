/* Announces the sessions of this node, and the contacts they have, to the empty core of its island. */
#include <stdio.h>
#include <string.h>

#include "verbs_internal.h"

#define KEY(number) (const char *)&(number), sizeof(number)

/* Who talks with somebody on another node stays with them: in this core, with this name. */
#define ELSEWHERE         "(elsewhere)"
#define ELSEWHERE_SESSION "-/-/0"

static struct attached *holder_of(
	const struct verbs *v, const struct memory_contact *c, unsigned role)
{
	for (size_t i = 0; i < c->n_holders; i++) {
		struct attached *a = map_getn(&v->attached, KEY(c->holders[i]));
		if (a && (a->role & role))
			return a;
	}
	return NULL;
}

static void submit(struct verbs *v, const struct attached *a, struct command *c)
{
	char session[96];
	snprintf(session, sizeof session, "%s/%s/%llu", v->node, v->incarnation,
		(unsigned long long)a->session);
	c->identity = a->who->name;
	c->role = role_name(a->role);
	c->node = v->node;
	c->incarnation = v->incarnation;
	c->session = session;
	v->ops.submit(v->ops.arg, c);
}

static void serve(struct verbs *v, const struct attached *responder, const char *contact)
{
	struct command c;
	command_init(&c, COMMAND_OFFER_ACCEPT);
	c.contact = contact;
	if (responder) {
		submit(v, responder, &c);
		return;
	}
	c.identity = ELSEWHERE;
	c.role = role_name(ROLE_RESPONDER);
	c.node = v->node;
	c.session = ELSEWHERE_SESSION;
	v->ops.submit(v->ops.arg, &c);
}

static void say_elsewhere(struct verbs *v)
{
	struct command c;
	command_init(&c, COMMAND_SESSION_UP);
	c.identity = ELSEWHERE;
	c.role = role_name(ROLE_RESPONDER);
	c.node = v->node;
	c.session = ELSEWHERE_SESSION;
	v->ops.submit(v->ops.arg, &c);
}

/* The level by what is remembered of the contact, and its person's session. */
static void say_contact(struct verbs *v, const struct attached *front, const char *contact)
{
	struct edge_request r = {
		.session = front->session, .who = front->who, .role = front->role
	};
	struct draft d;
	struct command c;
	if (v->rules) {
		draft_init(&d, v, &r, COMMAND_CONTACT_RETRIAGE);
		draft_retriage(&d, contact, (struct slice){ "", 0 });
		draft_submit_unasked(&d);
	}
	command_init(&c, COMMAND_CONTACT_RESUME);
	c.contact = contact;
	submit(v, front, &c);
}

static void say_contacts(struct verbs *v)
{
	struct memory_contact c;
	for (size_t i = 0; memory_walk(&v->memory, &i, &c);) {
		const struct attached *front = holder_of(v, &c, ROLE_FRONTEND);
		struct attached *responder = holder_of(v, &c, ROLE_RESPONDER);
		if (responder && c.engaged && !front)
			responder->elsewhere = true; /* not to be asked */
		if (!front || !c.taken)
			continue;
		say_contact(v, front, c.contact);
		if (c.engaged)
			serve(v, responder, c.contact);
	}
}

static void say_presences(struct verbs *v)
{
	struct attached *a;
	for (size_t i = 0; (a = map_walk(&v->attached, &i, NULL));) {
		struct command c;
		bool asked = (a->role & ROLE_RESPONDER) && *a->presence && !a->elsewhere;
		a->elsewhere = false;
		if (!asked)
			continue;
		command_init(&c, COMMAND_RESPONDER_SET);
		c.presence = a->presence;
		submit(v, a, &c);
	}
}

void verbs_island(struct verbs *v)
{
	say_elsewhere(v);
	verbs_reassert(v);
	say_contacts(v);
	say_presences(v);
}
