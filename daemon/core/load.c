/* What is to be written, and the way back: a core from what was written. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "state.h"

#define BAND (4398046511104.0) /* 2^42 ms: deadlines stay below until the year 2109 */

void core_counters_encode(const struct core *core, struct buf *out)
{
	record_puti(out, "next_id", (int64_t)core->next_id);
	record_puti(out, "now_ms", core->now_ms);
}

static void write_contact(
	struct core *core, struct contact *c, struct entity_write *w, struct buf *b)
{
	contact_encode(c, true, b);
	w->id = c->id;
	w->live = c->state != CONTACT_ENDED;
	w->waiting = c->state == CONTACT_WAITING;
	if (w->waiting)
		w->queue_score = (double)c->key_band * BAND + (double)c->key_deadline_ms;
	c->dirty = false;
	(void)core;
}

static void write_ref(struct ref *r, struct entity_write *w, struct buf *b, struct buf *identity)
{
	ref_encode(r, b);
	buf_clear(identity);
	buf_add(identity, r->key, r->identity_len);
	w->id = buf_str(identity);
	w->ref = r->key + r->identity_len + 1;
	r->dirty = false;
}

static void describe(struct core *core, struct dirty *d, struct entity_write *w, struct buf *b,
	struct buf *identity)
{
	struct responder *r = d->entity;
	struct dispatch *dispatch = d->entity;
	struct person *p = d->entity;
	switch (d->kind) {
	case ENTITY_CONTACT:
		write_contact(core, d->entity, w, b);
		break;
	case ENTITY_RESPONDER:
		responder_encode(r, b);
		w->id = r->id;
		r->dirty = false;
		break;
	case ENTITY_DISPATCH:
		dispatch_encode(dispatch, true, b);
		w->id = dispatch->id;
		w->live = dispatch->state != DISPATCH_ENDED;
		dispatch->dirty = false;
		break;
	case ENTITY_PERSON:
		person_encode(p, b);
		w->id = p->id;
		p->dirty = false;
		break;
	case ENTITY_REF:
		write_ref(d->entity, w, b, identity);
		break;
	case ENTITY_MESSAGE:
	case ENTITY_COUNTERS:
		break;
	}
}

/* What has ended and is written is forgotten: the store has it. */
static void forget_ended(struct core *core, struct dirty *d)
{
	struct contact *c = d->entity;
	struct dispatch *dispatch = d->entity;
	if (d->kind == ENTITY_CONTACT && c->state == CONTACT_ENDED) {
		contact_free(core, c);
	} else if (d->kind == ENTITY_DISPATCH && dispatch->state == DISPATCH_ENDED) {
		map_remove(&core->dispatches, dispatch->id);
		heap_remove(&core->timers, &dispatch->timer);
		dispatch_free(dispatch);
	}
}

static void write_counters(struct core *core, entity_write_fn write, void *arg, struct buf *b)
{
	buf_clear(b);
	core_counters_encode(core, b);
	write(arg, &(struct entity_write){
			   .kind = ENTITY_COUNTERS, .id = "", .bytes = { b->data, b->len } });
	core->counters_dirty = false;
}

void core_take_dirty(struct core *core, entity_write_fn write, void *arg)
{
	struct buf bytes = { 0 }, identity = { 0 };
	if (core->counters_dirty || core->n_dirty > 0)
		write_counters(core, write, arg, &bytes);
	for (size_t i = 0; i < core->n_dirty; i++) {
		struct dirty *d = &core->dirty[i];
		struct entity_write w = { .kind = d->kind, .id = d->id, .ref = d->ref };
		buf_clear(&bytes);
		if (d->entity)
			describe(core, d, &w, &bytes, &identity);
		else
			buf_add(&bytes, d->bytes.data, d->bytes.len);
		w.bytes = (struct slice){ bytes.data, bytes.len };
		write(arg, &w);
		if (d->entity)
			forget_ended(core, d);
		free(d->id);
		free(d->ref);
		buf_free(&d->bytes);
	}
	core->n_dirty = 0;
	buf_free(&bytes);
	buf_free(&identity);
}

static int load_counters(struct core *core, struct slice bytes, struct err *e)
{
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int64_t next_id = 0;
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "next_id"))
			bad |= slice_int(value, &next_id);
		else if (slice_is(name, "now_ms"))
			bad |= slice_int(value, &core->now_ms);
	}
	core->next_id = (uint64_t)next_id;
	return more == 0 && bad == 0 ? 0 : err_set(e, "counters: broken record");
}

static int load_contact(struct core *core, const char *id, struct slice bytes, struct err *e)
{
	if (strlen(id) >= ID_SIZE || map_get(&core->contacts, id))
		return err_set(e, "contact %.32s: bad id, or stored twice", id);
	return contact_decode(core, contact_new(core, id), bytes, e);
}

static int load_dispatch(struct core *core, const char *id, struct slice bytes, struct err *e)
{
	if (strlen(id) >= ID_SIZE || map_get(&core->dispatches, id))
		return err_set(e, "dispatch %.32s: bad id, or stored twice", id);
	return dispatch_decode(dispatch_new(core, id), bytes, e);
}

int core_load(struct core *core, enum entity_kind kind, const char *id, const char *ref,
	struct slice bytes, struct err *e)
{
	switch (kind) {
	case ENTITY_CONTACT:
		return load_contact(core, id, bytes, e);
	case ENTITY_RESPONDER:
		return responder_decode(responder_get(core, id), bytes, e);
	case ENTITY_DISPATCH:
		return load_dispatch(core, id, bytes, e);
	case ENTITY_PERSON:
		return person_decode(core, id, bytes, e);
	case ENTITY_REF:
		return ref_decode(core, id, ref, bytes, e);
	case ENTITY_COUNTERS:
		return load_counters(core, bytes, e);
	case ENTITY_MESSAGE:
		break;
	}
	return err_set(e, "messages are not part of a core");
}

/* Does the record make sense in its state? */
static int check_loaded(const struct contact *c, struct err *e)
{
	bool carried = c->state == CONTACT_ACTIVE || c->state == CONTACT_WRAPUP;
	if (c->state == CONTACT_NEW || c->state == CONTACT_ENDED)
		return err_set(e, "contact %s: not live", c->id);
	if (carried != (c->responder != NULL))
		return err_set(e, "contact %s: %s and its responder disagree", c->id,
			contact_state_name(c->state));
	if ((c->state == CONTACT_OFFERED) != (c->n_offers > 0))
		return err_set(e, "contact %s: %s with %d offers", c->id,
			contact_state_name(c->state), c->n_offers);
	return 0;
}

static void link_contact(struct core *core, struct contact *c)
{
	c->need = requirement_get(core, c);
	if (c->responder)
		responder_attach(core, c->responder, c);
	if (!c->connected || !c->session)
		return;
	struct session *s = session_open(core, c->session, text_of(c->identity), "frontend");
	c->front = s;
	c->session_next = s->contacts;
	if (s->contacts)
		s->contacts->session_prev = c;
	s->contacts = c;
}

static int link_responders(struct core *core, struct err *e)
{
	struct responder *r;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));) {
		if (!r->stored)
			return err_set(e, "responder %s: named by a contact, not stored", r->id);
		responder_reprofile(core, r);
		timer_set(&core->timers, &r->timer, r->lost_due_ms ? r->lost_due_ms : NEVER);
		if (r->connected)
			(void)session_open(core, text_of(r->session), r->id, "responder");
	}
	return 0;
}

static int link_dispatches(struct core *core, struct err *e)
{
	struct dispatch *d;
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		struct contact *c = map_get(&core->contacts, text_of(d->contact));
		if (!c || d->state == DISPATCH_ENDED)
			return err_set(e, "dispatch %s: no live contact, or ended", d->id);
		c->dispatches_open++;
		timer_set(&core->timers, &d->timer, d->alert_due_ms);
	}
	return 0;
}

int core_load_done(struct core *core, struct err *e)
{
	struct contact *c;
	if (link_responders(core, e) != 0 || link_dispatches(core, e) != 0)
		return -1;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		if (check_loaded(c, e) != 0)
			return -1;
		link_contact(core, c);
	}
	person_load_done(core);
	ref_load_done(core);
	core_rebuild(core);
	return core_check(core, e);
}

static void take_out(struct core *core)
{
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		if (c->lane)
			queue_remove(core, c);
		if (c->offered.size)
			tree_remove(&core->emergencies, c);
	}
	struct profile *p;
	for (size_t i = 0; (p = map_walk(&core->profiles, &i, NULL));)
		if (p->n_fits)
			memset(p->fits, 0, p->n_fits * sizeof *p->fits);
}

static void put_in(struct core *core, struct contact *c)
{
	if (c->state == CONTACT_WAITING)
		queue_place(core, c);
	else if (c->state == CONTACT_OFFERED)
		queue_move(core, c);
	contact_arm(core, c);
}

void core_rebuild(struct core *core)
{
	take_out(core);
	struct contact *c;
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));)
		if (c->state != CONTACT_ENDED)
			put_in(core, c);
	struct responder *r;
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));)
		responder_update(core, r);
	for (size_t i = 0; i < core->queue.n_lanes; i++)
		core->queue.lanes[i]->unservable = !lane_is_servable(core, core->queue.lanes[i]);
	core->staff_changed = false;
	core->rematch = true;
}

void core_set_options(struct core *core, const struct core_options *options)
{
	uint64_t seed[2] = { core->options.hash_seed[0], core->options.hash_seed[1] };
	core->options = *options;
	memcpy(core->options.hash_seed, seed, sizeof seed); /* the tables stand on the first one */
	core_rebuild(core);
}
