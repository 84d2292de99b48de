/*
 * Bytes become commands (see generate.h); after each the invariants must hold, and at the end the
 * state must survive being written and loaded.
 */
#include <stdlib.h>
#include <string.h>

#include "triaged/base/check.h"
#include "triaged/base/mem.h"

#include "../unit/core/generate.h"

#define COMMANDS_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct loading {
	struct core *core;
	struct err e;
	int result;
};

static void load(void *arg, const struct entity_write *w)
{
	struct loading *l = arg;
	bool over = (w->kind == ENTITY_CONTACT || w->kind == ENTITY_DISPATCH) && !w->live;
	if (w->kind == ENTITY_MESSAGE || over || w->bytes.len == 0 || l->result != 0)
		return;
	l->result = core_load(l->core, w->kind, w->id, w->ref, w->bytes, &l->e);
}

/* Nothing was written before, so what is dirty is everything. */
static void survive(struct core *core, const struct core_options *options)
{
	struct loading l = { .core = core_new(options) };
	core_take_dirty(core, load, &l);
	CHECK(l.result == 0);
	CHECK(core_load_done(l.core, &l.e) == 0);
	CHECK(core_digest(l.core) == core_digest(core));
	core_free(&l.core);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct generator g = { .next = generate_from_bytes, .at = data, .end = data + size };
	static struct core_options options; /* the same for every run, and large */
	struct step step = { 0 };
	struct err e;
	if (options.capacity_default == 0)
		core_options_default(&options);
	options.parallel_emergency_offers = 2;
	struct core *core = core_new(&options);
	int64_t now = 1000000;
	for (int i = 0; i < COMMANDS_MAX && g.at < g.end; i++) {
		struct command c;
		generate_command(&g, core, &c);
		now += generate_pause(&g, core);
		step_clear(&step);
		core_apply(core, &c, now, &step);
		CHECK(core_check(core, &e) == 0);
		generate_learn(&g, &step);
	}
	survive(core, &options);
	core_free(&core);
	step_free(&step);
	return 0;
}
