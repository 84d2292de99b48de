#include "person.h"

#include <stdlib.h>
#include <string.h>

#include "triaged/base/mem.h"

#include "codec.h"
#include "state.h"

#define EXPIRE_AT_ONCE  16 /* at most so many in one step: no step becomes long */
#define DAY_MS          ((int64_t)24 * 60 * 60 * 1000)
#define VISIT_WINDOW_MS (30 * DAY_MS)

/* clang-format off */
static const struct field fields[] = {
	{ "responder", FIELD_TEXT, offsetof(struct person, responder), NULL },
	{ "contact", FIELD_TEXT, offsetof(struct person, contact), NULL },
	{ "level", FIELD_INT, offsetof(struct person, level), NULL },
	{ "last_ms", FIELD_INT, offsetof(struct person, last_ms), NULL },
};
/* clang-format on */

#define N_FIELDS (sizeof fields / sizeof fields[0])

struct person *person_get(struct core *core, const char *id)
{
	return id && *id ? map_get(&core->persons, id) : NULL;
}

static void unlink_person(struct core *core, struct person *p)
{
	*(p->older ? &p->older->newer : &core->oldest_person) = p->newer;
	*(p->newer ? &p->newer->older : &core->newest_person) = p->older;
	p->older = p->newer = NULL;
}

static void link_newest(struct core *core, struct person *p)
{
	p->older = core->newest_person;
	*(core->newest_person ? &core->newest_person->newer : &core->oldest_person) = p;
	core->newest_person = p;
}

static struct person *person_new(struct core *core, const char *id)
{
	struct person *p = mem_zalloc(sizeof *p);
	text_set(&p->id, id);
	map_put(&core->persons, id, p);
	link_newest(core, p);
	return p;
}

static void forget_old_visits(struct core *core, struct person *p)
{
	int64_t kept = 0;
	for (int64_t i = 0; i < p->n_visits; i++)
		if (core->now_ms - p->visits_ms[i] < VISIT_WINDOW_MS)
			p->visits_ms[kept++] = p->visits_ms[i];
	p->n_visits = kept;
}

void person_visit(struct core *core, struct contact *c)
{
	if (!c->person)
		return;
	struct person *p = person_get(core, c->person);
	c->returning = p != NULL;
	if (!p)
		p = person_new(core, c->person);
	forget_old_visits(core, p);
	c->contacts_30d = p->n_visits;
	for (int64_t i = 0; i < p->n_visits; i++)
		c->contacts_24h += core->now_ms - p->visits_ms[i] < DAY_MS;
	c->prior_level = p->level;
	text_set(&c->previous, p->responder);
	if (p->n_visits == PERSON_VISITS_MAX)
		memmove(p->visits_ms, p->visits_ms + 1,
			(size_t)--p->n_visits * sizeof p->visits_ms[0]);
	p->visits_ms[p->n_visits++] = core->now_ms;
	p->last_ms = core->now_ms;
	p->written = false;
	text_set(&p->contact, c->id);
	unlink_person(core, p);
	link_newest(core, p);
	core_dirty(core, ENTITY_PERSON, p, &p->dirty);
}

void person_served(struct core *core, struct contact *c)
{
	struct person *p = person_get(core, c->person);
	if (!p || !c->responder || text_is(p->responder, c->responder->id))
		return;
	text_set(&p->responder, c->responder->id);
	core_dirty(core, ENTITY_PERSON, p, &p->dirty);
}

/* The automatic level: what somebody showed, whoever lowered it since. */
void person_left(struct core *core, const struct contact *c)
{
	struct person *p = person_get(core, c->person);
	if (!p || p->level == c->level_auto + 1)
		return;
	p->level = c->level_auto + 1;
	core_dirty(core, ENTITY_PERSON, p, &p->dirty);
}

void person_expire(struct core *core)
{
	int64_t oldest = core->now_ms - core->options.persons_retain_ms;
	for (int i = 0; i < EXPIRE_AT_ONCE; i++) {
		struct person *p = core->oldest_person;
		if (!p || p->last_ms > oldest || p->dirty)
			return;
		core_delete(core, ENTITY_PERSON, p->id, NULL);
		unlink_person(core, p);
		map_remove(&core->persons, p->id);
		person_free(p);
	}
}

void person_free(void *person)
{
	struct person *p = person;
	codec_free(fields, N_FIELDS, p);
	free(p->id);
	free(p);
}

void person_encode(const struct person *p, struct buf *out)
{
	codec_encode(fields, N_FIELDS, p, true, out);
	for (int64_t i = 0; i < p->n_visits; i++)
		record_puti(out, "visit_ms", p->visits_ms[i]);
}

int person_decode(struct core *core, const char *id, struct slice bytes, struct err *e)
{
	if (map_get(&core->persons, id))
		return err_set(e, "person %s: stored twice", id);
	struct person *p = person_new(core, id);
	struct record_reader in = { bytes.data, bytes.data + bytes.len };
	struct slice name, value;
	int more, bad = 0;
	while (!bad && (more = record_next(&in, &name, &value)) == 1) {
		if (!slice_is(name, "visit_ms"))
			bad = codec_take(fields, N_FIELDS, p, name, value) < 0;
		else if (p->n_visits < PERSON_VISITS_MAX)
			bad = codec_int(value, &p->visits_ms[p->n_visits++]) != 0;
	}
	bad |= p->level < 0 || p->level > LEVEL_COUNT;
	if (!bad && more == 0)
		return 0;
	p->level = 0;
	return err_set(e, "person %s: broken record", id);
}

static int compare_last(const void *a, const void *b)
{
	const struct person *x = *(struct person *const *)a, *y = *(struct person *const *)b;
	if (x->last_ms != y->last_ms)
		return x->last_ms < y->last_ms ? -1 : 1;
	return strcmp(x->id, y->id);
}

void person_load_done(struct core *core)
{
	size_t n = 0;
	struct person **all = mem_resize(NULL, core->persons.count, sizeof(struct person *));
	struct person *p;
	for (size_t i = 0; (p = map_walk(&core->persons, &i, NULL));)
		all[n++] = p;
	qsort(all, n, sizeof(struct person *), compare_last);
	core->oldest_person = core->newest_person = NULL;
	for (size_t i = 0; i < n; i++) {
		all[i]->older = all[i]->newer = NULL;
		link_newest(core, all[i]);
	}
	free(all);
}
