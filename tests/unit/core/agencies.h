/* Agencies for tests: two for ems with webhooks, one for fire with a session, one for tests. */
#ifndef TEST_CORE_AGENCIES_H
#define TEST_CORE_AGENCIES_H

#include "world.h"

#define MUTABLE(text) ((char[]){ text })

static inline void give_agencies(struct core_options *o)
{
	struct agency list[] = {
		{ .id = MUTABLE("a"),
			.name = MUTABLE("A"),
			.kinds = MUTABLE("ems"),
			.webhook = true },
		{ .id = MUTABLE("b"),
			.name = MUTABLE("B"),
			.kinds = MUTABLE("ems"),
			.areas = MUTABLE("kent"),
			.session = MUTABLE("bea"),
			.webhook = true },
		{ .id = MUTABLE("f"),
			.name = MUTABLE("F"),
			.kinds = MUTABLE("fire"),
			.session = MUTABLE("flo") },
		{ .id = MUTABLE("t"),
			.name = MUTABLE("T"),
			.kinds = MUTABLE("ems"),
			.webhook = true,
			.test = true },
	};
	const struct agencies set = { list, sizeof list / sizeof *list, NULL, 0 };
	struct buf b = { 0 };
	agencies_encode(&set, &b);
	memcpy(o->agencies, b.data, b.len);
	o->agencies_len = b.len;
	buf_free(&b);
}

static inline void world_with_agencies(struct world *w)
{
	give_agencies(&w->options);
	core_set_options(w->core, &w->options);
}

#endif
