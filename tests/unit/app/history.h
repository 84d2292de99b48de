/*
 * A generated history for tests of replay: random commands against a core that is now and then
 * loaded anew from what it wrote, as another node would, and the ledger that comes of it.
 */
#ifndef TEST_APP_HISTORY_H
#define TEST_APP_HISTORY_H

#include "../../../daemon/app/mark.h"
#include "../core/generate.h"
#include "triaged/store/ledger.h"
#include "triaged/base/map.h"
#include "triaged/base/mem.h"

struct history_entry {
	int64_t at_ms;
	struct buf command, decisions;
};

struct history_stored {
	enum entity_kind kind;
	char *id, *ref;
	struct buf bytes;
};

struct history {
	struct core_options options;
	struct core *core;
	struct step step;
	struct generator g;
	struct map store;
	int64_t now;
	struct history_entry *entries;
	size_t n, cap;
};

static inline void history_keep(void *arg, const struct entity_write *w)
{
	struct history *h = arg;
	struct buf key = { 0 };
	if (w->kind == ENTITY_MESSAGE)
		return;
	buf_addf(&key, "%d %s %s", w->kind, w->id, w->ref ? w->ref : "");
	struct history_stored *s = map_remove(&h->store, buf_str(&key));
	if (!s)
		s = mem_zalloc(sizeof *s);
	bool over = (w->kind == ENTITY_CONTACT || w->kind == ENTITY_DISPATCH) && !w->live;
	mem_set_str(&s->id, w->id);
	mem_set_str(&s->ref, w->ref);
	s->kind = w->kind;
	buf_clear(&s->bytes);
	buf_add(&s->bytes, w->bytes.data, w->bytes.len);
	if (w->bytes.len && !over) {
		map_put(&h->store, buf_str(&key), s);
	} else {
		free(s->id);
		free(s->ref);
		buf_free(&s->bytes);
		free(s);
	}
	buf_free(&key);
}

static inline struct history_entry *history_add(struct history *h, int64_t at_ms)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 256;
		h->entries = mem_resize(h->entries, h->cap, sizeof *h->entries);
	}
	h->entries[h->n] = (struct history_entry){ .at_ms = at_ms };
	return &h->entries[h->n++];
}

static inline void history_apply(struct history *h, const struct command *c)
{
	step_clear(&h->step);
	core_apply(h->core, c, h->now, &h->step);
	generate_learn(&h->g, &h->step);
	core_take_dirty(h->core, history_keep, h);
	if (!h->step.changed)
		return;
	struct history_entry *e = history_add(h, core_now(h->core));
	command_encode(c, false, &e->command);
	buf_add(&e->decisions, h->step.decisions.data, h->step.decisions.len);
}

static inline void history_mark(struct history *h, enum mark_kind kind)
{
	mark_settle(h->core, h->now, &h->step);
	core_take_dirty(h->core, history_keep, h);
	struct history_entry *e = history_add(h, h->now);
	struct mark m = { .kind = kind,
		.node = "n1",
		.version = TRIAGED_VERSION,
		.state = core_digest(h->core),
		.options = h->options };
	mark_encode(&m, &e->command, &e->decisions);
}

/* Another node takes the lead. */
static inline void history_take_over(struct history *h)
{
	struct err e;
	struct history_stored *s;
	core_free(&h->core);
	h->core = core_new(&h->options);
	for (size_t i = 0; (s = map_walk(&h->store, &i, NULL));)
		if (core_load(h->core, s->kind, s->id, s->ref,
			    (struct slice){ s->bytes.data, s->bytes.len }, &e) != 0)
			abort();
	if (core_load_done(h->core, &e) != 0)
		abort();
	history_mark(h, MARK_LEAD);
}

static inline void history_set_options(struct history *h, const struct core_options *o)
{
	h->options = *o;
	core_set_options(h->core, o);
	history_mark(h, MARK_OPTIONS);
}

static inline void history_start(struct history *h, uint64_t seed)
{
	memset(h, 0, sizeof *h);
	core_options_default(&h->options);
	h->options.hash_seed[0] = seed; /* replay does not know it */
	h->now = 1700000000000;
	h->g.next = generate_random;
	h->g.seed = seed * 0x9e3779b97f4a7c15u + 1;
	map_init(&h->store, 1, 2);
	history_take_over(h);
}

static inline void history_random(struct history *h)
{
	struct command c;
	generate_command(&h->g, h->core, &c);
	h->now += generate_pause(&h->g, h->core);
	history_apply(h, &c);
}

/* As a node does: what is due comes first, a few milliseconds late. */
static inline void history_random_timely(struct history *h)
{
	struct command c, tick;
	command_init(&tick, COMMAND_TICK);
	int64_t due, now = h->now + generate_pause(&h->g, h->core);
	while ((due = core_next_due(h->core)) <= now) {
		due += h->g.next(&h->g, 5);
		h->now = due > h->now ? due : h->now;
		history_apply(h, &tick);
	}
	h->now = now > h->now ? now : h->now;
	generate_command(&h->g, h->core, &c);
	history_apply(h, &c);
}

static inline void history_end(struct history *h)
{
	struct history_stored *s;
	for (size_t i = 0; (s = map_walk(&h->store, &i, NULL));) {
		free(s->id);
		free(s->ref);
		buf_free(&s->bytes);
		free(s);
	}
	map_fini(&h->store);
	for (size_t i = 0; i < h->n; i++) {
		buf_free(&h->entries[i].command);
		buf_free(&h->entries[i].decisions);
	}
	free(h->entries);
	core_free(&h->core);
	step_free(&h->step);
}

static inline struct ledger_entry history_ledger_entry(const struct history *h, size_t i)
{
	const struct history_entry *e = &h->entries[i];
	return (struct ledger_entry){ .id = "1-1",
		.at_ms = e->at_ms,
		.command = { buf_str(&e->command), e->command.len },
		.decisions = { buf_str(&e->decisions), e->decisions.len } };
}

#endif
