#include "openings.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/clock.h"
#include "triaged/base/map.h"
#include "triaged/base/mem.h"

struct opening {
	uint64_t key;
	struct mono at; /* us 0: none */
	char id[24];
};

void openings_init(struct openings *o, uint64_t seed0, uint64_t seed1)
{
	o->seed[0] = seed0;
	o->seed[1] = seed1;
	o->table = mem_zalloc(OPENINGS_MAX * sizeof *o->table);
}

void openings_fini(struct openings *o)
{
	free(o->table);
}

void openings_name(struct openings *o, const struct command *c, char id[24])
{
	if (!*c->ref)
		return;
	const uint64_t parts[3] = { map_siphash(c->identity, strlen(c->identity), o->seed[0],
					    o->seed[1]),
		map_siphash(c->ref, strlen(c->ref), o->seed[0], o->seed[1]),
		(uint64_t)c->fingerprint };
	uint64_t key = map_siphash(parts, sizeof parts, o->seed[0], o->seed[1]);
	struct opening *e = &o->table[key % OPENINGS_MAX];
	if (e->key == key && e->at.us && mono_since_ms(e->at) <= OPENINGS_MS) {
		memcpy(id, e->id, sizeof e->id);
		return;
	}
	e->key = key;
	e->at = mono_now();
	memcpy(e->id, id, sizeof e->id);
}
