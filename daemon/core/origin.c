#include "origin.h"

#include <stdlib.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "state.h"

static struct origin *find(const struct core *core, const char *name)
{
	for (size_t i = 0; i < core->n_origins; i++)
		if (text_is(core->origins[i].name, name))
			return &core->origins[i];
	return NULL;
}

static struct origin *oldest(struct core *core)
{
	struct origin *found = &core->origins[0];
	for (size_t i = 1; i < core->n_origins; i++)
		if (core->origins[i].at_ms < found->at_ms)
			found = &core->origins[i];
	return found;
}

static struct origin *add(struct core *core, const char *name)
{
	struct origin *o;
	if (core->n_origins == ORIGINS_MAX) {
		o = oldest(core);
	} else {
		core->origins =
			mem_resize(core->origins, core->n_origins + 1, sizeof *core->origins);
		o = &core->origins[core->n_origins++];
		*o = (struct origin){ 0 };
	}
	text_set(&o->name, name);
	o->number = 0;
	return o;
}

void core_took(struct core *core, const char *origin, int64_t number)
{
	struct origin *o = find(core, origin);
	if (!o)
		o = add(core, origin);
	if (number > o->number)
		o->number = number;
	o->at_ms = core->now_ms;
	core->counters_dirty = true;
}

int64_t core_taken(const struct core *core, const char *origin)
{
	const struct origin *o = find(core, origin);
	return o ? o->number : 0;
}

void origins_free(struct core *core)
{
	for (size_t i = 0; i < core->n_origins; i++)
		free(core->origins[i].name);
	free(core->origins);
}

void origins_encode(const struct core *core, struct buf *out)
{
	struct buf one = { 0 };
	for (size_t i = 0; i < core->n_origins; i++) {
		const struct origin *o = &core->origins[i];
		buf_clear(&one);
		record_puts(&one, "name", o->name);
		record_puti(&one, "number", o->number);
		record_puti(&one, "at_ms", o->at_ms);
		record_put(out, "origin", one.data, one.len);
	}
	buf_free(&one);
}

int origin_decode(struct core *core, struct slice record)
{
	struct record_reader in = { record.data, record.data + record.len };
	struct slice name, value;
	struct origin o = { 0 };
	int more, bad = 0;
	while ((more = record_next(&in, &name, &value)) == 1) {
		if (slice_is(name, "name") && !o.name)
			o.name = mem_dup(value.data, value.len);
		else if (slice_is(name, "number"))
			bad |= codec_int(value, &o.number);
		else if (slice_is(name, "at_ms"))
			bad |= codec_int(value, &o.at_ms);
	}
	bool good = more == 0 && bad == 0 && o.name;
	if (good) {
		struct origin *kept = find(core, o.name);
		if (!kept)
			kept = add(core, o.name);
		kept->number = o.number;
		kept->at_ms = o.at_ms;
	}
	free(o.name);
	return good ? 0 : -1;
}
