/* core_take_dirty(): entities to be written; and core_load(): a core from written entities. */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "codec.h"
#include "state.h"

#define BAND (4398046511104.0) /* 2^42 ms: deadlines stay below until the year 2109 */

static void encode_counters(const struct core *core, struct buf *out)
{
	record_puti(out, "next_id", (int64_t)core->next_id);
	record_puti(out, "now_ms", core->now_ms);
	record_puti(out, "accepted_ms", core->accepted_ms);
	record_puti(out, "accept_gap_ms", core->accept_gap_ms);
	origins_encode(core, out);
	letters_encode(core, out);
	tallies_encode(core, out);
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
	w->again = c->written;
	w->moved = !c->written || !w->live || w->waiting != c->written_waiting ||
		   (w->waiting && w->queue_score != c->written_score);
	c->written = true;
	c->written_waiting = w->waiting;
	c->written_score = w->queue_score;
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
	struct team *t = d->entity;
	switch (d->kind) {
	case ENTITY_CONTACT:
		write_contact(core, d->entity, w, b);
		break;
	case ENTITY_RESPONDER:
		responder_encode(r, b);
		w->id = r->id;
		w->again = r->written;
		r->written = true;
		r->dirty = false;
		break;
	case ENTITY_DISPATCH:
		dispatch_encode(dispatch, true, b);
		w->id = dispatch->id;
		w->live = !dispatch_is_over(dispatch);
		w->again = dispatch->written;
		dispatch->written = true;
		dispatch->dirty = false;
		break;
	case ENTITY_TEAM:
		team_encode(t, b);
		w->id = t->id;
		w->again = t->written;
		t->written = true;
		t->dirty = false;
		break;
	case ENTITY_PERSON:
		person_encode(p, b);
		w->id = p->id;
		w->again = p->written;
		p->written = true;
		p->dirty = false;
		break;
	default:
		CHECK(d->kind == ENTITY_REF); /* nothing else has an entity */
		write_ref(d->entity, w, b, identity);
	}
}

/* What has ended and is written is forgotten: the store has it. */
static void forget_ended(struct core *core, struct dirty *d)
{
	struct contact *c = d->entity;
	struct dispatch *dispatch = d->entity;
	if (d->kind == ENTITY_CONTACT && c->state == CONTACT_ENDED) {
		contact_free(core, c);
	} else if (d->kind == ENTITY_DISPATCH && dispatch_is_over(dispatch)) {
		map_remove(&core->dispatches, dispatch->id);
		heap_remove(&core->timers, &dispatch->timer);
		heap_remove(&core->emissions, &dispatch->emission);
		dispatch_free(dispatch);
	}
}

static void write_counters(struct core *core, entity_write_fn write, void *arg, struct buf *b)
{
	buf_clear(b);
	encode_counters(core, b);
	write(arg, &(struct entity_write){
			   .kind = ENTITY_COUNTERS, .id = "", .bytes = { b->data, b->len } });
	core->counters_dirty = false;
}

void core_forget(struct core *core, struct contact *c)
{
	for (size_t i = 0; i < core->n_dirty; i++) {
		struct dirty *d = &core->dirty[i];
		if (d->entity != c)
			continue;
		contact_encode(c, true, &d->bytes);
		d->id = mem_strdup(c->id);
		d->entity = NULL;
	}
	contact_free(core, c);
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
		w.moved |= !d->entity && d->kind == ENTITY_CONTACT;
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

void core_write_all(struct core *core)
{
	struct contact *c;
	struct responder *r;
	struct dispatch *d;
	struct person *p;
	struct team *t;
	struct ref *ref;
	struct step step = { 0 };
	core->counters_dirty = true;
	core->step = &step; /* says that something changed, which nobody asks here */
	for (size_t i = 0; (c = map_walk(&core->contacts, &i, NULL));) {
		c->written = false;
		core_dirty(core, ENTITY_CONTACT, c, &c->dirty);
	}
	for (size_t i = 0; (r = map_walk(&core->responders, &i, NULL));) {
		r->written = false;
		if (r->stored)
			core_dirty(core, ENTITY_RESPONDER, r, &r->dirty);
	}
	for (size_t i = 0; (d = map_walk(&core->dispatches, &i, NULL));) {
		d->written = false;
		core_dirty(core, ENTITY_DISPATCH, d, &d->dirty);
	}
	for (size_t i = 0; (t = map_walk(&core->teams, &i, NULL));) {
		t->written = false;
		core_dirty(core, ENTITY_TEAM, t, &t->dirty);
	}
	for (size_t i = 0; (p = map_walk(&core->persons, &i, NULL));) {
		p->written = false;
		core_dirty(core, ENTITY_PERSON, p, &p->dirty);
	}
	for (size_t i = 0; (ref = map_walk(&core->refs, &i, NULL));)
		core_dirty(core, ENTITY_REF, ref, &ref->dirty);
	core->step = NULL;
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
			bad |= codec_int(value, &core->now_ms);
		else if (slice_is(name, "accepted_ms"))
			bad |= codec_int(value, &core->accepted_ms);
		else if (slice_is(name, "accept_gap_ms"))
			bad |= codec_int(value, &core->accept_gap_ms);
		else if (slice_is(name, "origin"))
			bad |= origin_decode(core, value);
		else if (slice_is(name, "letter"))
			bad |= letter_decode(core, value);
		else if (slice_is(name, "tally_since_ms"))
			bad |= codec_int(value, &core->tally_since_ms);
		else if (slice_is(name, "rescues"))
			bad |= tally_decode(core, value);
	}
	core->next_id = (uint64_t)next_id;
	if (core->accept_gap_ms < 0 || core->accept_gap_ms > INT32_MAX)
		core->accept_gap_ms = 0;
	return more == 0 && bad == 0 ? 0 : err_set(e, "counters: broken record");
}

/* A record that cannot be read leaves nothing behind in the core; the store still has it. */
static int load_contact(struct core *core, const char *id, struct slice bytes, struct err *e)
{
	if (strlen(id) >= ID_SIZE || map_get(&core->contacts, id))
		return err_set(e, "contact %.32s: bad id, or stored twice", id);
	struct contact *c = contact_new(core, id);
	if (contact_decode(core, c, bytes, e) == 0)
		return 0;
	while (c->n_offers > 0)
		offer_drop(core, c->offers[0]);
	contact_free(core, c);
	return -1;
}

static int load_dispatch(struct core *core, const char *id, struct slice bytes, struct err *e)
{
	if (strlen(id) >= ID_SIZE || map_get(&core->dispatches, id))
		return err_set(e, "dispatch %.32s: bad id, or stored twice", id);
	struct dispatch *d = dispatch_new(core, id);
	if (dispatch_decode(d, bytes, e) == 0)
		return 0;
	map_remove(&core->dispatches, d->id);
	dispatch_free(d);
	return -1;
}

int core_load(struct core *core, enum entity_kind kind, const char *id, const char *ref,
	struct slice bytes, struct err *e)
{
	if (!*id && kind != ENTITY_COUNTERS)
		return err_set(e, "a record without an id");
	switch (kind) {
	case ENTITY_CONTACT:
		return load_contact(core, id, bytes, e);
	case ENTITY_RESPONDER:
		return responder_decode(responder_get(core, id), bytes, e);
	case ENTITY_DISPATCH:
		return load_dispatch(core, id, bytes, e);
	case ENTITY_TEAM:
		return team_decode(team_get(core, id), bytes, e);
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
