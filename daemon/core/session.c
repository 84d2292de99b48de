#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

struct session *session_get(struct core *core, const char *id)
{
	return *id ? map_get(&core->sessions, id) : NULL;
}

/* Lists of sessions in the order in which they came. */
struct list {
	struct session ***at;
	size_t *n, *cap;
};

static struct list alerted(struct core *core)
{
	return (struct list){ &core->alerted, &core->n_alerted, &core->cap_alerted };
}

static struct list partners(struct core *core)
{
	return (struct list){ &core->partners, &core->n_partners, &core->cap_partners };
}

static void list_add(struct list l, struct session *s)
{
	if (*l.n == *l.cap) {
		*l.cap = *l.cap ? *l.cap * 2 : 8;
		*l.at = mem_resize(*l.at, *l.cap, sizeof(struct session *));
	}
	(*l.at)[(*l.n)++] = s;
}

static void list_remove(struct list l, const struct session *s)
{
	size_t i = 0;
	while (i < *l.n && (*l.at)[i] != s)
		i++;
	if (i == *l.n)
		return;
	(*l.n)--;
	memmove(&(*l.at)[i], &(*l.at)[i + 1], (*l.n - i) * sizeof(struct session *));
}

static void list_by_role(struct core *core, struct session *s)
{
	bool dispatcher = text_is(s->role, "dispatcher");
	if (dispatcher || text_is(s->role, "supervisor"))
		list_add(alerted(core), s);
	if (dispatcher || text_is(s->role, "partner"))
		list_add(partners(core), s);
}

struct session *session_open(
	struct core *core, const char *id, const char *identity, const char *role)
{
	struct session *s = session_get(core, id);
	if (s || !*id)
		return s;
	s = mem_zalloc(sizeof *s);
	text_set(&s->id, id);
	text_set(&s->identity, identity);
	text_set(&s->role, role);
	map_put(&core->sessions, id, s);
	list_by_role(core, s);
	return s;
}

void session_attach(struct core *core, struct session *s, struct contact *c)
{
	session_detach(c);
	if (!s)
		return;
	c->front = s;
	c->session_prev = NULL;
	c->session_next = s->contacts;
	if (s->contacts)
		s->contacts->session_prev = c;
	s->contacts = c;
	text_set(&c->session, s->id);
	c->session_ms = core->at_ms;
	c->connected = 1;
	c->grace_due_ms = 0;
	if (core->island)
		island_moved(core, c);
	contact_touch(core, c);
}

void session_detach(struct contact *c)
{
	if (!c->front)
		return;
	if (c->session_prev)
		c->session_prev->session_next = c->session_next;
	else
		c->front->contacts = c->session_next;
	if (c->session_next)
		c->session_next->session_prev = c->session_prev;
	c->session_next = c->session_prev = NULL;
	c->front = NULL;
	c->connected = 0;
}

/* The front end is gone. Behind a live connection the person is gone too, for now; a text message
 * is answered whenever its front end is back. */
static void contact_lost(struct core *core, struct contact *c)
{
	session_detach(c);
	if (!contact_is_asynchronous(c) && c->state != CONTACT_WRAPUP &&
		c->state != CONTACT_REVIEW) {
		c->grace_due_ms = core->now_ms + core->options.person_grace_ms;
		struct buf *b = contact_tell_responder(core, c, OUTPUT_CONTACT_LEFT);
		if (b)
			record_puts(b, "why", "lost");
	}
	contact_touch(core, c);
}

void session_close(struct core *core, const char *id)
{
	struct session *s = session_get(core, id);
	if (!s)
		return;
	while (s->contacts)
		contact_lost(core, s->contacts);
	struct responder *r = s->identity ? map_get(&core->responders, s->identity) : NULL;
	if (r && r->connected && text_is(r->session, s->id))
		responder_lost(core, r);
	teams_lost(core, s->id);
	list_remove(alerted(core), s);
	list_remove(partners(core), s);
	map_remove(&core->sessions, s->id);
	session_free(s);
}

void session_free(void *session)
{
	struct session *s = session;
	free(s->id);
	free(s->identity);
	free(s->role);
	free(s);
}
