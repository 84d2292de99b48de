#include "crew_priv.h"

#include <stdlib.h>
#include <string.h>

#include "history.h"

static void note(struct crew *c, const struct request *q, const struct wire *w)
{
	struct history_entry e = { .process = q->member->name,
		.event = w->code ? "fail" : "ok",
		.op = step_name(q->step),
		.ref = q->ref,
		.contact = w->contact[0] || !q->life ? w->contact : q->life->contact,
		.offer = q->offer,
		.detail = w->code                ? w->reason
			  : q->step == STEP_OPEN ? w->custody
						 : w->state };

	if (q->step >= STEP_RESUME)
		history_write(c->o.history, &e);
}

static void note_event(struct crew *c, const struct member *m, const struct wire *w)
{
	struct history_entry e = { .process = m->name,
		.event = "event",
		.op = w->method,
		.contact = w->contact,
		.offer = w->offer,
		.detail = w->why[0] ? w->why : w->level };

	history_write(c->o.history, &e);
}

void life_open(struct crew *c, struct life *l, int64_t due_us)
{
	*l = (struct life){ .state = LIFE_OPENING, .serial = ++c->next_serial };
	l->frontend = &c->members[l->serial % (uint64_t)c->o.frontends];
	l->opened_us = now_us();
	if (due_us)
		samples_add(&c->r->late, l->opened_us - due_us);
	c->r->opened++;
	c->n_going++;
	request_send(c, l->frontend, STEP_OPEN, l);
}

static bool measured(const struct crew *c, int64_t opened_us)
{
	return opened_us >= c->measure_from_us && opened_us < c->end_us;
}

static void take_offer_time(struct crew *c, struct life *l, int64_t at_us)
{
	if (!l->offered && measured(c, l->opened_us))
		samples_add(&c->r->offer, at_us - l->opened_us);
	l->offered = true;
}

static void accept_offer(struct crew *c, struct life *l, struct member *m, const char *offer)
{
	l->state = LIFE_ACCEPTING;
	l->responder = m;
	l->attempt++;
	snprintf(l->offer, sizeof l->offer, "%s", offer);
	l->next_offer[0] = '\0';
	request_send(c, m, STEP_ACCEPT, l);
}

void life_offer(struct crew *c, struct member *m, const struct wire *w)
{
	note_event(c, m, w);
	struct life *l = map_get(&c->by_contact, w->contact);
	if (!l) {
		struct early *e = malloc(sizeof *e);
		if (!e)
			abort();
		*e = (struct early){ .responder = m, .at_us = now_us() };
		memcpy(e->offer, w->offer, sizeof e->offer);
		free(map_put(&c->early, w->contact, e));
		return;
	}
	take_offer_time(c, l, now_us());
	if (l->state == LIFE_WAITING) {
		accept_offer(c, l, m, w->offer);
	} else if (l->state == LIFE_ACCEPTING && strcmp(l->offer, w->offer) != 0) {
		memcpy(l->next_offer, w->offer, sizeof l->next_offer);
		l->next_responder = m;
	}
}

void life_offer_gone(struct crew *c, const struct wire *w)
{
	struct life *l = map_get(&c->by_contact, w->contact);

	if (l && strcmp(l->next_offer, w->offer) == 0)
		l->next_offer[0] = '\0';
	struct early *e = map_get(&c->early, w->contact);
	if (e && strcmp(e->offer, w->offer) == 0)
		free(map_remove(&c->early, w->contact));
}

static void opened(struct crew *c, struct life *l, const struct wire *w)
{
	if (!w->contact[0] || !w->level[0] || !w->state[0] || !w->custody[0])
		crew_wrong(c, "answer to contact.open");
	if (strcmp(w->custody, "spool") == 0)
		c->r->spooled++;
	if (measured(c, l->opened_us))
		samples_add(&c->r->ack, now_us() - l->opened_us);
	l->state = LIFE_WAITING;
	memcpy(l->contact, w->contact, sizeof l->contact);
	if (map_put(&c->by_contact, w->contact, l))
		crew_wrong(c, "the same contact for two requests");
	struct early *e = map_remove(&c->early, w->contact);
	if (!e)
		return;
	take_offer_time(c, l, e->at_us);
	accept_offer(c, l, e->responder, e->offer);
	free(e);
}

static void accepted(struct crew *c, struct life *l, const struct wire *w)
{
	if (strcmp(w->contact, l->contact) != 0 || strcmp(w->state, "active") != 0)
		crew_wrong(c, "answer to offer.accept");
	l->state = LIFE_CLOSING;
	request_send(c, l->responder, STEP_CLOSE, l);
}

static void closed(struct crew *c, struct life *l, const struct wire *w)
{
	if (strcmp(w->state, "wrapup") != 0 && strcmp(w->state, "ended") != 0 &&
		strcmp(w->state, "closed") != 0)
		crew_wrong(c, "answer to contact.close");
	int64_t now = now_us();
	if (now >= c->measure_from_us && now < c->end_us) {
		c->r->lives++;
		samples_add(&c->r->life, now - l->opened_us);
	}
	crew_life_ended(c, l);
}

/* Which refusals the protocol allows, and what a client does then. */
static void refused(struct crew *c, const struct request *q, const struct wire *w)
{
	struct life *l = q->life;

	c->r->errors++;
	if (q->step == STEP_ACCEPT && w->code == 4) {
		l->state = LIFE_WAITING;
		if (l->next_offer[0])
			accept_offer(c, l, l->next_responder, l->next_offer);
	} else if (c->o.reconnect && (w->code == 8 || w->code == 6)) {
		request_again(c, q); /* not durable now, or too much at once */
	} else {
		crew_wrong(c, step_name(q->step));
		crew_life_ended(c, l);
	}
}

void life_answer(struct crew *c, const struct request *q, const struct wire *w)
{
	note(c, q, w);
	if (!q->life || q->life->serial != q->serial || q->step == STEP_RESUME) {
		if (w->code && q->step != STEP_RESUME)
			crew_wrong(c, step_name(q->step));
		return;
	}
	if (w->code)
		refused(c, q, w);
	else if (q->step == STEP_OPEN)
		opened(c, q->life, w);
	else if (q->step == STEP_ACCEPT)
		accepted(c, q->life, w);
	else if (q->step == STEP_CLOSE)
		closed(c, q->life, w);
}
